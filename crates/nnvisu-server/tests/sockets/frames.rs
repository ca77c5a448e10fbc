//! Frames over a real socket: a slow reader gets the newest, not all.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, TestServer};

async fn next_frame(client: &mut Client) -> Vec<u8> {
    loop {
        if let Message::Binary(bytes) = client.next().await.unwrap() {
            return bytes.to_vec();
        }
    }
}

fn step_of(frame: &[u8]) -> u64 {
    u64::from_le_bytes(frame[12..20].try_into().unwrap())
}

async fn training(server: &TestServer) -> Client {
    let mut client = server.connect_v2().await;
    client
        .send(json!({"type": "generate_data", "distribution": "moons", "num_classes": 2}))
        .await;
    client
        .send(json!({"type": "start_training", "id": 1}))
        .await;
    client.next_text("state").await;
    client
}

#[actix_web::test]
async fn a_client_that_does_not_read_misses_frames_and_gets_new_ones() {
    let server = TestServer::start();
    let mut watching = training(&server).await;
    let mut asleep = training(&server).await;
    for _ in 0..30 {
        next_frame(&mut watching).await;
    }
    // What waits in the operating system's buffers are the few frames that are not acknowledged: the
    // answer to a request comes right behind them.
    asleep
        .send(json!({"type": "update_config", "payload": {}, "id": 2}))
        .await;
    let mut n_waited = 0;
    loop {
        match asleep.next().await.unwrap() {
            Message::Binary(_) => n_waited += 1,
            Message::Text(text) if text.contains(r#""re":2"#) => break,
            _ => {}
        }
    }
    assert!(n_waited < 15, "{n_waited} frames waited for the sleeper");
    let first = step_of(&next_frame(&mut asleep).await);
    assert!(step_of(&next_frame(&mut asleep).await) > first);
}

#[actix_web::test]
async fn two_sessions_have_nothing_in_common() {
    let server = TestServer::start();
    let mut first = training(&server).await;
    let mut second = server.connect_v2().await;
    second
        .send(json!({"type": "update_architecture", "payload": {"hidden_layers": [3]}, "id": 1}))
        .await;
    let state = second.next_text("state").await;
    assert_eq!(
        (&state["payload"]["points"], &state["payload"]["running"]),
        (&json!(0), &json!(false))
    );
    first.send(json!({"type": "stop_training", "id": 2})).await;
    let state = first.next_text("state").await;
    let network = &state["payload"]["network"];
    assert_eq!(
        (&network["layers"][1]["units"], &network["outputs"]),
        (&json!(5), &json!(2))
    );
    assert_eq!(state["payload"]["points"], 200);
}
