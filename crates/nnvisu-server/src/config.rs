//! What can be configured: where the server listens, which page it serves, whom it lets in and
//! how much one client may send.
//!
//! More fields may come: end a literal with `..ServiceConfig::default()`, or that of its type.

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use nnvisu_protocol::Limits;

use crate::{
    access::{AccessToken, HostName, Origin},
    metrics::MetricsAccess,
};

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
#[derive(Debug, Clone)]
pub struct ServiceConfig {
    /// Serve the page from this directory instead of from the program itself, so that a
    /// developer sees each change on reload.
    pub web_dir: Option<PathBuf>,
    /// Which pages other than our own may open a WebSocket.
    pub allowed_origins: Vec<Origin>,
    /// The names by which browsers may ask for the server; `localhost` and loopback addresses are
    /// always among them. Without any, every name will do. A [`Server`](crate::Server) on a
    /// loopback address adds its own, so that foreign pages cannot reach it by a name that they
    /// point there.
    pub allowed_hosts: Vec<HostName>,
    /// Let in only who has this token.
    pub access_token: Option<AccessToken>,
    /// Who may read `/metrics`.
    pub metrics: MetricsAccess,
    /// How many points and how large a message one client may send.
    pub limits: Limits,
    /// How many sessions there may be, and how busy and how idle one may be.
    pub sessions: SessionLimits,
    /// Count sessions and conversions of models by the last address in `X-Forwarded-For` instead
    /// of by where the connection comes from. Right behind a reverse proxy that sets it, and wrong
    /// anywhere else: clients could write what they like.
    pub trust_forwarded_for: bool,
    /// A client that has sent nothing, or received nothing of what waits for it, for this long is
    /// disconnected.
    pub client_timeout: Duration,
}

impl ServiceConfig {
    /// The timeout of [`ServiceConfig::default`]. It outlasts a phone that changes its network.
    pub const DEFAULT_CLIENT_TIMEOUT: Duration = Duration::from_secs(30);
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            web_dir: None,
            allowed_origins: Vec::new(),
            allowed_hosts: Vec::new(),
            access_token: None,
            metrics: MetricsAccess::default(),
            limits: Limits::default(),
            client_timeout: Self::DEFAULT_CLIENT_TIMEOUT,
            sessions: SessionLimits::default(),
            trust_forwarded_for: false,
        }
    }
}

/// What sessions may take of the server. Over a limit, one client is refused with a
/// clear reason and no other client notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Sessions in all; further ones are refused by HTTP 503.
    pub max_sessions: usize,
    /// Sessions from one IPv4 address or one IPv6 subnet (/64); further ones are refused by HTTP
    /// 429.
    pub max_sessions_per_address: usize,
    /// Messages that a session takes in a second; what comes faster waits and is not lost.
    /// Without it, any number.
    pub max_messages_per_second: Option<NonZeroU32>,
    /// A session that trains nothing and is asked nothing for this long is closed with code 1001.
    /// Without it, never.
    pub idle_timeout: Option<Duration>,
}

impl Default for SessionLimits {
    /// 1,000 sessions, 64 from one address, 1,000 messages a second, a day of idleness.
    fn default() -> Self {
        Self {
            max_sessions: 1000,
            max_sessions_per_address: 64,
            max_messages_per_second: NonZeroU32::new(1000),
            idle_timeout: Some(Duration::from_secs(24 * 60 * 60)),
        }
    }
}
