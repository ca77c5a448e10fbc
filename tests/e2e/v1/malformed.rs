//! What is not in the format is answered by an error and changes nothing.

use nnvisu_tests::client::Client;
use nnvisu_tests::data::XOR;
use nnvisu_tests::server::Server;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::{Quiet, loss_of, set_data, silence, start, step_of, stop, train_to_loss};

/// Texts that no version of the format knows, and the code of their error;
/// where two codes are sensible, either.
pub(crate) const MALFORMED: [(&str, &[&str]); 41] = [
    ("", &["invalid_json"]),
    ("hello", &["invalid_json"]),
    ("{", &["invalid_json"]),
    (r#"{"type": "start_training"} {}"#, &["invalid_json"]),
    ("null", &["invalid_json", "wrong_type"]),
    ("[]", &["invalid_json", "wrong_type"]),
    (r#""start_training""#, &["invalid_json", "wrong_type"]),
    ("{}", &["missing_field"]),
    (r#"{"type": null}"#, &["wrong_type"]),
    (r#"{"type": 5}"#, &["wrong_type"]),
    (r#"{"type": "explode"}"#, &["unknown_type"]),
    (r#"{"type": "Start_Training"}"#, &["unknown_type"]),
    (r#"{"type": "step_result"}"#, &["unknown_type"]),
    (r#"{"type": "update_data"}"#, &["missing_field"]),
    (r#"{"type": "update_data", "data": {}}"#, &["wrong_type"]),
    (r#"{"type": "update_data", "data": [5]}"#, &["wrong_type"]),
    (
        r#"{"type": "update_data", "data": [{"x": 0, "y": 0}]}"#,
        &["missing_field"],
    ),
    (
        r#"{"type": "update_data", "data": [{"x": "0", "y": 0, "label": 0}]}"#,
        &["wrong_type"],
    ),
    (
        r#"{"type": "update_data", "data": [{"x": null, "y": 0, "label": 0}]}"#,
        &["wrong_type"],
    ),
    (
        r#"{"type": "update_data", "data": [{"x": 1.5, "y": 0, "label": 0}]}"#,
        &["out_of_range"],
    ),
    (
        r#"{"type": "update_data", "data": [{"x": 0, "y": -1.2, "label": 0}]}"#,
        &["out_of_range"],
    ),
    (
        r#"{"type": "update_data", "data": [{"x": 0, "y": 0, "label": 8}]}"#,
        &["out_of_range"],
    ),
    (
        r#"{"type": "update_data", "data": [{"x": 0, "y": 0, "label": -1}]}"#,
        &["out_of_range", "wrong_type"],
    ),
    (
        r#"{"type": "update_data", "data": [{"x": 0, "y": 0, "label": 1.5}]}"#,
        &["out_of_range", "wrong_type"],
    ),
    (
        r#"{"type": "update_data", "data": [{"x": NaN, "y": 0, "label": 0}]}"#,
        &["invalid_json"],
    ),
    (
        r#"{"type": "update_data", "data": [{"x": Infinity, "y": 0, "label": 0}]}"#,
        &["invalid_json"],
    ),
    (
        r#"{"type": "update_data", "data": [{"x": 1e999, "y": 0, "label": 0}]}"#,
        &["invalid_json", "out_of_range"],
    ),
    (r#"{"type": "generate_data"}"#, &["missing_field"]),
    (
        r#"{"type": "generate_data", "distribution": "spiral", "num_classes": 2}"#,
        &["out_of_range", "wrong_type"],
    ),
    (
        r#"{"type": "generate_data", "distribution": "moons", "num_classes": 1}"#,
        &["out_of_range"],
    ),
    (
        r#"{"type": "generate_data", "distribution": "moons", "num_classes": 9}"#,
        &["out_of_range"],
    ),
    (
        r#"{"type": "generate_data", "distribution": "moons", "num_classes": "2"}"#,
        &["wrong_type"],
    ),
    (
        r#"{"type": "generate_data", "distribution": "moons", "num_classes": 2.5}"#,
        &["wrong_type", "out_of_range"],
    ),
    (r#"{"type": "update_config"}"#, &["missing_field"]),
    (
        r#"{"type": "update_config", "payload": []}"#,
        &["wrong_type"],
    ),
    (
        r#"{"type": "update_config", "payload": {"learningRate": 1e999}}"#,
        &["invalid_json", "out_of_range"],
    ),
    (r#"{"type": "update_architecture"}"#, &["missing_field"]),
    (
        r#"{"type": "update_architecture", "payload": {"hidden_layers": [1000]}}"#,
        &["out_of_range"],
    ),
    (r#"{"type": "train_step"}"#, &["missing_field"]),
    (
        r#"{"type": "train_step", "config": {}, "model": {}, "data": []}"#,
        &["missing_field"],
    ),
    (
        r#"{"type": "start_training", "type": "reset"}"#,
        &["invalid_json", "wrong_type"],
    ),
];

#[tokio::test]
async fn malformed_requests_are_answered_by_errors_and_change_nothing() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.1).await;
    stop(&mut client).await;
    let Quiet {
        map,
        result: paused,
        ..
    } = silence(&mut client).await;

    for (text, codes) in MALFORMED {
        let error = client.refused(text).await;
        let code = error["code"].as_str().unwrap_or_default();
        assert!(codes.contains(&code), "{text}: {error}");
    }
    for _ in 0..5 {
        assert!(client.round_trip().await.is_empty(), "paused and silent");
    }

    start(&mut client).await;
    let resumed = client.expect("step_result").await;
    assert!(step_of(&resumed) >= step_of(&paused), "{paused}, {resumed}");
    assert!(
        loss_of(&resumed) <= loss_of(&paused) * 1.05,
        "{paused}, {resumed}"
    );
    let difference = super::data::distance(
        map.color_at(0.5, 0.5),
        client.next_map().await.color_at(0.5, 0.5),
    );
    assert!(difference < 12, "the map jumped by {difference}");
}

#[tokio::test]
async fn training_continues_through_malformed_requests() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    let mut last = train_to_loss(&mut client, 0.3).await;
    for (text, _) in MALFORMED {
        client.refused(text).await;
        let next = client.expect("step_result").await;
        assert!(step_of(&next) >= step_of(&last), "after {text}");
        last = next;
    }
}

#[tokio::test]
async fn what_only_version_2_knows_is_unknown_to_version_1() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    for kind in ["restore", "step", "view", "edit_data"] {
        let request = json!({"type": kind, "before": 0, "data": [], "checkpoint": null});
        let error = client.refused(request.to_string()).await;
        assert_eq!(error["code"], "unknown_type", "{kind}");
    }
}

#[tokio::test]
async fn binary_frames_are_refused_and_the_connection_stays_open() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    for bytes in [&b""[..], b"\x01\x00", br#"{"type": "reset"}"#] {
        client
            .send_raw(Message::binary(bytes.to_vec()))
            .await
            .expect("the connection is open");
        let error = client.next_error().await;
        assert_eq!(error["code"], "binary_not_accepted");
    }
    client.round_trip().await;
}

#[tokio::test]
async fn a_message_over_the_size_limit_closes_the_connection() {
    const LIMIT: usize = 8 * 1024 * 1024;
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    // One that just fits is read, and found wanting as JSON.
    let fits = "x".repeat(LIMIT);
    let error = client.refused(fits).await;
    assert_eq!(error["code"], "invalid_json");

    // The server may hang up before it has read it all.
    let _ = client.send_raw(Message::text("x".repeat(LIMIT + 1))).await;
    if let Some(code) = client.closed().await {
        assert_eq!(code, CloseCode::Size);
    }
    Client::v1(&server).await.round_trip().await;
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    client
        .send(json!({
            "type": "generate_data", "distribution": "moons", "num_classes": 2,
            "noise": 0.5, "comment": "from a newer client",
        }))
        .await;
    client.expect("data_generated").await;
}
