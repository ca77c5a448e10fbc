//! Sessions without sockets and without threads: text in, text and frames out.

// Requests written by `json!` where they are sent read best.
#![allow(clippy::needless_pass_by_value)]

mod both;
mod counters;
mod link;
mod restore;
mod robustness;
mod v1;
mod v2;

use std::{sync::Arc, time::Instant};

use nnvisu_protocol::{Limits, Map, Picture, ProtocolVersion, decode_map, decode_picture};
use serde_json::{Value, json};

use super::{
    advance::Next,
    backlog::Backlog,
    inbox::Command,
    outbox::{OutboxReader, Outgoing, outbox},
    state::{Session, SessionOptions},
};

/// A client that holds its session in its hand.
struct Client {
    session: Session,
    outbox: OutboxReader,
    /// What has come so far and has not been looked at.
    texts: Vec<Value>,
    frames: Vec<Vec<u8>>,
    checkpoints: Vec<Value>,
}

impl Client {
    /// Connects and takes the greeting.
    fn new(version: ProtocolVersion) -> Self {
        let mut client = Self::ungreeted(version);
        assert_eq!(client.texts()[0]["type"], "config");
        client
    }

    fn ungreeted(version: ProtocolVersion) -> Self {
        let options = SessionOptions {
            version,
            limits: Limits::default(),
        };
        let (sender, reader) = outbox(Backlog::default());
        Self {
            session: Session::new(options, sender, Arc::default()),
            outbox: reader,
            texts: vec![],
            frames: vec![],
            checkpoints: vec![],
        }
    }

    fn v1() -> Self {
        Self::new(ProtocolVersion::V1)
    }

    fn v2() -> Self {
        Self::new(ProtocolVersion::V2)
    }

    /// Sends a request; its answers are among [`texts`](Self::texts) then.
    fn send(&mut self, request: Value) {
        self.send_text(&request.to_string());
    }

    fn send_text(&mut self, text: &str) {
        self.session.handle(&Command::Text(text.to_owned().into()));
    }

    /// Sends a version 2 request and returns the `state` that answers it.
    fn ask(&mut self, mut request: Value) -> Value {
        request["id"] = json!(7);
        self.send(request);
        let answer = self.texts().pop().unwrap();
        assert_eq!(
            (&answer["type"], &answer["re"]),
            (&json!("state"), &json!(7)),
            "{answer}"
        );
        answer["payload"].clone()
    }

    /// Sends a request that is refused, and returns the `error`.
    fn refused(&mut self, request: Value) -> Value {
        self.send(request);
        let answer = self.texts().pop().unwrap();
        assert_eq!(answer["type"], "error", "{answer}");
        answer
    }

    /// The text messages that have come since the last look, checkpoints apart.
    fn texts(&mut self) -> Vec<Value> {
        self.receive();
        std::mem::take(&mut self.texts)
    }

    fn receive(&mut self) {
        while let Some(outgoing) = self.outbox.take(true) {
            match outgoing {
                Outgoing::Reply(text) => self.texts.push(parse(&text)),
                Outgoing::Frame(frame) => {
                    self.texts.extend(frame.step_result.as_deref().map(parse));
                    self.frames.push(frame.bytes);
                }
                Outgoing::Checkpoint(text) => self.checkpoints.push(parse(&text)),
                Outgoing::Failed => panic!("the session failed"),
            }
        }
    }

    /// Lets time pass until `condition`.
    fn run_until(&mut self, mut condition: impl FnMut(&mut Self) -> bool) {
        while !condition(self) {
            match self.session.advance() {
                Next::Now => {}
                Next::At(at) => std::thread::sleep(at.saturating_duration_since(Instant::now())),
                Next::Idle => {
                    assert!(condition(self), "nothing more will happen");
                    return;
                }
            }
            self.receive();
        }
    }

    /// Lets time pass until a paused session has nothing more to say.
    fn settle(&mut self) {
        assert!(!self.session.running);
        loop {
            match self.session.advance() {
                Next::Now => {}
                Next::At(at) => std::thread::sleep(at.saturating_duration_since(Instant::now())),
                Next::Idle => break,
            }
        }
        self.receive();
    }

    fn step(&self) -> u64 {
        self.session.trainer.step()
    }

    fn parameters(&self) -> Vec<f32> {
        self.session.trainer.mlp().parameters().to_vec()
    }

    /// The maps that have come since the last look.
    fn maps(&mut self) -> Vec<Vec<u8>> {
        self.receive();
        for frame in &self.frames {
            map(frame);
        }
        std::mem::take(&mut self.frames)
    }

    /// How many frames have come since the last look.
    fn count_frames(&mut self) -> usize {
        self.receive();
        std::mem::take(&mut self.frames).len()
    }

    /// The only picture that has come since the last look.
    fn the_frame(&mut self) -> Vec<u8> {
        self.receive();
        assert_eq!(self.frames.len(), 1);
        self.frames.remove(0)
    }

    /// The newest checkpoint.
    fn checkpoint(&mut self) -> Value {
        self.receive();
        let message = self.checkpoints.drain(..).next_back().unwrap();
        assert_eq!(message["type"], "checkpoint");
        message["payload"].clone()
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn map(frame: &[u8]) -> Map<'_> {
    let map = decode_map(frame).unwrap();
    assert!(map.width >= 100 && map.height >= 100);
    map
}

fn picture(frame: &[u8]) -> Picture<'_> {
    decode_picture(frame).unwrap()
}

/// Four points that no straight line divides.
fn xor() -> Value {
    json!([
        {"x": -0.5, "y": -0.5, "label": 0},
        {"x": 0.5, "y": 0.5, "label": 0},
        {"x": -0.5, "y": 0.5, "label": 1},
        {"x": 0.5, "y": -0.5, "label": 1},
    ])
}

/// [`xor`] and a point of class `label`.
fn xor_and(label: u8) -> Value {
    let mut points = xor();
    points
        .as_array_mut()
        .unwrap()
        .push(json!({"x": 0.0, "y": 0.9, "label": label}));
    points
}

fn update_data(data: Value) -> Value {
    json!({"type": "update_data", "data": data})
}

fn request(name: &str) -> Value {
    json!({"type": name})
}

/// All seven settings, most of them not the defaults.
fn config() -> Value {
    json!({
        "learningRate": 0.1, "architecture": [4], "activation": "tanh", "optimizer": "adam",
        "regularization": 0.0, "batchSize": 3, "dropout": 0.2,
    })
}

/// Everything that makes a session, to be restored.
fn restore(data: Value, checkpoint: Value) -> Value {
    json!({
        "type": "restore", "config": config(), "data": data, "checkpoint": checkpoint,
        "seeds": {"init": 1, "batches": 2, "dropout": 3}, "stepsPerSecond": null,
    })
}
