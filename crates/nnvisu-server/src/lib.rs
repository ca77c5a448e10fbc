//! nnvisu's web server: the page, and one training session per WebSocket, each on a thread of
//! its own.
//!
//! [`Server`] listens by itself; [`Service`] can be mounted in another actix-web application.
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
//! The async side moves bytes and nothing else; parsing, training and drawing happen on the
//! session's thread. Sessions share no mutable state, and the server keeps nothing of a person
//! once the connection has ended.

mod access;
mod config;
mod metrics;
mod model;
mod page;
mod places;
mod server;
mod service;
mod session;
mod shutdown;
mod watch;
mod websocket;

pub use access::{AccessToken, HostName, InvalidHostName, InvalidOrigin, InvalidToken, Origin};
pub use config::{ServerConfig, ServiceConfig, SessionLimits};
pub use metrics::{InvalidMetricsAccess, MetricsAccess};
pub use nnvisu_protocol::Limits;
pub use server::{BindError, Server, StopHandle};
pub use service::Service;
pub use shutdown::stop_signal;
