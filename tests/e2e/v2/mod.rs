//! The subprotocol `nnvisu.v2`, which the page speaks.

mod answers;
mod checkpoints;
mod frames;
mod generations;
mod speed;

use nnvisu_tests::client::Client;
use nnvisu_tests::data::{LabelledPoint, points};
use serde_json::{Value, json};

/// The defaults of every setting.
fn config() -> Value {
    json!({
        "learningRate": 0.01, "architecture": [10, 5], "activation": "tanh",
        "optimizer": "adam", "regularization": 0.0, "batchSize": 0, "dropout": 0.0,
    })
}

fn seeds() -> Value {
    json!({"init": 1, "batches": 2, "dropout": 9_007_199_254_740_991_u64})
}

fn restore(config: &Value, data: &[LabelledPoint], checkpoint: &Value) -> Value {
    json!({
        "type": "restore",
        "config": config,
        "data": points(data),
        "checkpoint": checkpoint,
        "seeds": seeds(),
        "stepsPerSecond": null,
    })
}

/// Starts the session afresh with the defaults, the seeds above and `data`.
async fn begin(client: &mut Client, data: &[LabelledPoint]) -> Value {
    client.request(restore(&config(), data, &Value::Null)).await
}

/// Takes one step; the state after it.
async fn step(client: &mut Client) -> Value {
    client.request(json!({"type": "step"})).await
}

/// Asks for the session's state without changing it.
async fn state(client: &mut Client) -> Value {
    client
        .request(json!({"type": "update_config", "payload": {}}))
        .await
}
