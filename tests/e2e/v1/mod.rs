//! Wire format v1, as existing clients speak it.

mod classes;
mod connection;
pub(crate) mod data;
pub(crate) mod malformed;
mod sequences;
mod settings;
mod train_step;
mod training;

use std::time::Duration;

use nnvisu_tests::client::{Client, Incoming};
use nnvisu_tests::data::{LabelledPoint, points};
use nnvisu_tests::frames::Map;
use serde_json::{Value, json};

/// Replaces the session's data.
async fn set_data(client: &mut Client, data: &[LabelledPoint]) {
    client
        .send(json!({"type": "update_data", "data": points(data)}))
        .await;
}

async fn start(client: &mut Client) {
    client.send(json!({"type": "start_training"})).await;
}

async fn stop(client: &mut Client) {
    client.send(json!({"type": "stop_training"})).await;
}

/// The step of a running `step_result`.
fn step_of(step_result: &Value) -> u64 {
    step_result["metrics"]["step"]
        .as_u64()
        .unwrap_or_else(|| panic!("no step in {step_result}"))
}

/// The loss of a `step_result`.
fn loss_of(step_result: &Value) -> f64 {
    step_result["metrics"]["loss"]
        .as_f64()
        .unwrap_or_else(|| panic!("no loss in {step_result}"))
}

/// Waits while the session trains until its loss is below `loss`.
async fn train_to_loss(client: &mut Client, loss: f64) -> Value {
    loop {
        let result = client.expect("step_result").await;
        if loss_of(&result) < loss {
            return result;
        }
    }
}

/// What a session that has fallen silent sent before.
struct Quiet {
    map: Map,
    /// `null` if no step has been made.
    result: Value,
    n_maps: usize,
    n_results: usize,
}

/// Waits until the session, which has just been told to stop, is silent; its
/// last map and `step_result`, and how many there were.
///
/// Silence is proved by questions to the training thread, asked for longer
/// than a map may be put off: nothing else comes before their answers.
async fn silence(client: &mut Client) -> Quiet {
    const QUIET_ROUND_TRIPS: usize = 10;
    const BETWEEN: Duration = Duration::from_millis(60);
    let mut maps = Vec::new();
    let mut results = Vec::new();
    let mut quiet = 0;
    while quiet < QUIET_ROUND_TRIPS {
        tokio::time::sleep(BETWEEN).await;
        let frames = client.round_trip().await;
        quiet = if frames.is_empty() { quiet + 1 } else { 0 };
        for frame in frames {
            match frame {
                Incoming::Map(map) => maps.push(map),
                Incoming::Text(message) if message["type"] == "step_result" => {
                    results.push(message);
                }
                other => panic!("on the way to silence: {other:?}"),
            }
        }
    }
    Quiet {
        n_maps: maps.len(),
        n_results: results.len(),
        map: maps.pop().expect("a map before silence"),
        result: results.pop().unwrap_or_default(),
    }
}

/// The next `step_result` that carries the network.
async fn next_model(client: &mut Client) -> Value {
    loop {
        let mut result = client.expect("step_result").await;
        if !result["model"].is_null() {
            return result["model"].take();
        }
    }
}
