//! The WebSocket client of the tests, the benchmarks and the load generator.
//!
//! It shares no code with the server, so that a mistake is not made on both sides, and it costs
//! little, since it runs on the machine that is measured: texts are handed over unread, frames
//! undecoded.

mod frame;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Bytes, Message, Utf8Bytes};

pub use frame::FrameHead;
pub use tungstenite::protocol::frame::coding::CloseCode;

/// How long a server may take for anything before the client gives up.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Bytes of the socket's buffers: the library's own are larger than a whole session on the server.
const BUFFER_BYTES: usize = 4096;

/// The version of the protocol that a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The one without a subprotocol.
    V1,
    /// The subprotocol `nnvisu.v2`.
    V2,
}

/// Where and how to connect.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Where the server listens.
    pub address: SocketAddr,
    /// The path of the WebSocket.
    pub path: String,
    /// The version to ask for.
    pub version: Version,
    /// Further headers of the handshake.
    pub headers: Vec<(&'static str, String)>,
}

impl Endpoint {
    /// The WebSocket of a server whose page is at the root.
    #[must_use]
    pub fn new(address: SocketAddr, version: Version) -> Self {
        Self {
            address,
            path: "/ws".to_owned(),
            version,
            headers: Vec::new(),
        }
    }

    /// Sends a header, too.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Why a connection does not do what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The handshake was answered by another status than 101.
    #[error("the handshake was refused with status {0}")]
    Refused(u16),
    /// The connection has ended, with the close code if there was one.
    #[error("the server has closed the connection, with code {0:?}")]
    Closed(Option<CloseCode>),
    /// A request was answered by this `error`.
    #[error("the server refused the request: {0}")]
    Error(Value),
    /// Nothing came in time.
    #[error("no {0} within {TIME_LIMIT:?}")]
    TimedOut(&'static str),
    /// A text that is no message.
    #[error("the server sent {text}: {error}")]
    NoMessage {
        /// The text.
        text: String,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// A header that is none, or a failure of the connection.
    #[error(transparent)]
    Transport(Box<tungstenite::Error>),
}

impl From<tungstenite::Error> for ClientError {
    fn from(error: tungstenite::Error) -> Self {
        match error {
            tungstenite::Error::Http(response) => Self::Refused(response.status().as_u16()),
            error => Self::Transport(Box::new(error)),
        }
    }
}

impl From<std::io::Error> for ClientError {
    fn from(error: std::io::Error) -> Self {
        Self::Transport(Box::new(error.into()))
    }
}

/// A message of the server.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// A JSON text.
    Text(Utf8Bytes),
    /// A frame.
    Frame(Bytes),
}

/// What a client has been sent, pings included.
#[derive(Clone, Copy, Debug, Default)]
pub struct Received {
    /// The number of frames.
    pub frames: u64,
    /// The bytes of all messages.
    pub bytes: u64,
}

/// The answer to a request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The payload of the `state`.
    pub state: Value,
    /// The time since the request was sent.
    pub latency: Duration,
    /// When it came.
    pub at: Instant,
}

/// The fields by which messages are told apart.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    re: Option<u32>,
}

/// A connection.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    last_id: u32,
    received: Received,
}

impl Client {
    /// Connects; the server's greeting comes as the first message.
    ///
    /// # Errors
    ///
    /// If there is no server, or it refuses.
    pub async fn connect(endpoint: &Endpoint) -> Result<Self, ClientError> {
        let mut request =
            format!("ws://{}{}", endpoint.address, endpoint.path).into_client_request()?;
        let mut header = |name: &'static str, value: &str| -> Result<(), ClientError> {
            let value = HeaderValue::from_str(value).map_err(tungstenite::http::Error::from);
            let value = value.map_err(tungstenite::Error::from)?;
            request.headers_mut().insert(name, value);
            Ok(())
        };
        if endpoint.version == Version::V2 {
            header("sec-websocket-protocol", "nnvisu.v2")?;
        }
        for (name, value) in &endpoint.headers {
            header(name, value)?;
        }
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES);
        limited("connection", async {
            let stream = TcpStream::connect(endpoint.address).await?;
            stream.set_nodelay(true)?;
            let (socket, _) =
                tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await?;
            Ok(Self {
                socket,
                last_id: 0,
                received: Received::default(),
            })
        })
        .await
    }

    /// Sends a message of any kind.
    ///
    /// # Errors
    ///
    /// If the connection is closed, or takes nothing.
    pub async fn send_message(&mut self, message: Message) -> Result<(), ClientError> {
        limited("room to send", async {
            Ok(self.socket.send(message).await?)
        })
        .await
    }

    /// Sends a request as it is.
    ///
    /// # Errors
    ///
    /// If the connection is closed, or takes nothing.
    pub async fn send(&mut self, request: &Value) -> Result<(), ClientError> {
        self.send_message(Message::text(request.to_string())).await
    }

    /// Sends a request with an id of its own, which is returned.
    ///
    /// # Errors
    ///
    /// If the connection is closed, or takes nothing.
    pub async fn send_with_id(&mut self, mut request: Value) -> Result<u32, ClientError> {
        self.last_id += 1;
        request["id"] = self.last_id.into();
        self.send(&request).await?;
        Ok(self.last_id)
    }

    /// Sends a request of version 2 and waits for its answer; everything else that comes meanwhile
    /// is dropped.
    ///
    /// # Errors
    ///
    /// The `error` that answers it, or a failure of the connection.
    pub async fn request(&mut self, request: Value) -> Result<Answer, ClientError> {
        let sent = Instant::now();
        let id = self.send_with_id(request).await?;
        limited("answer", async {
            loop {
                let Incoming::Text(text) = self.next_message().await? else {
                    continue;
                };
                let head: Head<'_> = parse(&text)?;
                if head.re != Some(id) {
                    continue;
                }
                let at = Instant::now();
                match head.kind {
                    "error" => return Err(ClientError::Error(parse(&text)?)),
                    "state" => {
                        let mut message: Value = parse(&text)?;
                        return Ok(Answer {
                            state: message["payload"].take(),
                            latency: at - sent,
                            at,
                        });
                    }
                    _ => {}
                }
            }
        })
        .await
    }

    /// The next text or frame.
    ///
    /// # Errors
    ///
    /// If the connection ends first, or nothing comes.
    pub async fn next(&mut self) -> Result<Incoming, ClientError> {
        limited("message", self.next_message()).await
    }

    /// Skips to the next frame.
    ///
    /// # Errors
    ///
    /// If the connection ends first, nothing comes, or the server sends an `error`.
    pub async fn next_frame(&mut self) -> Result<Bytes, ClientError> {
        loop {
            match self.next().await? {
                Incoming::Frame(frame) => return Ok(frame),
                Incoming::Text(text) => {
                    if parse::<Head<'_>>(&text)?.kind == "error" {
                        return Err(ClientError::Error(parse(&text)?));
                    }
                }
            }
        }
    }

    /// Reads and drops what comes until `deadline`.
    ///
    /// # Errors
    ///
    /// If the connection ends first.
    pub async fn read_until(&mut self, deadline: Instant) -> Result<(), ClientError> {
        while let Ok(message) = tokio::time::timeout_at(deadline.into(), self.next_message()).await
        {
            message?;
        }
        Ok(())
    }

    /// All that has been received.
    #[must_use]
    pub fn received(&self) -> Received {
        self.received
    }

    /// Reads up to the end of the connection; the close code, if the server sends one.
    ///
    /// # Errors
    ///
    /// If it does not end.
    pub async fn closed(mut self) -> Result<Option<CloseCode>, ClientError> {
        limited("end of the connection", async {
            loop {
                match self.next_message().await {
                    Ok(_) => {}
                    Err(ClientError::Closed(code)) => return Ok(code),
                    // Such as a reset.
                    Err(_) => return Ok(None),
                }
            }
        })
        .await
    }

    /// The closing handshake.
    ///
    /// # Errors
    ///
    /// If the connection is closed already, or does not end.
    pub async fn close(mut self) -> Result<(), ClientError> {
        limited("room to send", async { Ok(self.socket.close(None).await?) }).await?;
        self.closed().await?;
        Ok(())
    }

    /// The connection itself, in whatever state it is.
    #[must_use]
    pub fn into_stream(self) -> TcpStream {
        self.socket.into_inner()
    }

    /// The next text or frame, whenever it comes. Reading answers pings.
    async fn next_message(&mut self) -> Result<Incoming, ClientError> {
        loop {
            let Some(message) = self.socket.next().await else {
                return Err(ClientError::Closed(None));
            };
            let message = message?;
            self.received.bytes += message.len() as u64;
            match message {
                Message::Text(text) => return Ok(Incoming::Text(text)),
                Message::Binary(frame) => {
                    self.received.frames += 1;
                    return Ok(Incoming::Frame(frame));
                }
                Message::Close(reason) => {
                    let code = reason.map(|reason| reason.code);
                    // The library answers it while it is read on.
                    while let Some(Ok(_)) = self.socket.next().await {}
                    return Err(ClientError::Closed(code));
                }
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }
}

/// A text as JSON.
fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ClientError> {
    serde_json::from_str(text).map_err(|error| ClientError::NoMessage {
        text: text.chars().take(300).collect(),
        error,
    })
}

/// `future`, or an error once it has taken too long.
async fn limited<T>(
    what: &'static str,
    future: impl Future<Output = Result<T, ClientError>>,
) -> Result<T, ClientError> {
    tokio::time::timeout(TIME_LIMIT, future)
        .await
        .unwrap_or(Err(ClientError::TimedOut(what)))
}
