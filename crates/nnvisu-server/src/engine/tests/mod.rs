//! Sessions without sockets and without threads: text in, text and frames out.

// Requests written by `json!` where they are sent read best.
#![allow(clippy::needless_pass_by_value)]

mod both;
mod counters;
mod link;
mod malformed;
mod restore;
mod simulation;
mod stepping;
mod v1;
mod v2;

use std::{cell::Cell, sync::Arc, time::Duration};

use nnvisu_protocol::{Limits, Map, Metrics, SUBPROTOCOL_V2, decode_frame, decode_map};
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::{
    Activity, Clock, Dialect, DroppedFrame, Frame, Link, Next, Session, Timestamp, run::Run,
};

/// Bytes a second of a link that limits nothing.
const FAST: f64 = 1e9;
/// Both dialects, by their subprotocols.
const DIALECTS: [Spoken; 2] = [V1, V2];
use Spoken::{V1, V2};

/// What a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoken {
    V1,
    V2,
}

impl Spoken {
    fn dialect(self) -> Dialect {
        Dialect::of_subprotocol(match self {
            V1 => None,
            V2 => Some(SUBPROTOCOL_V2),
        })
    }
}

/// A clock that advances whenever it is read, by as much as a burst of steps takes: so each burst is
/// one step, however fast this machine is.
#[derive(Default)]
struct TestClock {
    elapsed: Cell<Duration>,
}

impl TestClock {
    const TICK: Duration = Duration::from_millis(1);

    fn sleep_until(&self, moment: Timestamp) {
        self.elapsed
            .set(self.elapsed.get().max(moment.since_origin()));
    }

    fn elapsed(&self) -> Duration {
        self.elapsed.get()
    }

    fn since(&self, started: Duration) -> Duration {
        self.elapsed().saturating_sub(started)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.elapsed.set(self.elapsed.get() + Self::TICK);
        Timestamp::after_origin(self.elapsed.get())
    }
}

/// What waits at a link, as in the outbox of a connection.
#[derive(Default)]
struct Waiting {
    replies: Vec<String>,
    frame: Option<Frame>,
    checkpoint: Option<String>,
    bytes_per_second: f64,
    is_congested: bool,
}

/// A link that holds what is sent until it is taken. Clones are the same link.
#[derive(Clone, Default)]
struct TestLink(Arc<Mutex<Waiting>>);

impl TestLink {
    fn report(&self, bytes_per_second: f64, is_congested: bool) {
        let mut waiting = self.0.lock();
        waiting.bytes_per_second = bytes_per_second;
        waiting.is_congested = is_congested;
    }
}

impl Link for TestLink {
    fn reply(&self, text: String) {
        self.0.lock().replies.push(text);
    }

    fn frame(&self, frame: Frame) -> Option<DroppedFrame> {
        let with_weights = frame.with_weights;
        let dropped = self.0.lock().frame.replace(frame);
        dropped.map(|old| DroppedFrame {
            lost_weights: old.with_weights && !with_weights,
        })
    }

    fn checkpoint(&self, text: String) {
        self.0.lock().checkpoint = Some(text);
    }

    fn withdraw(&self) -> bool {
        let mut waiting = self.0.lock();
        waiting.checkpoint = None;
        waiting.frame.take().is_some()
    }

    fn bytes_per_second(&self) -> f64 {
        self.0.lock().bytes_per_second
    }

    fn is_congested(&self) -> bool {
        self.0.lock().is_congested
    }
}

/// A client that holds its session in its hand.
struct Client {
    session: Session,
    clock: TestClock,
    link: TestLink,
    /// What has come so far and has not been looked at.
    texts: Vec<Value>,
    frames: Vec<Vec<u8>>,
    checkpoints: Vec<Value>,
    /// What the session has counted.
    counted: Activity,
}

impl Client {
    /// Connects and takes the hello.
    fn new(spoken: Spoken) -> Self {
        let mut client = Self::before_hello(spoken);
        assert_eq!(client.texts()[0]["type"], "config");
        client
    }

    fn before_hello(spoken: Spoken) -> Self {
        let clock = TestClock::default();
        let link = TestLink::default();
        link.report(FAST, false);
        let mut seed = 0;
        let entropy = move || {
            seed += 1;
            seed
        };
        let mut session = Session::new(Box::new(entropy), &clock);
        session.join(
            spoken.dialect(),
            Limits::default(),
            Box::new(link.clone()),
            &clock,
        );
        Self {
            session,
            clock,
            link,
            texts: vec![],
            frames: vec![],
            checkpoints: vec![],
            counted: Activity::default(),
        }
    }

    fn v1() -> Self {
        Self::new(V1)
    }

    fn v2() -> Self {
        Self::new(V2)
    }

    fn run(&self) -> &Run {
        self.session.run()
    }

    fn is_running(&self) -> bool {
        self.run().is_running()
    }

    /// Sends a request; its answers are among [`texts`](Self::texts) then.
    fn send(&mut self, request: Value) {
        self.send_text(&request.to_string());
    }

    fn send_text(&mut self, text: &str) {
        self.session.handle_text(0, text.as_bytes(), &self.clock);
        while self.session.is_busy() {
            self.advance();
        }
    }

    fn advance(&mut self) -> Next {
        self.session.advance(&self.clock, || false)
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
        let mut waiting = self.link.0.lock();
        self.texts
            .extend(waiting.replies.drain(..).map(|text| parse(&text)));
        if let Some(frame) = waiting.frame.take() {
            self.texts.extend(frame.step_result.as_deref().map(parse));
            self.frames.push(frame.bytes.to_vec());
        }
        self.checkpoints
            .extend(waiting.checkpoint.take().map(|text| parse(&text)));
    }

    /// Lets time pass until `condition`.
    fn run_until(&mut self, mut condition: impl FnMut(&mut Self) -> bool) {
        while !condition(self) {
            match self.advance() {
                Next::Now => {}
                Next::At(at) => self.clock.sleep_until(at),
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
        assert!(!self.is_running());
        loop {
            match self.advance() {
                Next::Now => {}
                Next::At(at) => self.clock.sleep_until(at),
                Next::Idle => break,
            }
        }
        self.receive();
    }

    fn step(&self) -> u64 {
        self.run().trainer().step()
    }

    fn parameters(&self) -> Vec<f32> {
        self.run().mlp().parameters().to_vec()
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

    /// The only frame that has come since the last look.
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
    assert!(map.width == 100 && map.height == 100);
    map
}

/// What a version 2 frame with all its sections shows.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Shown {
    running: bool,
    generation: u32,
    step: u64,
    width: u16,
    height: u16,
    classes: u16,
    metrics: Option<Metrics>,
    steps_per_second: f32,
}

fn shown(frame: &[u8]) -> Shown {
    let frame = decode_frame(frame).unwrap();
    let numbers = frame.metrics().unwrap();
    let size = frame.posteriors().unwrap().size;
    Shown {
        running: frame.info.running,
        generation: frame.info.generation,
        step: frame.info.step,
        width: size.width,
        height: size.height,
        classes: size.classes,
        metrics: numbers.metrics,
        steps_per_second: numbers.steps_per_second.unwrap(),
    }
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
