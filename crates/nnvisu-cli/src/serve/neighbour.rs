//! Which program it is that has the port that nnvisu was to have.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// How long it may take to connect, and to say each part of what it says.
const TIMEOUT: Duration = Duration::from_millis(500);
/// In what comes first, a server says what it is.
const MAX_BYTES: u64 = 16 * 1024;

/// A server that can be told by its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Neighbour {
    Nnvisu,
    /// Jupyter and what else is built on its server.
    Jupyter,
}

impl Neighbour {
    /// Asks who listens on `port` of `host`; `None` if it does not say so.
    pub(super) fn at(host: &str, port: u16) -> Option<Self> {
        let answer = first_answer(host, port)?.to_ascii_lowercase();
        if answer.contains("<title>nnvisu") {
            Some(Self::Nnvisu)
        } else if answer.contains("server: tornadoserver") {
            Some(Self::Jupyter)
        } else {
            None
        }
    }
}

/// The beginning of what is answered to a request for the page.
fn first_answer(host: &str, port: u16) -> Option<String> {
    let bare_host = host.trim_start_matches('[').trim_end_matches(']');
    let address = (bare_host, port).to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).ok()?;
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
    stream.set_write_timeout(Some(TIMEOUT)).ok()?;
    // A name that every server answers to that looks at names at all.
    let request = format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    // What has come before an error counts.
    let _ = stream.take(MAX_BYTES).read_to_end(&mut answer);
    Some(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread;

    use super::*;

    /// Who is taken to listen where every connection is answered so.
    fn taken_for(answer: &'static str) -> Option<Neighbour> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = thread::Builder::new().name("server".to_owned());
        let server = thread.spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let n_bytes = stream.read(&mut request).unwrap();
            assert!(request[..n_bytes].starts_with(b"GET / HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let server = server.unwrap();
        let neighbour = Neighbour::at("127.0.0.1", port);
        server.join().unwrap();
        neighbour
    }

    #[test]
    fn servers_are_told_by_what_they_answer() {
        let jupyter = "HTTP/1.1 302 Found\r\nServer: TornadoServer/6.5\r\nLocation: /tree?\r\n\r\n";
        assert_eq!(taken_for(jupyter), Some(Neighbour::Jupyter));
        let nnvisu = "HTTP/1.1 200 OK\r\n\r\n<!doctype html><title>nnvisu: watch</title>";
        assert_eq!(taken_for(nnvisu), Some(Neighbour::Nnvisu));
        assert_eq!(taken_for("HTTP/1.1 200 OK\r\n\r\nhello"), None);
        assert_eq!(taken_for("220 mail.example ESMTP\r\n"), None);
        assert_eq!(taken_for(""), None);
    }

    #[test]
    fn nobody_is_nobody() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert_eq!(Neighbour::at("127.0.0.1", port), None);
    }
}
