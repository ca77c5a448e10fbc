//! What can be configured: where the server listens, which page it serves, whom it lets in and
//! how much one client may send.

use std::path::PathBuf;

use nnvisu_protocol::Limits;

use crate::Origin;

/// Configuration of a [`Server`](crate::Server).
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Name or address to listen on. The default, `127.0.0.1`, is reachable from this machine
    /// only; `0.0.0.0` is every IPv4 address of the machine.
    pub host: String,
    /// TCP port; 0 takes a free one, see [`Server::local_addr`](crate::Server::local_addr).
    pub port: u16,
    /// Page and sessions.
    pub service: ServiceConfig,
}

impl ServerConfig {
    /// The port of [`ServerConfig::default`].
    pub const DEFAULT_PORT: u16 = 8888;
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: Self::DEFAULT_PORT,
            service: ServiceConfig::default(),
        }
    }
}

/// Configuration of a [`Service`](crate::Service): the page and its sessions, without a listening
/// socket.
#[derive(Debug, Clone, Default)]
pub struct ServiceConfig {
    /// Serve the page from this directory instead of from the program itself, so that somebody
    /// who edits the page sees the change on reload.
    pub web_dir: Option<PathBuf>,
    /// Which pages other than our own may open a WebSocket.
    pub allowed_origins: Vec<Origin>,
    /// How many points and how large a message one client may send.
    pub limits: Limits,
}
