//! Each connection is a session of its own, on a thread of its own, and takes
//! everything with it when it goes.

use std::time::Duration;

use nnvisu_tests::client::Client;
use nnvisu_tests::data::{LabelledPoint, XOR, points};
use nnvisu_tests::reference::layer_sizes;
use nnvisu_tests::server::Server;
use nnvisu_tests::wait::{until, until_within};
use serde_json::{Value, json};

/// Three classes in three corners.
const CORNERS: [LabelledPoint; 3] = [(0.8, 0.8, 0), (-0.8, 0.8, 1), (0.0, -0.8, 2)];

/// How long a session's thread may outlive its connection.
const THREAD_LIMIT: Duration = Duration::from_secs(1);

async fn start_on(client: &mut Client, data: &[LabelledPoint]) {
    client
        .send(json!({"type": "update_data", "data": points(data)}))
        .await;
    client.send(json!({"type": "start_training"})).await;
}

async fn until_learned(client: &mut Client) {
    loop {
        let result = client.expect("step_result").await;
        if result["metrics"]["loss"].as_f64().expect("a number") < 0.02 {
            return;
        }
    }
}

#[tokio::test]
async fn two_sessions_train_different_networks_both_right() {
    let server = Server::start().await;
    let mut first = Client::v2(&server).await;
    let mut second = Client::v2(&server).await;
    first
        .request(json!({"type": "update_data", "data": points(&XOR)}))
        .await;
    second
        .request(json!({"type": "update_architecture", "payload": {
            "hidden_layers": [20], "activation": "relu",
        }}))
        .await;
    second
        .request(json!({"type": "update_data", "data": points(&CORNERS)}))
        .await;
    for client in [&mut first, &mut second] {
        client.request(json!({"type": "start_training"})).await;
    }
    for (client, data) in [(&mut first, &XOR[..]), (&mut second, &CORNERS[..])] {
        let learned = client.frame(|frame| frame.loss < 0.02).await;
        assert!((learned.accuracy - 1.0).abs() < f32::EPSILON);
        for &(x, y, label) in data {
            assert_eq!(learned.class_at(x, y), usize::from(label), "at ({x}, {y})");
        }
    }
    let sizes = |state: &Value| layer_sizes(&state["network"]);
    let state = first.request(json!({"type": "stop_training"})).await;
    assert_eq!(sizes(&state), [2, 10, 5, 2]);
    let state = second.request(json!({"type": "stop_training"})).await;
    assert_eq!(sizes(&state), [2, 20, 3]);
}

#[tokio::test]
async fn one_sessions_errors_and_end_do_not_touch_another() {
    let server = Server::start().await;
    let mut steady = Client::v1(&server).await;
    start_on(&mut steady, &XOR).await;
    let mut troubled = Client::v1(&server).await;
    start_on(&mut troubled, &CORNERS).await;
    troubled.refused("not JSON").await;
    troubled.send(json!({"type": "reset"})).await;
    troubled.reset_connection();
    let mut closing = Client::v1(&server).await;
    start_on(&mut closing, &CORNERS).await;
    closing.close().await;
    until_learned(&mut steady).await;
}

#[tokio::test]
async fn a_session_runs_on_one_thread_that_ends_with_its_connection() {
    let server = Server::start().await;
    assert_eq!(server.session_threads(), 0);
    let mut idle = Client::v1(&server).await;
    idle.round_trip().await;
    assert_eq!(server.session_threads(), 1);

    let mut clients = Vec::new();
    for _ in 0..4 {
        let mut client = Client::v1(&server).await;
        start_on(&mut client, &XOR).await;
        client.next_map().await;
        clients.push(client);
    }
    assert_eq!(server.session_threads(), 5);

    for client in clients {
        client.close().await;
    }
    until_within(
        THREAD_LIMIT,
        "the threads of closed connections to end",
        async || server.session_threads() == 1,
    )
    .await;
    idle.round_trip().await;
}

#[tokio::test]
async fn a_thread_ends_when_its_client_vanishes_without_a_goodbye() {
    let server = Server::start().await;
    let mut clients = Vec::new();
    for training in [true, true, false] {
        let mut client = Client::v1(&server).await;
        if training {
            start_on(&mut client, &XOR).await;
            client.next_map().await;
        }
        clients.push(client);
    }
    until("three threads", async || server.session_threads() == 3).await;
    for client in clients {
        client.reset_connection();
    }
    until_within(
        THREAD_LIMIT,
        "the threads of lost connections to end",
        async || server.session_threads() == 0,
    )
    .await;
}

#[tokio::test]
async fn a_client_that_does_not_read_neither_stops_training_nor_is_buried() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    client
        .request(json!({"type": "update_data", "data": points(&XOR)}))
        .await;
    client.request(json!({"type": "start_training"})).await;
    let begun_at = client.frame(|_| true).await.step;

    // Nothing is read here, and the buffers between us fill up.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let state = client.request(json!({"type": "stop_training"})).await;
    let stopped_at = state["step"].as_u64().expect("a step");
    assert!(stopped_at > begun_at, "training went on");
    client.frame(|frame| frame.step == stopped_at).await;
}

#[tokio::test]
async fn the_many_sessions_of_a_class_room_all_learn() {
    let server = Server::start().await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = Client::v1(&server).await;
        start_on(&mut client, &XOR).await;
        clients.push(client);
    }
    for mut client in clients {
        until_learned(&mut client).await;
    }
}
