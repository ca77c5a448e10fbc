//! A reverse proxy in front of a server, publishing it under a sub-path.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running proxy, stopped when dropped.
pub struct Proxy {
    address: SocketAddr,
    lets_websockets_pass: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Publishes `server` under `/nnvisu/` on a port of its own.
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let lets_websockets_pass = Arc::new(AtomicBool::new(true));
        let passes = Arc::clone(&lets_websockets_pass);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let passes = passes.load(Ordering::Relaxed);
                // A browser drops connections as it likes.
                tokio::spawn(async move { forward(client, server, passes).await.ok() });
            }
        });
        Self {
            address,
            lets_websockets_pass,
            task,
        }
    }

    /// Whether new `WebSockets` get to the server. If not, their handshakes get there as ordinary
    /// requests, as from a proxy that was not told of them.
    pub fn let_websockets_pass(&self, pass: bool) {
        self.lets_websockets_pass.store(pass, Ordering::Relaxed);
    }

    /// The address of the page behind the proxy.
    pub fn url(&self) -> String {
        format!("http://{}{PREFIX}/", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

const PREFIX: &str = "/nnvisu";

/// Forwards one request, or one WebSocket: the prefix is taken off its path.
async fn forward(
    client: TcpStream,
    server: SocketAddr,
    lets_websockets_pass: bool,
) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let mut request_line = String::new();
    client.read_line(&mut request_line).await?;
    let Some(rest) = request_line
        .split_once(' ')
        .and_then(|(method, target)| Some((method, target.strip_prefix(PREFIX)?)))
        .map(|(method, target)| format!("{method} {target}"))
    else {
        return client
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .await;
    };
    let mut head = rest;
    loop {
        let mut line = String::new();
        client.read_line(&mut line).await?;
        // One request a connection, so that each one's path passes by here.
        let header = line.to_ascii_lowercase();
        let ends_here = header.starts_with("connection: keep-alive")
            || (header.starts_with("connection: upgrade") && !lets_websockets_pass);
        if header.starts_with("upgrade:") && !lets_websockets_pass {
            continue;
        }
        head.push_str(if ends_here {
            "Connection: close\r\n"
        } else {
            &line
        });
        if line.trim_end().is_empty() {
            break;
        }
    }
    let mut server = TcpStream::connect(server).await?;
    server.write_all(head.as_bytes()).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
