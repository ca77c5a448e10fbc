//! The server by real sockets: what a browser, a program or the operating system does to it.

mod access;
mod closing;
mod frames;
mod handshake;
mod limits;
mod metrics;
mod model;
mod page;
mod support;
