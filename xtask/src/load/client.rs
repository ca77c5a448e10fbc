//! A client of version 2 that costs little, as it shares the machine with what it measures: it
//! reads everything, keeps nothing, and answers pings as a browser does.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Message, protocol::WebSocketConfig};

/// A server that takes longer than this for one answer has failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// Enough for a frame; the library's own are larger than a whole session on the server.
const BUFFER: usize = 4096;

/// Where the server listens.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) address: SocketAddr,
    /// The path of the WebSocket, such as `/ws`.
    pub(super) path: String,
}

/// What a client has been sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Received {
    pub(super) frames: u64,
    pub(super) bytes: u64,
}

/// A connected client.
pub(super) struct Client {
    socket: WebSocketStream<TcpStream>,
    last_id: u32,
    received: Received,
}

/// The part of a text message that is of interest here.
#[derive(Deserialize)]
struct Text {
    #[serde(rename = "type")]
    kind: String,
    re: Option<u32>,
    #[serde(default)]
    payload: Payload,
    message: Option<String>,
}

#[derive(Default, Deserialize)]
struct Payload {
    #[serde(default)]
    step: u64,
}

/// The answer to a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    /// The step at which the session obeyed.
    pub(super) step: u64,
    /// From before the request was sent.
    pub(super) took: Duration,
    /// When it came.
    pub(super) at: Instant,
}

impl Client {
    /// Connects, and waits for the greeting: from then on there is a session.
    pub(super) async fn connect(target: &Target) -> Result<Self> {
        let connecting = async {
            let stream = TcpStream::connect(target.address).await?;
            stream.set_nodelay(true)?;
            let url = format!("ws://{}{}", target.address, target.path);
            let mut request = url.into_client_request()?;
            let protocol = "nnvisu.v2".parse().expect("a valid header");
            request
                .headers_mut()
                .insert("Sec-WebSocket-Protocol", protocol);
            let config = WebSocketConfig::default()
                .read_buffer_size(BUFFER)
                .write_buffer_size(BUFFER);
            let (socket, _) =
                tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await?;
            let mut client = Self {
                socket,
                last_id: 0,
                received: Received::default(),
            };
            while client
                .next()
                .await?
                .is_none_or(|text| text.kind != "config")
            {}
            Ok(client)
        };
        timeout(PATIENCE, connecting)
            .await
            .unwrap_or_else(|_| bail!("no session within {PATIENCE:?}"))
            .with_context(|| format!("connecting to {}", target.address))
    }

    /// Sends a request and waits for its answer.
    pub(super) async fn request(&mut self, mut request: Value) -> Result<Answer> {
        self.last_id += 1;
        request["id"] = self.last_id.into();
        let sent = Instant::now();
        let answering = async {
            self.socket.send(Message::text(request.to_string())).await?;
            loop {
                let Some(text) = self.next().await? else {
                    continue;
                };
                if text.re != Some(self.last_id) {
                    continue;
                }
                if let Some(message) = text.message {
                    bail!("the server refused {request}: {message}");
                }
                if text.kind == "state" {
                    let at = Instant::now();
                    return Ok(Answer {
                        step: text.payload.step,
                        took: at - sent,
                        at,
                    });
                }
            }
        };
        timeout(PATIENCE, answering)
            .await
            .unwrap_or_else(|_| bail!("no answer to {request} within {PATIENCE:?}"))
    }

    /// A small change that changes nothing: a control as a page sends it while training.
    pub(super) async fn control(&mut self) -> Result<Answer> {
        self.request(json!({"type": "update_config", "payload": {"learningRate": 0.01}}))
            .await
    }

    /// Has points of two classes generated, the same for the same `seed`.
    pub(super) async fn generate_points(&mut self, seed: u64) -> Result<Answer> {
        let request = json!({
            "type": "generate_data", "distribution": "moons", "num_classes": 2, "seed": seed,
        });
        self.request(request).await
    }

    /// Reads what comes until `deadline`.
    pub(super) async fn read_until(&mut self, deadline: Instant) -> Result<()> {
        while let Ok(message) = timeout_at(deadline.into(), self.next()).await {
            message?;
        }
        Ok(())
    }

    /// Waits for a frame.
    pub(super) async fn frame(&mut self) -> Result<()> {
        let before = self.received.frames;
        let drawing = async {
            while self.received.frames == before {
                self.next().await?;
            }
            Ok(())
        };
        timeout(PATIENCE, drawing)
            .await
            .unwrap_or_else(|_| bail!("no frame within {PATIENCE:?}"))
    }

    /// All that it has been sent.
    pub(super) fn received(&self) -> Received {
        self.received
    }

    /// Says goodbye and waits for the other side to do so.
    pub(super) async fn close(mut self) -> Result<()> {
        let closing = async {
            self.socket.close(None).await?;
            while self.next().await.is_ok() {}
            Ok(())
        };
        timeout(PATIENCE, closing)
            .await
            .unwrap_or_else(|_| bail!("no end within {PATIENCE:?}"))
    }

    /// The connection itself, in whatever state it is.
    pub(super) fn into_stream(self) -> TcpStream {
        self.socket.into_inner()
    }

    /// The next message; `None` if it is no text.
    async fn next(&mut self) -> Result<Option<Text>> {
        let message = self.socket.next().await.context("the connection ended")??;
        ensure!(!message.is_close(), "the server closed the connection");
        self.received.bytes += message.len() as u64;
        match message {
            Message::Text(text) => Ok(Some(serde_json::from_str(&text)?)),
            Message::Binary(_) => {
                self.received.frames += 1;
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}
