//! A client that looks only at the headers of what comes, and when.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nnvisu_test_client::{Client, Endpoint, FrameHead, Incoming};
use nnvisu_tests::client::Version;
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

pub(super) struct Viewer {
    client: Client,
    version: Version,
    /// The step that a version 1 client was told before the map that shows it.
    announced_step: u64,
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
        let client = Client::connect(&Endpoint::new(address, version)).await;
        Self {
            client: client.expect("the server accepts the client"),
            version,
            announced_step: 0,
        }
    }

    pub(super) async fn send(&mut self, message: &Value) {
        let sent = self.client.send(message).await;
        sent.expect("the connection is open");
    }

    /// Sends what there is room for.
    pub(super) async fn try_send(&mut self, text: String) -> bool {
        let sending = self.client.send_message(Message::text(text));
        let sent = tokio::time::timeout(Duration::from_millis(100), sending).await;
        sent.is_ok_and(|sent| sent.is_ok())
    }

    /// Reads what is left, up to the end of the connection.
    pub(super) async fn ended(self) {
        self.client.closed().await.expect("the connection ends");
    }

    /// Sends the request with an id; the id.
    pub(super) async fn send_with_id(&mut self, request: Value) -> u32 {
        let id = self.client.send_with_id(request).await;
        id.expect("the connection is open")
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
        let message = self.client.next().await.expect("a message");
        let at = Instant::now();
        match message {
            Incoming::Text(text) => {
                let message: Value = serde_json::from_str(&text).expect("JSON");
                assert_ne!(message["type"], "error", "{message}");
                if let Some(step) = message["metrics"]["step"].as_u64() {
                    self.announced_step = step;
                }
                Arrival::Text(message)
            }
            Incoming::Frame(frame) => Arrival::Frame(self.seen(at, &frame)),
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
        let bytes = frame.len();
        match self.version {
            Version::V1 => Seen {
                at,
                step: self.announced_step,
                side: u16::from_le_bytes([frame[1], frame[2]]),
                bytes,
                steps_per_second: 0.0,
            },
            Version::V2 => {
                let head = FrameHead::read(frame).expect("a frame");
                Seen {
                    at,
                    step: head.step,
                    side: head.width,
                    bytes,
                    steps_per_second: head.steps_per_second,
                }
            }
        }
    }
}

/// The middle one of some numbers, of which there is at least one.
pub(super) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
