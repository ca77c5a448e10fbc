//! Closes connections that never bring a request to its end.
//!
//! The HTTP library limits the time for the headers of the first request on a connection, and for
//! the wait for the next. A client that drips the headers of a second request, or a body that
//! is never read, escapes both. So each connection is watched from beside: one that has not
//! brought a whole request for a while is shut, unless it has become a WebSocket, which has its
//! own heartbeats.

use std::{
    any::Any,
    cell::Cell,
    convert::Infallible,
    rc::{Rc, Weak},
    time::{Duration, Instant},
};

use actix_web::{HttpRequest, dev::Extensions, rt::net::TcpStream};
use tokio::sync::oneshot;

/// What is known of a connection. Kept with the connection, beside each of its requests.
pub(crate) struct Watched {
    last_request: Cell<Instant>,
    /// While this is there, the connection is watched.
    watching: Cell<Option<oneshot::Sender<Infallible>>>,
}

/// Watches a new connection: it has to bring a request within `timeout`, and then another one within
/// each further `timeout`.
pub(crate) fn watch(socket: &dyn Any, connection: &mut Extensions, timeout: Duration) {
    let Some(handle) = socket.downcast_ref().and_then(second_handle) else {
        return;
    };
    let (watching, end) = oneshot::channel();
    let watched = Rc::new(Watched {
        last_request: Cell::new(Instant::now()),
        watching: Cell::new(Some(watching)),
    });
    let seen = Rc::downgrade(&watched);
    connection.insert(watched);
    actix_web::rt::spawn(async move {
        tokio::select! {
            biased;
            _ = end => {}
            () = become_idle(&seen, timeout) => {
                tracing::debug!("closed a connection that brought no request");
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

/// The connection of `request` has become a WebSocket.
pub(crate) fn release(request: &HttpRequest) {
    if let Some(watched) = request.conn_data::<Rc<Watched>>() {
        watched.watching.take();
    }
}

/// Ends when no request has come for `timeout`.
async fn become_idle(watched: &Weak<Watched>, timeout: Duration) {
    while let Some(watched) = watched.upgrade() {
        let deadline = watched.last_request.get() + timeout;
        drop(watched);
        if deadline <= Instant::now() {
            return;
        }
        tokio::time::sleep_until(deadline.into()).await;
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

    /// Both ends of a connection.
    async fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        (client.unwrap(), accepted.unwrap().0)
    }

    #[actix_web::test]
    async fn a_connection_without_requests_is_closed() {
        let (mut client, server) = connection().await;
        let mut extensions = Extensions::new();
        watch(&server, &mut extensions, Duration::from_millis(1));
        let mut buffer = [0];
        let read = client.read(&mut buffer);
        let read = tokio::time::timeout(Duration::from_secs(60), read).await;
        assert_eq!(read.expect("an end").unwrap(), 0);
    }

    #[actix_web::test]
    async fn a_websocket_is_not() {
        let (mut client, mut server) = connection().await;
        let mut extensions = Extensions::new();
        watch(&server, &mut extensions, Duration::ZERO);
        let watched: Rc<Watched> = extensions.remove().unwrap();
        watched.watching.take();
        // Whatever the watcher does, it has done by the time another task has run many times.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        server.write_all(b"x").await.unwrap();
        assert_eq!(client.read(&mut [0; 2]).await.unwrap(), 1);
    }

    #[test]
    fn other_applications_need_no_watch() {
        let request = TestRequest::get().to_http_request();
        note_request(&request);
        release(&request);
    }
}
