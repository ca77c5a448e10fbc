//! The end-to-end tests' harness: real servers, WebSocket clients that know
//! only the documented wire formats, and real browsers.
//!
//! Nothing here uses the server's own message types. A mistake in them would
//! otherwise be invisible from both ends.
//!
//! Everything here panics when what a test relies on does not hold: that is
//! how a test fails.

#![allow(
    clippy::missing_panics_doc,
    reason = "a harness fails tests by panicking; said once above"
)]
#![allow(
    clippy::must_use_candidate,
    reason = "test code whose callers are in view"
)]

pub mod browser;
pub mod client;
pub mod data;
pub mod deploy;
pub mod frames;
pub mod nginx;
pub mod program;
pub mod proxy;
pub mod reference;
pub mod relay;
pub mod server;
pub mod wait;
