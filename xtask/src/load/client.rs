//! What the clients of a load do, beside what all clients can.

use std::time::Duration;

use anyhow::{Context as _, Result};
use nnvisu_test_client::{Answer, Client, Endpoint};
use serde_json::{Value, json};

/// Connects, and waits for the greeting: from then on there is a session.
pub(super) async fn connect(endpoint: &Endpoint) -> Result<Client> {
    let connecting = async {
        let mut client = Client::connect(endpoint).await?;
        client.next().await?;
        anyhow::Ok(client)
    };
    connecting
        .await
        .with_context(|| format!("connecting to {}", endpoint.address))
}

/// Has points of two classes generated, the same for the same `seed`.
pub(super) async fn generate_points(client: &mut Client, seed: u64) -> Result<()> {
    client
        .request(json!({
            "type": "generate_data", "distribution": "moons", "num_classes": 2, "seed": seed,
        }))
        .await?;
    Ok(())
}

/// A small change that changes nothing: a control as a page sends it while training.
pub(super) async fn control(client: &mut Client) -> Result<Answer> {
    let request = json!({"type": "update_config", "payload": {"learningRate": 0.01}});
    Ok(client.request(request).await?)
}

/// The step that the session was at when it answered.
pub(super) fn step(answer: &Answer) -> u64 {
    answer.state["step"].as_u64().unwrap_or_default()
}

/// In milliseconds.
pub(super) fn milliseconds(latency: Duration) -> f64 {
    latency.as_secs_f64() * 1e3
}

/// Starts training at a speed; `null` is as fast as possible.
pub(super) async fn start_training(client: &mut Client, steps_per_second: Value) -> Result<()> {
    client
        .request(json!({"type": "set_speed", "stepsPerSecond": steps_per_second}))
        .await?;
    client.request(json!({"type": "start_training"})).await?;
    Ok(())
}
