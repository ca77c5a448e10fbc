//! nnvisu's web server: the page, and one training session per WebSocket, each on a thread of
//! its own.
//!
//! [`Server`] listens by itself; [`Service`] can be mounted in another actix-web application.
//!
//! # A server of its own
//!
//! ```no_run
//! use nnvisu_server::{Server, ServerConfig, stop_signal};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let server = Server::bind(ServerConfig::default())?;
//!     server.run_blocking(|server| {
//!         println!("listening on {}", server.url());
//!         stop_signal()
//!     })?;
//!     Ok(())
//! }
//! ```
//!
//! The future that the closure returns ends the server, and so does a [`StopHandle`] from any
//! thread. That is how a program, or a test, serves for as long as it wants:
//!
//! ```
//! use nnvisu_server::{Server, ServerConfig};
//!
//! let config = ServerConfig {
//!     port: 0, // a free one
//!     ..ServerConfig::default()
//! };
//! let server = Server::bind(config)?;
//! assert_ne!(server.local_addr().port(), 0);
//! let stop = server.stop_handle();
//! server.run_blocking(|server| {
//!     assert!(server.url().starts_with("http://127.0.0.1:"));
//!     stop.stop();
//!     Ok(std::future::pending())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Inside another application
//!
//! [`Service::scope`] is everything below a path, the page, its sessions and the health checks, to
//! be put beside the routes of any actix-web application. The page finds its WebSocket relative to
//! its own address, so any path will do, also behind a proxy that adds another one. The example
//! `mount` is a whole program, with the way to end sessions before the application ends.
//!
//! # Who gets in, and how much of it
//!
//! [`ServiceConfig`] says who may use the service: by which names it may be asked for
//! ([`HostName`]), from which pages ([`Origin`]), with which [`AccessToken`]. [`Limits`] and
//! [`SessionLimits`] say how many points, how large a message, how many sessions. What is over a
//! limit is refused with a sentence for a person, and no other client notices.
//!
//! # Threads
//!
//! The async side moves bytes and nothing else; parsing, training and drawing happen on the
//! session's thread. Sessions share no mutable state but counters and the queue in which those at
//! full speed take turns, and the server keeps nothing of a person once the connection has ended.

mod access;
mod access_control;
mod admission;
mod config;
mod deadline;
mod engine;
mod guess_limiter;
mod metrics;
mod model;
mod page;
mod responses;
mod server;
mod service;
mod session;
mod shared;
mod shutdown;
#[cfg(test)]
mod structure_tests;
mod watch;
mod websocket;

pub use access::{AccessToken, HostName, InvalidHostName, InvalidOrigin, InvalidToken, Origin};
pub use config::{ServerConfig, ServiceConfig, SessionLimits};
pub use metrics::{InvalidMetricsAccess, MetricsAccess};
pub use nnvisu_protocol::Limits;
pub use server::{BindError, Server, StopHandle};
pub use service::Service;
pub use shutdown::stop_signal;
