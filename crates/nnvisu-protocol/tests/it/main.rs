//! Everything a client and a server rely on, checked through the public interface.

mod maps;
mod strategies;
mod support;

mod bad_data;
mod bad_networks;
mod bad_settings;
mod containers;
mod document;
mod edits;
mod encodings;
mod frame_vectors;
mod frames;
mod good_requests;
mod malformed_requests;
mod properties;
mod responses;
mod settings;
mod version_1;
mod views;
