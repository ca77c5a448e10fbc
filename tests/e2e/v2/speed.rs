//! `set_speed` and `step`.

use std::time::{Duration, Instant};

use nnvisu_tests::client::Client;
use nnvisu_tests::data::XOR;
use nnvisu_tests::server::Server;
use serde_json::{Value, json};

use super::{begin, state, step};

#[tokio::test]
async fn at_a_slow_speed_every_step_has_its_frame() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    let set = client
        .request(json!({"type": "set_speed", "stepsPerSecond": 10}))
        .await;
    assert_eq!(set["stepsPerSecond"], 10.0);
    assert_eq!(set["running"], false);
    let begun = Instant::now();
    client.request(json!({"type": "start_training"})).await;
    for expected in 1..=15 {
        let frame = client.frame(|frame| frame.step > 0).await;
        assert_eq!(frame.step, expected);
    }
    // A busy machine only makes this longer.
    assert!(
        begun.elapsed() > Duration::from_millis(1200),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn the_speed_can_change_while_training() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    client
        .request(json!({"type": "set_speed", "stepsPerSecond": 0.01}))
        .await;
    client.request(json!({"type": "start_training"})).await;
    // At this speed the next step is minutes away: the change must not wait.
    let set = client
        .request(json!({"type": "set_speed", "stepsPerSecond": null}))
        .await;
    assert_eq!(set["running"], true);
    assert_eq!(set["stepsPerSecond"], Value::Null);
    client.frame(|frame| frame.step > 1000).await;
    let paused = client.request(json!({"type": "stop_training"})).await;
    assert_eq!(paused["running"], false);
}

#[tokio::test]
async fn a_speed_outside_the_range_is_refused() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    let before = state(&mut client).await;
    for speed in ["0", "-1", "1e7", "\"fast\"", "true"] {
        let request = format!(r#"{{"type": "set_speed", "stepsPerSecond": {speed}}}"#);
        let error = client.refused(request).await;
        assert_eq!(error["field"], "stepsPerSecond", "{error}");
    }
    let error = client.refused(r#"{"type": "set_speed"}"#).await;
    assert_eq!(error["code"], "missing_field");
    assert_eq!(state(&mut client).await, before);
}

#[tokio::test]
async fn a_single_step_is_exactly_one_and_leaves_the_session_paused() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    for expected in 1..=5 {
        let now = step(&mut client).await;
        assert_eq!(now["step"], expected);
        assert_eq!(now["running"], false);
        client.frame(|frame| frame.step == expected).await;
    }
    client.request(json!({"type": "start_training"})).await;
    client.frame(|frame| frame.step > 100).await;
    let now = step(&mut client).await;
    assert_eq!(now["running"], false);
    assert_eq!(state(&mut client).await["step"], now["step"]);
}
