//! The server itself: listens, serves, stops.

use std::{
    any::Any,
    io,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    time::{Duration, Instant},
};

use actix_web::{App, HttpServer, dev::ServerHandle};

use crate::{
    access::HostName, config::ServerConfig, service::Service, shutdown::Shutdown, watch::watch,
};

/// A graceful shutdown, from the request to its end, takes no longer than this.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(1800);
/// What of it connections get for their closing handshake, in whole seconds as actix takes them.
const CLOSING_HANDSHAKE_SECONDS: u64 = 1;
/// A request must have its headers complete within this time, or is answered 408.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection may wait for its next request.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Each connection has to bring a whole request within this time of the one before.
const NEXT_REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a connection may take to end after it has been closed on our side.
const DISCONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// A server that listens but does not serve yet.
pub struct Server {
    service: Service,
    listeners: Vec<TcpListener>,
    local_addr: SocketAddr,
    url: String,
    stop: Shutdown,
}

/// Stops a [`Server`], from any thread.
#[derive(Debug, Clone)]
pub struct StopHandle {
    stop: Shutdown,
}

/// Lower ports are for programs with special rights, unless a system is set up otherwise.
const FIRST_UNPRIVILEGED_PORT: u16 = 1024;

/// Why a server cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Another program listens there.
    #[error("Port {port} on {host} is already in use")]
    InUse {
        /// The host as configured.
        host: String,
        /// The port.
        port: u16,
    },
    /// This program may not listen there.
    #[error(
        "Port {port} on {host} needs rights that nnvisu does not have; \
         ports from {FIRST_UNPRIVILEGED_PORT} on usually need none"
    )]
    Forbidden {
        /// The host as configured.
        host: String,
        /// The port.
        port: u16,
    },
    /// The host is no address or name of this machine.
    #[error("{host:?} is not an address or name of this machine: {reason}")]
    BadHost {
        /// The host as configured.
        host: String,
        /// What the operating system says.
        reason: io::Error,
    },
    /// Anything else.
    #[error("Cannot listen on port {port} of {host}: {reason}")]
    Other {
        /// The host as configured.
        host: String,
        /// The port.
        port: u16,
        /// What the operating system says.
        reason: io::Error,
    },
}

impl Server {
    /// Starts to listen on all addresses that the host has, as far as they are this machine's.
    ///
    /// # Errors
    ///
    /// [`BindError`] if there is none, or one of them cannot be listened on.
    pub fn bind(config: ServerConfig) -> Result<Self, BindError> {
        let ServerConfig {
            host,
            port,
            mut service,
        } = config;
        let bare_host = host.trim_start_matches('[').trim_end_matches(']');
        let bad_host = |reason| BindError::BadHost {
            host: host.clone(),
            reason,
        };
        let addresses = (bare_host, port).to_socket_addrs().map_err(bad_host)?;
        let (listeners, local_addr) =
            listen(addresses, port).map_err(|reason| BindError::new(&host, port, reason))?;
        let is_loopback = |listener: &TcpListener| {
            listener
                .local_addr()
                .is_ok_and(|address| address.ip().is_loopback())
        };
        if listeners.iter().all(is_loopback) {
            service.allowed_hosts.push(HostName::localhost());
            service.allowed_hosts.extend(bare_host.parse());
        }
        Ok(Self {
            service: Service::new(service),
            url: url_of(bare_host, local_addr),
            listeners,
            local_addr,
            stop: Shutdown::new(),
        })
    }

    /// Where the server listens; the first address if there are several. Has the port that was
    /// chosen if the configured one was 0.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The address of the page for a browser on this machine, such as `http://127.0.0.1:8888/`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server from elsewhere.
    #[must_use]
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle {
            stop: self.stop.clone(),
        }
    }

    /// The sessions of this server.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Serves until a [`StopHandle`] says to stop. Then closes all sessions with code 1001 and
    /// returns within two seconds, whatever they do.
    ///
    /// Needs a Tokio runtime, such as that of [`actix_web::rt::System`];
    /// [`run_blocking`](Self::run_blocking) brings its own.
    ///
    /// # Errors
    ///
    /// The operating system takes the listening sockets away.
    pub async fn run(self) -> io::Result<()> {
        let service = self.service.clone();
        // Sessions disconnect clients that read nothing by themselves; this is for the rest.
        let unread_timeout = 2 * service.client_timeout();
        let mut server = HttpServer::new(move || App::new().service(service.scope("")))
            .disable_signals()
            .tcp_nodelay(true)
            .client_request_timeout(REQUEST_TIMEOUT)
            .keep_alive(KEEP_ALIVE)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .on_connect(move |socket, connection| {
                set_unread_timeout(socket, unread_timeout);
                watch(socket, connection, NEXT_REQUEST_TIMEOUT);
            })
            .shutdown_timeout(CLOSING_HANDSHAKE_SECONDS);
        for listener in self.listeners {
            server = server.listen(listener)?;
        }
        let running = server.run();
        let handle = running.handle();
        let (result, ()) = tokio::join!(running, stop_when_told(&self.stop, &self.service, handle));
        result
    }

    /// [`run`](Self::run)s on the current thread, which must not belong to a Tokio runtime.
    /// `started` is called once everything is ready; the future that it returns stops the server
    /// too.
    ///
    /// # Errors
    ///
    /// What `started` returns, or the operating system takes the listening sockets away.
    pub fn run_blocking<F, S>(self, started: F) -> io::Result<()>
    where
        F: FnOnce(&Self) -> io::Result<S>,
        S: Future<Output = ()> + 'static,
    {
        actix_web::rt::System::new().block_on(async move {
            let stopping = started(&self)?;
            let handle = self.stop_handle();
            actix_web::rt::spawn(async move {
                stopping.await;
                handle.stop();
            });
            self.run().await
        })
    }
}

/// Listens on the addresses and returns the first of them. A name such as `localhost` may have
/// addresses that this machine has not, as where there is no IPv6; one that it has is enough.
fn listen(
    addresses: impl Iterator<Item = SocketAddr>,
    mut port: u16,
) -> io::Result<(Vec<TcpListener>, SocketAddr)> {
    let mut listeners = Vec::new();
    let mut first = None;
    let mut missing = io::Error::new(io::ErrorKind::AddrNotAvailable, "it has no address");
    for mut address in addresses {
        // A free port is chosen once; further addresses of the host share it.
        address.set_port(port);
        match TcpListener::bind(address) {
            Ok(listener) => {
                let local_addr = listener.local_addr()?;
                port = local_addr.port();
                first.get_or_insert(local_addr);
                listeners.push(listener);
            }
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => missing = error,
            Err(error) => return Err(error),
        }
    }
    first.map(|first| (listeners, first)).ok_or(missing)
}

/// Has the operating system end a connection whose client has read nothing of what waits for it
/// for `timeout`: in the middle of a file of the page nothing else would notice.
#[cfg(target_os = "linux")]
fn set_unread_timeout(socket: &dyn Any, timeout: Duration) {
    let Some(socket) = socket.downcast_ref::<actix_web::rt::net::TcpStream>() else {
        return;
    };
    let millis = timeout.as_millis() as u32;
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(socket, millis) {
        tracing::debug!(%error, "a connection without a time limit for what is not taken");
    }
}

/// Elsewhere the system's own, longer limits hold.
#[cfg(not(target_os = "linux"))]
fn set_unread_timeout(_socket: &dyn Any, _timeout: Duration) {}

async fn stop_when_told(stop: &Shutdown, service: &Service, handle: ServerHandle) {
    stop.begun().await;
    let since = Instant::now();
    tracing::info!(sessions = service.n_sessions(), "stopping");
    tokio::join!(handle.stop(true), service.shut_down(SHUTDOWN_TIMEOUT));
    // Connections that were opened meanwhile have been dropped with their workers by now.
    let left = service
        .shut_down(SHUTDOWN_TIMEOUT.saturating_sub(since.elapsed()))
        .await;
    if left > 0 {
        tracing::warn!(sessions = left, "stopped without waiting for all sessions");
    }
}

impl StopHandle {
    /// Stops the server; [`Server::run`] returns soon after. Calling it again does nothing.
    pub fn stop(&self) {
        self.stop.begin();
    }
}

impl BindError {
    fn new(host: &str, port: u16, reason: io::Error) -> Self {
        let host = host.to_owned();
        match reason.kind() {
            io::ErrorKind::AddrInUse => Self::InUse { host, port },
            io::ErrorKind::PermissionDenied => Self::Forbidden { host, port },
            io::ErrorKind::AddrNotAvailable => Self::BadHost { host, reason },
            _ => Self::Other { host, port, reason },
        }
    }
}

/// A URL by which a browser on this machine reaches `address`.
fn url_of(host: &str, address: SocketAddr) -> String {
    let port = address.port();
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    if !is_address {
        return format!("http://{host}:{port}/");
    }
    // "Any address" is none that can be gone to.
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    format!("http://{}/", SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(host: &str, port: u16) -> ServerConfig {
        ServerConfig {
            host: host.to_owned(),
            port,
            ..ServerConfig::default()
        }
    }

    #[test]
    fn port_0_is_a_free_one() {
        let server = Server::bind(config("127.0.0.1", 0)).unwrap();
        let port = server.local_addr().port();
        assert_ne!(port, 0);
        assert_eq!(server.url(), format!("http://127.0.0.1:{port}/"));
    }

    #[test]
    fn urls_can_be_gone_to() {
        for (host, address, url) in [
            ("0.0.0.0", "0.0.0.0:80", "http://127.0.0.1:80/"),
            ("::", "[::]:8888", "http://[::1]:8888/"),
            ("::1", "[::1]:8888", "http://[::1]:8888/"),
            ("localhost", "127.0.0.1:8888", "http://localhost:8888/"),
        ] {
            assert_eq!(url_of(host, address.parse().unwrap()), url);
        }
    }

    #[test]
    fn says_why_it_cannot_listen() {
        let first = Server::bind(config("127.0.0.1", 0)).unwrap();
        let port = first.local_addr().port();
        let message = |config| Server::bind(config).err().unwrap().to_string();
        assert_eq!(
            message(config("127.0.0.1", port)),
            format!("Port {port} on 127.0.0.1 is already in use")
        );
        for host in ["no.such.host.invalid", "", "192.0.2.1"] {
            let said = message(config(host, 0));
            assert!(
                said.contains("is not an address or name of this machine"),
                "{said}"
            );
        }
    }
}
