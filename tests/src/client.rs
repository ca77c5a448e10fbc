//! A WebSocket client that speaks the documented wire formats and refuses
//! whatever they do not mention.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::frames::{Frame, Map};
use crate::server::Server;
use crate::wait::{GUARD, guarded};

/// Which format a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The format without a subprotocol.
    V1,
    /// The subprotocol `nnvisu.v2`.
    V2,
}

/// A frame from the server.
#[derive(Debug)]
pub enum Incoming {
    /// A JSON object with a `type`.
    Text(Value),
    /// A v1 map.
    Map(Map),
    /// A v2 frame.
    Frame(Frame),
}

/// How a request with an id was answered.
#[derive(Debug)]
pub struct Answer {
    /// The payload of the `state` that ends the answer.
    pub state: Value,
    /// The messages with the request's id that came before it.
    pub before: Vec<Value>,
}

/// A connected client.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    version: Version,
    greeting: Value,
    last_id: u32,
    last_text: String,
    deadline: Instant,
}

/// How long a test may use one connection.
const LIFETIME: Duration = Duration::from_secs(120);

impl Client {
    /// Connects as a v1 client that is no browser.
    pub async fn v1(server: &Server) -> Self {
        Self::connect(server.address(), Version::V1, None)
            .await
            .expect("a client without an Origin is let in")
    }

    /// Connects as a v2 client that is no browser.
    pub async fn v2(server: &Server) -> Self {
        Self::connect(server.address(), Version::V2, None)
            .await
            .expect("a client without an Origin is let in")
    }

    /// Connects, sending `origin` as a browser would.
    ///
    /// # Errors
    ///
    /// The HTTP status, if the server refuses the connection.
    pub async fn connect(
        address: SocketAddr,
        version: Version,
        origin: Option<&str>,
    ) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/ws")
            .into_client_request()
            .expect("a valid address");
        let mut header = |name, value: &str| {
            let value = value.parse().expect("a valid header");
            request.headers_mut().insert(name, value);
        };
        if let Some(origin) = origin {
            header("Origin", origin);
        }
        if version == Version::V2 {
            header("Sec-WebSocket-Protocol", "nnvisu.v2");
        }
        let stream = TcpStream::connect(address)
            .await
            .expect("the server accepts connections");
        let handshake = tokio_tungstenite::client_async(request, stream);
        let socket = match guarded("the WebSocket handshake", handshake).await {
            Ok((socket, _)) => socket,
            Err(tungstenite::Error::Http(response)) => return Err(response.status().as_u16()),
            Err(error) => panic!("the handshake failed: {error}"),
        };
        let mut client = Self {
            socket,
            version,
            greeting: Value::Null,
            last_id: 0,
            last_text: String::new(),
            deadline: Instant::now() + LIFETIME,
        };
        match client.next().await {
            Incoming::Text(message) if message["type"] == "config" => client.greeting = message,
            other => panic!("the first message is `config`, not {other:?}"),
        }
        Ok(client)
    }

    /// Lets the test use this connection for this long from now on.
    pub fn stay(&mut self, lifetime: Duration) {
        self.deadline = Instant::now() + lifetime;
    }

    /// The `config` message that the server sent first.
    pub fn greeting(&self) -> &Value {
        &self.greeting
    }

    /// Sends a JSON message.
    pub async fn send(&mut self, message: Value) {
        self.send_text(message.to_string()).await;
    }

    /// Sends a text frame of any content.
    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.send_raw(Message::text(text.into()))
            .await
            .expect("the connection is open");
    }

    /// Sends any frame.
    ///
    /// # Errors
    ///
    /// If the connection is closed.
    pub async fn send_raw(&mut self, message: Message) -> Result<(), tungstenite::Error> {
        guarded("room to send", self.socket.send(message)).await
    }

    /// The next frame.
    pub async fn next(&mut self) -> Incoming {
        let limit = GUARD.min(self.deadline.saturating_duration_since(Instant::now()));
        let message = tokio::time::timeout(limit, async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                    Some(Ok(message)) if !message.is_close() => return message,
                    end => panic!("the connection ended: {end:?}"),
                }
            }
        })
        .await;
        match message {
            Ok(Message::Text(text)) => {
                self.last_text = text.chars().take(300).collect();
                Incoming::Text(self.checked_text(&text))
            }
            Ok(message) => match self.version {
                Version::V1 => Incoming::Map(Map::decode(&message.into_data())),
                Version::V2 => Incoming::Frame(Frame::decode(&message.into_data())),
            },
            Err(elapsed) => panic!(
                "what was waited for did not come ({elapsed}); the last text was {}",
                self.last_text
            ),
        }
    }

    /// Waits for the connection to end; the close code, if the server sent one.
    pub async fn closed(mut self) -> Option<CloseCode> {
        let mut code = None;
        guarded("the end of the connection", async {
            while let Some(Ok(message)) = self.socket.next().await {
                if let Message::Close(Some(frame)) = message {
                    code = Some(frame.code);
                }
            }
        })
        .await;
        code
    }

    /// Skips to the next text message of a type.
    pub async fn expect(&mut self, kind: &str) -> Value {
        loop {
            if let Incoming::Text(message) = self.next().await {
                if message["type"] == kind {
                    return message;
                }
                assert_ne!(
                    message["type"], "error",
                    "waiting for `{kind}`, got {message}"
                );
            }
        }
    }

    /// Skips to the next v1 map.
    pub async fn next_map(&mut self) -> Map {
        loop {
            if let Incoming::Map(map) = self.next().await {
                return map;
            }
        }
    }

    /// Skips to the next v2 frame for which `wanted` holds.
    pub async fn frame(&mut self, wanted: impl Fn(&Frame) -> bool) -> Frame {
        loop {
            if let Incoming::Frame(frame) = self.next().await
                && wanted(&frame)
            {
                return frame;
            }
        }
    }

    /// Skips to the v2 checkpoint of the state that a request was answered
    /// with.
    pub async fn checkpoint_of(&mut self, state: &Value) -> Value {
        loop {
            let checkpoint = self.expect("checkpoint").await["payload"].take();
            if checkpoint["generation"] == state["generation"]
                && checkpoint["step"] == state["step"]
            {
                return checkpoint;
            }
        }
    }

    /// Sends a v2 request with an id and waits for its answer; frames that
    /// belong to nothing in particular are dropped meanwhile.
    ///
    /// # Errors
    ///
    /// The `error` that answers the request.
    pub async fn try_request(&mut self, mut request: Value) -> Result<Answer, Value> {
        assert_eq!(self.version, Version::V2, "ids are a matter of v2");
        self.last_id += 1;
        request["id"] = self.last_id.into();
        self.send(request).await;
        let mut before = Vec::new();
        loop {
            let Incoming::Text(mut message) = self.next().await else {
                continue;
            };
            let answers = message["re"] == self.last_id;
            match message["type"].as_str() {
                Some("state") if answers => {
                    let state = message["payload"].take();
                    return Ok(Answer { state, before });
                }
                Some("error") if answers => return Err(message),
                Some("error") => panic!("an error out of the blue: {message}"),
                _ if answers => before.push(message),
                _ => {}
            }
        }
    }

    /// Sends a v2 request that is to succeed; the `state` that answers it.
    pub async fn request(&mut self, request: Value) -> Value {
        match self.try_request(request.clone()).await {
            Ok(answer) => answer.state,
            Err(error) => panic!("{request} was answered by {error}"),
        }
    }

    /// Sends a text that is to be refused; the `error` that answers it.
    pub async fn refused(&mut self, text: impl Into<String>) -> Value {
        self.send_text(text).await;
        self.next_error().await
    }

    /// Skips to the next `error`.
    pub async fn next_error(&mut self) -> Value {
        loop {
            if let Incoming::Text(message) = self.next().await
                && message["type"] == "error"
            {
                let text = message["message"].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "an error says what is wrong: {message}");
                return message;
            }
        }
    }

    /// Sends a request that is answered by the training thread without a look
    /// at the session, and collects what comes up to its answer.
    pub async fn round_trip(&mut self) -> Vec<Incoming> {
        self.send(stateless_step()).await;
        let mut before = Vec::new();
        loop {
            let frame = self.next().await;
            if let Incoming::Text(message) = &frame {
                if message["type"] == "step_result" && is_stateless(message) {
                    return before;
                }
                assert_ne!(message["type"], "error", "{message}");
            }
            before.push(frame);
        }
    }

    /// Ends the connection without a goodbye: the other side gets a reset.
    pub fn reset_connection(self) {
        let stream = self.socket.into_inner();
        stream.set_zero_linger().expect("a TCP option");
    }

    /// Closes the connection politely.
    pub async fn close(mut self) {
        guarded("the closing handshake", self.socket.close(None))
            .await
            .expect("the connection was open");
        self.closed().await;
    }

    /// Parses a text frame, and checks that this client's format knows it.
    fn checked_text(&self, text: &str) -> Value {
        let message: Value = serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("the server sent invalid JSON ({error}): {text}"));
        let kind = message["type"].as_str().unwrap_or_default();
        let known = match self.version {
            Version::V1 => matches!(
                kind,
                "config" | "step_result" | "architecture_synced" | "data_generated" | "error"
            ),
            Version::V2 => match kind {
                // Not the running ones: those numbers travel in the frames.
                "step_result" => message.get("re").is_some() || is_stateless(&message),
                _ => matches!(
                    kind,
                    "config"
                        | "state"
                        | "checkpoint"
                        | "architecture_synced"
                        | "data_generated"
                        | "error"
                ),
            },
        };
        assert!(known, "a {:?} client got {text}", self.version);
        if self.version == Version::V1 {
            assert!(message.get("re").is_none(), "v1 knows no `re`: {text}");
        }
        message
    }
}

/// Whether a `step_result` answers a `train_step`: such a step has no number.
fn is_stateless(message: &Value) -> bool {
    message["metrics"].get("step").is_none()
}

/// A `train_step` of a linear network of two classes.
fn stateless_step() -> Value {
    json!({
        "type": "train_step",
        "config": {
            "learningRate": 0.01, "architecture": [], "activation": "tanh",
            "optimizer": "sgd", "regularization": 0.0, "batchSize": 0, "dropout": 0.0,
        },
        "model": {"weights": [[[1.0, 0.0], [-1.0, 0.0]]], "biases": [[0.0, 0.0]]},
        "data": [{"x": 0.5, "y": 0.1, "label": 0}, {"x": -0.5, "y": 0.3, "label": 1}],
    })
}
