//! Everything a client and a server rely on, checked through the public interface.

mod support;

mod bad_requests;
mod good_requests;
