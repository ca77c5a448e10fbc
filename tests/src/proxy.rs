//! A reverse proxy in front of a server, publishing it under a sub-path.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running proxy, stopped when dropped.
pub struct Proxy {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Publishes `server` under `/nnvisu/` on a port of its own.
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A browser drops connections as it likes.
                tokio::spawn(async move { forward(client, server).await.ok() });
            }
        });
        Self { address, task }
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
async fn forward(client: TcpStream, server: SocketAddr) -> std::io::Result<()> {
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
        let keeps_alive = line
            .to_ascii_lowercase()
            .starts_with("connection: keep-alive");
        head.push_str(if keeps_alive {
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
