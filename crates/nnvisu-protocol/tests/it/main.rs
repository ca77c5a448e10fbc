//! Everything a client and a server rely on, checked through the public interface.

mod pictures;
mod strategies;
mod support;

mod bad_data;
mod bad_networks;
mod bad_settings;
mod compressed_pictures;
mod document;
mod frames;
mod good_requests;
mod malformed_requests;
mod properties;
mod responses;
mod settings;
mod vectors;
