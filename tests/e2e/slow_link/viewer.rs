//! A client that looks only at the headers of what comes, and when.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use nnvisu_tests::client::Version;
use nnvisu_tests::wait::guarded;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

pub(super) struct Viewer {
    socket: WebSocketStream<TcpStream>,
    version: Version,
    /// The step that a version 1 client was told before the map that shows it.
    announced_step: u64,
    last_id: u32,
}

/// A frame that came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) at: Instant,
    pub(super) step: u64,
    pub(super) side: u16,
    pub(super) bytes: usize,
    /// As the server measured it; 0 in version 1.
    pub(super) steps_per_second: f32,
}

/// What came.
pub(super) enum Arrival {
    Text(Value),
    Frame(Seen),
}

impl Viewer {
    pub(super) async fn connect(address: SocketAddr, version: Version) -> Self {
        let mut request = format!("ws://{address}/ws")
            .into_client_request()
            .expect("a valid address");
        if version == Version::V2 {
            let protocol = "nnvisu.v2".parse().expect("a valid header");
            request
                .headers_mut()
                .insert("Sec-WebSocket-Protocol", protocol);
        }
        let stream = TcpStream::connect(address).await.expect("a listener");
        let handshake = tokio_tungstenite::client_async(request, stream);
        let (socket, _) = guarded("the WebSocket handshake", handshake)
            .await
            .expect("let in");
        Self {
            socket,
            version,
            announced_step: 0,
            last_id: 0,
        }
    }

    pub(super) async fn send(&mut self, message: &Value) {
        let message = Message::text(message.to_string());
        guarded("room to send", self.socket.send(message))
            .await
            .expect("the connection is open");
    }

    /// Sends what there is room for.
    pub(super) async fn try_send(&mut self, text: String) -> bool {
        let sending = self.socket.send(Message::text(text));
        let sent = tokio::time::timeout(Duration::from_millis(100), sending).await;
        sent.is_ok_and(|sent| sent.is_ok())
    }

    /// Reads what is left, up to the end of the connection.
    pub(super) async fn ended(mut self) {
        guarded("the end of the connection", async {
            while let Some(Ok(_)) = self.socket.next().await {}
        })
        .await;
    }

    /// Sends the request with an id; the id.
    pub(super) async fn send_with_id(&mut self, mut request: Value) -> u32 {
        self.last_id += 1;
        request["id"] = json!(self.last_id);
        self.send(&request).await;
        self.last_id
    }

    /// Sends a version 2 request and waits for the state that answers it.
    pub(super) async fn request(&mut self, request: Value) -> Value {
        let id = self.send_with_id(request).await;
        loop {
            if let Arrival::Text(mut message) = self.next().await
                && message["re"] == id
                && message["type"] == "state"
            {
                return message["payload"].take();
            }
        }
    }

    pub(super) async fn next(&mut self) -> Arrival {
        loop {
            let message = guarded("a message", self.socket.next())
                .await
                .expect("the connection is open")
                .expect("a valid frame");
            let at = Instant::now();
            match message {
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    assert_ne!(message["type"], "error", "{message}");
                    if let Some(step) = message["metrics"]["step"].as_u64() {
                        self.announced_step = step;
                    }
                    return Arrival::Text(message);
                }
                Message::Binary(frame) => return Arrival::Frame(self.seen(at, &frame)),
                _ => {}
            }
        }
    }

    pub(super) async fn next_frame(&mut self) -> Seen {
        loop {
            if let Arrival::Frame(seen) = self.next().await {
                return seen;
            }
        }
    }

    /// The frames that come in that time.
    pub(super) async fn watch(&mut self, duration: Duration) -> Vec<Seen> {
        let end = tokio::time::Instant::now() + duration;
        let mut frames = Vec::new();
        while let Ok(seen) = tokio::time::timeout_at(end, self.next_frame()).await {
            frames.push(seen);
        }
        frames
    }

    fn seen(&self, at: Instant, frame: &[u8]) -> Seen {
        let u16_at = |offset: usize| u16::from_le_bytes([frame[offset], frame[offset + 1]]);
        let bytes = frame.len();
        match self.version {
            Version::V1 => Seen {
                at,
                step: self.announced_step,
                side: u16_at(1),
                bytes,
                steps_per_second: 0.0,
            },
            Version::V2 => Seen {
                at,
                step: u64::from_le_bytes(frame[12..20].try_into().expect("eight bytes")),
                side: u16_at(2),
                bytes,
                steps_per_second: f32::from_le_bytes(frame[28..32].try_into().expect("four")),
            },
        }
    }
}

/// The middle one of some numbers, of which there is at least one.
pub(super) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
