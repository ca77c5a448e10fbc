//! WebDriver BiDi, as far as Firefox needs it: the console, and windows of any size. The rest is
//! plain WebDriver, which every engine's driver speaks.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::wait::guarded;

/// A command on its way, and where its result goes.
type Request = (Value, oneshot::Sender<Value>);

/// A connection to a browser beside its WebDriver session.
pub(super) struct Bidi {
    requests: mpsc::UnboundedSender<Request>,
    errors: Arc<Mutex<Vec<String>>>,
}

impl Bidi {
    /// Connects to a session's address, and keeps what its console says from here on.
    pub(super) async fn connect(address: &str) -> Self {
        let (mut socket, _) = guarded("WebDriver BiDi", connect_async(address))
            .await
            .expect("a WebSocket of the browser");
        let (requests, mut waiting) = mpsc::unbounded_channel::<Request>();
        let errors = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&errors);
        tokio::spawn(async move {
            let mut unanswered: Vec<(u64, oneshot::Sender<Value>)> = Vec::new();
            let mut id = 0;
            loop {
                tokio::select! {
                    request = waiting.recv() => {
                        let Some((mut command, answer)) = request else { return };
                        id += 1;
                        command["id"] = id.into();
                        unanswered.push((id, answer));
                        if socket.send(Message::text(command.to_string())).await.is_err() {
                            return;
                        }
                    }
                    message = socket.next() => {
                        let Some(Ok(message)) = message else { return };
                        let Ok(text) = message.to_text() else { continue };
                        let Ok(message) = serde_json::from_str::<Value>(text) else { continue };
                        if let Some(id) = message["id"].as_u64() {
                            if let Some(at) = unanswered.iter().position(|(of, _)| *of == id) {
                                // Nobody may be waiting any more.
                                let _ = unanswered.swap_remove(at).1.send(message);
                            }
                        } else if let Some(error) = error_in(&message) {
                            kept.lock().expect("no panic while writing").push(error);
                        }
                    }
                }
            }
        });
        let bidi = Self { requests, errors };
        bidi.command("session.subscribe", json!({"events": ["log.entryAdded"]}))
            .await;
        bidi
    }

    /// Has the browser do something that it can do.
    pub(super) async fn command(&self, method: &str, params: Value) -> Value {
        let (answer, answered) = oneshot::channel();
        let request = json!({"method": method, "params": params});
        self.requests
            .send((request, answer))
            .unwrap_or_else(|_| panic!("the browser is gone before {method}"));
        let mut answer = guarded(method, answered)
            .await
            .unwrap_or_else(|_| panic!("the browser is gone in {method}"));
        assert_eq!(answer["type"], "success", "{method}: {answer}");
        answer["result"].take()
    }

    /// The errors that the console has had since the last call.
    pub(super) fn errors(&self) -> Vec<String> {
        std::mem::take(&mut self.errors.lock().expect("no panic while writing"))
    }
}

/// The text of an event that says that the console has a further error.
fn error_in(event: &Value) -> Option<String> {
    let entry = &event["params"];
    (event["method"] == "log.entryAdded" && entry["level"] == "error")
        .then(|| entry["text"].as_str().unwrap_or_default().to_owned())
}
