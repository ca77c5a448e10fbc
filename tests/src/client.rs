//! A WebSocket client that speaks the documented wire formats and refuses
//! whatever they do not mention.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nnvisu_test_client::{ClientError, CloseCode, Endpoint, Incoming as Message, TIME_LIMIT};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite;

use crate::frames::{Frame, Map};
use crate::server::Server;

pub use nnvisu_test_client::Version;

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
    /// The messages with the request's id that came before it, but for checkpoints.
    pub before: Vec<Value>,
}

/// A connected client.
pub struct Client {
    connection: nnvisu_test_client::Client,
    version: Version,
    greeting: Value,
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
            .expect("a client without an Origin is accepted")
    }

    /// Connects as a v2 client that is no browser.
    pub async fn v2(server: &Server) -> Self {
        Self::connect(server.address(), Version::V2, None)
            .await
            .expect("a client without an Origin is accepted")
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
        let mut endpoint = Endpoint::new(address, version);
        if let Some(origin) = origin {
            endpoint = endpoint.with_header("origin", origin);
        }
        let connection = match nnvisu_test_client::Client::connect(&endpoint).await {
            Ok(connection) => connection,
            Err(ClientError::Refused(status)) => return Err(status),
            Err(error) => panic!("the handshake failed: {error}"),
        };
        let mut client = Self {
            connection,
            version,
            greeting: Value::Null,
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
        self.send_raw(tungstenite::Message::text(text.into()))
            .await
            .expect("the connection is open");
    }

    /// Sends any frame.
    ///
    /// # Errors
    ///
    /// If the connection is closed.
    pub async fn send_raw(&mut self, message: tungstenite::Message) -> Result<(), ClientError> {
        self.connection.send_message(message).await
    }

    /// The next frame.
    pub async fn next(&mut self) -> Incoming {
        let limit = TIME_LIMIT.min(self.deadline.saturating_duration_since(Instant::now()));
        let next = tokio::time::timeout(limit, self.connection.next()).await;
        let next = next.unwrap_or(Err(ClientError::TimedOut("message that was waited for")));
        let message =
            next.unwrap_or_else(|error| panic!("{error}; the last text was {}", self.last_text));
        match message {
            Message::Text(text) => {
                self.last_text = text.chars().take(300).collect();
                Incoming::Text(self.checked_text(&text))
            }
            Message::Frame(bytes) => match self.version {
                Version::V1 => Incoming::Map(Map::decode(&bytes)),
                Version::V2 => Incoming::Frame(Frame::decode(&bytes)),
            },
        }
    }

    /// Waits for the connection to end; the close code, if the server sent one.
    pub async fn closed(self) -> Option<CloseCode> {
        self.connection.closed().await.expect("the connection ends")
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
    pub async fn try_request(&mut self, request: Value) -> Result<Answer, Value> {
        assert_eq!(self.version, Version::V2, "ids are a matter of v2");
        let id = self.connection.send_with_id(request).await;
        let id = id.expect("the connection is open");
        let mut before = Vec::new();
        loop {
            let Incoming::Text(mut message) = self.next().await else {
                continue;
            };
            let answers = message["re"] == id;
            match message["type"].as_str() {
                Some("state") if answers => {
                    let state = message["payload"].take();
                    return Ok(Answer { state, before });
                }
                Some("error") if answers => return Err(message),
                Some("error") => panic!("an error out of the blue: {message}"),
                // What the request throws away.
                Some("checkpoint") => {}
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

    /// Ends the connection without a closing handshake: the other side gets a reset.
    pub fn reset_connection(self) {
        let stream = self.connection.into_stream();
        stream.set_zero_linger().expect("a TCP option");
    }

    /// The closing handshake.
    pub async fn close(self) {
        self.connection.close().await.expect("it was open");
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
