//! Closes connections that never bring a request to its end, and those that are given up.
//!
//! The HTTP library limits the time for the headers of the first request on a connection, and for
//! the wait for the next. A client that drips the headers of a second request, or a body that
//! is never read, escapes both. So each connection is watched from beside: one that has not
//! brought a whole request for a while is shut, unless it has become a WebSocket, which has its
//! own timeouts.
//!
//! Nor does the library give up a connection while its client takes a byte now and then of what
//! waits in the write buffer. A WebSocket that has ended is therefore aborted from here.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    convert::Infallible,
    rc::{Rc, Weak},
    time::{Duration, Instant},
};

use actix_web::{HttpRequest, dev::Extensions, rt::net::TcpStream};
use socket2::SockRef;
use tokio::sync::{oneshot, watch};

use crate::{admission::AdmissionPermit, deadline::reached};

/// How much the operating system may keep for the client of a WebSocket; without this limit it is
/// several MiB. It is enough for 10 Mbit/s with a round trip of a fifth of a second.
const SEND_BUFFER_BYTES: usize = 256 * 1024;

/// What is known of a connection. Kept with the connection, beside each of its requests.
pub(crate) struct Watched {
    last_request: Cell<Instant>,
    phase: watch::Sender<Phase>,
    /// Keeps what has been admitted counted until the connection is gone.
    permit: RefCell<Option<AdmissionPermit>>,
    /// Dropped with the connection.
    _gone: oneshot::Sender<Infallible>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The connection has to bring requests.
    Http,
    WebSocket,
    /// The connection has to be gone by then.
    Ending(Instant),
}

/// Aborts the connection of a WebSocket.
pub(crate) struct AbortHandle {
    phase: watch::Sender<Phase>,
}

impl AbortHandle {
    /// Aborts the connection unless it is gone within `grace`: what still waits for the client is
    /// dropped, and the client sees a reset.
    pub(crate) fn abort_after(&self, grace: Duration) {
        self.phase
            .send_replace(Phase::Ending(Instant::now() + grace));
    }
}

impl Watched {
    fn become_websocket(&self, permit: AdmissionPermit) -> AbortHandle {
        self.permit.replace(Some(permit));
        self.phase.send_replace(Phase::WebSocket);
        AbortHandle {
            phase: self.phase.clone(),
        }
    }
}

/// Watches a new connection: it has to bring a request within `timeout`, and then another one
/// within each further `timeout`.
pub(crate) fn watch(socket: &dyn Any, connection: &mut Extensions, timeout: Duration) {
    let Some(handle) = socket.downcast_ref().and_then(second_handle) else {
        return;
    };
    let (phase, seen_phase) = watch::channel(Phase::Http);
    let (alive, gone) = oneshot::channel();
    let watched = Rc::new(Watched {
        last_request: Cell::new(Instant::now()),
        phase,
        permit: RefCell::new(None),
        _gone: alive,
    });
    let seen = Rc::downgrade(&watched);
    connection.insert(watched);
    actix_web::rt::spawn(async move {
        tokio::select! {
            biased;
            _ = gone => {}
            () = overdue(&seen, seen_phase, &handle, timeout) => {
                // It may have ended in this moment.
                let _ = handle.shutdown(std::net::Shutdown::Both);
            }
        }
    });
}

/// Notes that the connection of `request` has brought it.
pub(crate) fn note_request(request: &HttpRequest) {
    if let Some(watched) = request.conn_data::<Rc<Watched>>() {
        watched.last_request.set(Instant::now());
    }
}

/// The connection of `request` has become a WebSocket, for which `permit` counts until it is gone.
/// Returns how to abort it, unless this is another application, which does not watch.
pub(crate) fn become_websocket(
    request: &HttpRequest,
    permit: AdmissionPermit,
) -> Option<AbortHandle> {
    let watched = request.conn_data::<Rc<Watched>>()?;
    Some(watched.become_websocket(permit))
}

/// Ends when the connection has to be shut; prepares it for that.
async fn overdue(
    watched: &Weak<Watched>,
    mut phase: watch::Receiver<Phase>,
    handle: &std::net::TcpStream,
    timeout: Duration,
) {
    loop {
        let now = *phase.borrow_and_update();
        let deadline = match now {
            Phase::Http => watched
                .upgrade()
                .map(|watched| watched.last_request.get() + timeout),
            Phase::WebSocket => {
                // An option that the system refuses is one that it does without.
                let _ = SockRef::from(handle).set_send_buffer_size(SEND_BUFFER_BYTES);
                None
            }
            Phase::Ending(deadline) => Some(deadline),
        };
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            if now != Phase::Http {
                let _ = SockRef::from(handle).set_linger(Some(Duration::ZERO));
            }
            tracing::debug!(phase = ?now, "shuts a connection");
            return;
        }
        tokio::select! {
            changed = phase.changed() => if changed.is_err() {
                // The connection is gone.
                return;
            },
            () = reached(deadline) => {}
        }
    }
}

/// Another handle to the same connection.
#[cfg(unix)]
fn second_handle(socket: &TcpStream) -> Option<std::net::TcpStream> {
    use std::os::fd::AsFd as _;
    let handle = socket.as_fd().try_clone_to_owned().ok()?;
    Some(handle.into())
}

/// Another handle to the same connection.
#[cfg(windows)]
fn second_handle(socket: &TcpStream) -> Option<std::net::TcpStream> {
    use std::os::windows::io::AsSocket as _;
    let handle = socket.as_socket().try_clone_to_owned().ok()?;
    Some(handle.into())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;
    use crate::admission::AdmissionLimiter;

    const TIMEOUT: Duration = Duration::from_secs(60);

    /// Both ends of a connection.
    async fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        (client.unwrap(), accepted.unwrap().0)
    }

    /// The connection that is watched, as its requests see it.
    fn watched(extensions: &mut Extensions) -> Rc<Watched> {
        extensions.remove().unwrap()
    }

    #[actix_web::test]
    async fn a_connection_without_requests_is_closed() {
        let (mut client, server) = connection().await;
        let mut extensions = Extensions::new();
        watch(&server, &mut extensions, Duration::from_millis(1));
        let mut buffer = [0];
        let read = client.read(&mut buffer);
        let read = tokio::time::timeout(TIMEOUT, read).await;
        assert_eq!(read.expect("an end").unwrap(), 0);
    }

    #[actix_web::test]
    async fn a_websocket_is_not() {
        let (mut client, mut server) = connection().await;
        let mut extensions = Extensions::new();
        watch(&server, &mut extensions, Duration::ZERO);
        let watched = watched(&mut extensions);
        watched.phase.send_replace(Phase::WebSocket);
        // Whatever the watcher does, it has done by the time another task has run many times.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        server.write_all(b"x").await.unwrap();
        assert_eq!(client.read(&mut [0; 2]).await.unwrap(), 1);
    }

    #[actix_web::test]
    async fn one_that_is_given_up_is_reset_whatever_waits_for_its_client() {
        let (mut client, mut server) = connection().await;
        let mut extensions = Extensions::new();
        watch(&server, &mut extensions, TIMEOUT);
        let limiter = AdmissionLimiter::new(1, 1);
        let watched = watched(&mut extensions);
        let abort_handle = watched.become_websocket(limiter.admit(None).unwrap());
        // More than the operating system keeps: the rest would wait for the client.
        let writing = actix_web::rt::spawn(async move {
            let result = server.write_all(&vec![0; 64 << 20]).await;
            drop(server);
            drop(watched);
            result
        });
        client.readable().await.unwrap();
        assert_eq!(limiter.n_admitted(), 1);
        abort_handle.abort_after(Duration::ZERO);
        let written = tokio::time::timeout(TIMEOUT, writing).await;
        assert!(written.expect("an end").unwrap().is_err());
        assert_eq!(limiter.n_admitted(), 0);
        let mut received = Vec::new();
        let read = client.read_to_end(&mut received);
        let read = tokio::time::timeout(TIMEOUT, read).await;
        let error = read.expect("an end").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }

    #[test]
    fn other_applications_need_no_watch() {
        let request = TestRequest::get().to_http_request();
        note_request(&request);
        let permit = AdmissionLimiter::new(1, 1).admit(None).unwrap();
        assert!(become_websocket(&request, permit).is_none());
    }
}
