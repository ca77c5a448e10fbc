//! A server on a free port, and a WebSocket client.

use std::{thread::JoinHandle, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use nnvisu_server::{Server, ServerConfig, Service, ServiceConfig, StopHandle};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        self, Message,
        client::IntoClientRequest as _,
        handshake::client::{Request, Response},
        http::HeaderValue,
    },
};

/// Nothing here takes this long unless it never happens.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// What came back for a request by plain HTTP.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole answer");
        let status = head.split(' ').nth(1).expect("a status line");
        Self {
            status: status.parse().expect("a status"),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }
}

/// A server that stops when it is dropped.
pub(crate) struct TestServer {
    pub(crate) address: String,
    pub(crate) service: Service,
    pub(crate) stop: StopHandle,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self::with(ServiceConfig::default())
    }

    pub(crate) fn with(service: ServiceConfig) -> Self {
        let config = ServerConfig {
            port: 0,
            service,
            ..ServerConfig::default()
        };
        Self::serve(Server::bind(config).unwrap())
    }

    pub(crate) fn serve(server: Server) -> Self {
        Self {
            address: server.local_addr().to_string(),
            service: server.service().clone(),
            stop: server.stop_handle(),
            thread: std::thread::Builder::new()
                .name("server".to_owned())
                .spawn(|| server.run_blocking(|_| Ok(std::future::pending())))
                .map(Some)
                .unwrap(),
        }
    }

    /// Waits for the server to end.
    pub(crate) fn join(&mut self) -> std::io::Result<()> {
        self.thread
            .take()
            .map_or(Ok(()), |thread| thread.join().unwrap())
    }

    /// Waits until there are `n` sessions.
    pub(crate) async fn wait_for_sessions(&self, n: usize) {
        let arrived = async {
            while self.service.n_sessions() != n {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(TIMEOUT, arrived)
            .await
            .expect("the sessions should come or go");
    }

    /// A handshake with further headers.
    pub(crate) fn request(&self, headers: &[(&'static str, &str)]) -> Request {
        let mut request = format!("ws://{}/ws", self.address)
            .into_client_request()
            .unwrap();
        for &(name, value) in headers {
            request
                .headers_mut()
                .insert(name, HeaderValue::from_str(value).unwrap());
        }
        request
    }

    /// Sends `bytes` and reads until the server closes the connection.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let read = tokio::time::timeout(TIMEOUT, read).await;
        read.expect("the server should close").unwrap();
        answer
    }

    /// Sends a request as it is, with its body.
    pub(crate) async fn post(&self, request: &str) -> Answer {
        Answer::read(&self.raw(request.as_bytes()).await)
    }

    /// Asks for `path` by plain HTTP; `headers` are whole lines.
    pub(crate) async fn get(&self, path: &str, headers: &[&str]) -> Answer {
        let own_host = format!("Host: {}", self.address);
        let start = format!("GET {path} HTTP/1.1");
        let mut lines = vec![start.as_str(), "Connection: close"];
        if !headers.iter().any(|line| line.starts_with("Host:")) {
            lines.push(&own_host);
        }
        lines.extend(headers);
        lines.extend(["", ""]);
        Answer::read(&self.raw(lines.join("\r\n").as_bytes()).await)
    }

    /// Tries to open a WebSocket.
    pub(crate) async fn try_connect(
        &self,
        request: Request,
    ) -> Result<(Client, Response), tungstenite::Error> {
        let stream = TcpStream::connect(&self.address).await?;
        let (socket, response) = client_async(request, stream).await?;
        Ok((Client { socket }, response))
    }

    pub(crate) async fn connect_v1(&self) -> Client {
        self.try_connect(self.request(&[])).await.unwrap().0
    }

    pub(crate) async fn connect_v2(&self) -> Client {
        let request = self.request(&[("sec-websocket-protocol", "nnvisu.v2")]);
        self.try_connect(request).await.unwrap().0
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.stop();
        let _ = self.join();
    }
}

pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<TcpStream>,
}

impl Client {
    /// The next message that is not of the transport itself; the last is the close frame.
    pub(crate) async fn next(&mut self) -> Result<Message, tungstenite::Error> {
        loop {
            let message = tokio::time::timeout(TIMEOUT, self.socket.next()).await;
            match message.expect("a message").expect("an open connection")? {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return Ok(message),
            }
        }
    }

    /// The next text message of type `name`.
    pub(crate) async fn next_text(&mut self, name: &str) -> Value {
        let coming = async {
            loop {
                if let Message::Text(text) = self.next().await.unwrap() {
                    let value: Value = serde_json::from_str(&text).unwrap();
                    if value["type"] == name {
                        return value;
                    }
                }
            }
        };
        let message = tokio::time::timeout(TIMEOUT, coming).await;
        message.unwrap_or_else(|_| panic!("no {name} has come"))
    }

    pub(crate) async fn send(&mut self, request: Value) {
        self.socket
            .send(Message::text(request.to_string()))
            .await
            .unwrap();
    }

    /// The code with which the server closes, after whatever comes before.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.next().await.unwrap() {
                return frame.expect("a reason").code.into();
            }
        }
    }
}
