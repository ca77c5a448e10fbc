//! How connections end: by the client, by its mistakes, by the server.

use futures_util::SinkExt as _;
use nnvisu_server::{Limits, ServiceConfig};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::{Client, TestServer};

const MAX_MESSAGE_BYTES: usize = 100_000;

fn small_limits() -> ServiceConfig {
    ServiceConfig {
        limits: Limits {
            max_message_bytes: MAX_MESSAGE_BYTES,
            ..Limits::default()
        },
        ..ServiceConfig::default()
    }
}

/// A request that is answered by `architecture_synced`.
const REQUEST: &str = r#"{"type": "update_architecture", "payload": {"hidden_layers": [3]}}"#;

/// That request, as large as `size`.
fn padded(size: usize) -> String {
    format!("{}{REQUEST}", " ".repeat(size - REQUEST.len()))
}

/// Data and a network that take long for each step.
fn heavy() -> [Value; 3] {
    let points: Vec<_> = (0..20_000)
        .map(|i| json!({"x": f64::from(i % 200) / 100.0 - 1.0, "y": 0.5, "label": i % 8}))
        .collect();
    [
        json!({"type": "update_architecture", "payload": {"hidden_layers": vec![100; 10]}}),
        json!({"type": "update_data", "data": points}),
        json!({"type": "start_training"}),
    ]
}

async fn train_heavily(client: &mut Client) {
    for request in heavy() {
        client.send(request).await;
    }
    client.next_text("architecture_synced").await;
}

#[actix_web::test]
async fn a_message_of_the_greatest_size_is_taken() {
    let server = TestServer::with(small_limits());
    let mut client = server.connect_v1().await;
    client
        .socket
        .send(Message::text(padded(MAX_MESSAGE_BYTES)))
        .await
        .unwrap();
    client.next_text("architecture_synced").await;
}

#[actix_web::test]
async fn a_message_that_is_too_large_ends_the_connection() {
    let server = TestServer::with(small_limits());
    // Much larger ones are refused before they have arrived.
    for size in [MAX_MESSAGE_BYTES + 1, 50 * MAX_MESSAGE_BYTES] {
        let mut client = server.connect_v1().await;
        // The server may refuse while we still write.
        let _ = client.socket.send(Message::text(padded(size))).await;
        let error = client.next_text("error").await;
        assert_eq!(error["code"], "message_too_large");
        assert_eq!(client.close_code().await, 1009);
    }
    server.wait_for_sessions(0).await;
}

#[actix_web::test]
async fn fragments_count_together() {
    let server = TestServer::with(small_limits());
    let mut client = server.connect_v1().await;
    let piece = " ".repeat(MAX_MESSAGE_BYTES / 2);
    for _ in 0..2 {
        let opcodes = [Data::Text, Data::Continue, Data::Continue];
        let pieces = [piece.as_str(), "", REQUEST];
        for (idx, (opcode, piece)) in opcodes.into_iter().zip(pieces).enumerate() {
            let is_final = idx == 2;
            let frame = Frame::message(piece.to_owned(), OpCode::Data(opcode), is_final);
            client.socket.send(Message::Frame(frame)).await.unwrap();
        }
        client.next_text("architecture_synced").await;
    }
    let begin = Frame::message(piece.clone(), OpCode::Data(Data::Text), false);
    client.socket.send(Message::Frame(begin)).await.unwrap();
    let go_on = Frame::message(piece + "x", OpCode::Data(Data::Continue), true);
    client.socket.send(Message::Frame(go_on)).await.unwrap();
    assert_eq!(client.close_code().await, 1009);
}

#[actix_web::test]
async fn text_that_is_not_utf_8_ends_the_connection() {
    let server = TestServer::start();
    let mut client = server.connect_v1().await;
    let frame = Frame::message(vec![0xFF, 0xFE], OpCode::Data(Data::Text), true);
    client.socket.send(Message::Frame(frame)).await.unwrap();
    assert_eq!(client.close_code().await, 1007);
}

#[actix_web::test]
async fn text_in_pieces_that_is_not_utf_8_ends_the_connection() {
    let server = TestServer::start();
    let mut client = server.connect_v1().await;
    for (bytes, opcode) in [([b'x', 0xC3], Data::Text), ([b'x', b'y'], Data::Continue)] {
        let is_final = opcode == Data::Continue;
        let frame = Frame::message(bytes.to_vec(), OpCode::Data(opcode), is_final);
        client.socket.send(Message::Frame(frame)).await.unwrap();
    }
    assert_eq!(client.close_code().await, 1007);
}

/// It would be kept until all of it has come, however much it says that will be.
#[actix_web::test]
async fn a_ping_without_end_ends_the_connection() {
    let server = TestServer::start();
    let mut client = server.connect_v1().await;
    let header = [0x89, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    client.socket.get_mut().write_all(&header).await.unwrap();
    assert_eq!(client.close_code().await, 1002);
}

#[actix_web::test]
async fn a_broken_frame_ends_the_connection() {
    let server = TestServer::start();
    let mut client = server.connect_v1().await;
    // A reserved bit, which has not been negotiated.
    let broken = [0x80 | 0x40 | 0x01, 0x80, 0, 0, 0, 0];
    client.socket.get_mut().write_all(&broken).await.unwrap();
    assert_eq!(client.close_code().await, 1002);
}

#[actix_web::test]
async fn a_binary_message_is_refused_and_the_connection_stays() {
    let server = TestServer::start();
    let mut client = server.connect_v1().await;
    client
        .socket
        .send(Message::binary(vec![1, 2, 3]))
        .await
        .unwrap();
    assert_eq!(
        client.next_text("error").await["code"],
        "binary_not_accepted"
    );
    client.socket.send(Message::text(REQUEST)).await.unwrap();
    client.next_text("architecture_synced").await;
}

#[actix_web::test]
async fn a_close_is_answered() {
    let server = TestServer::start();
    let mut client = server.connect_v1().await;
    client.next_text("config").await;
    client.socket.close(None).await.unwrap();
    while client.next().await.is_ok_and(|message| !message.is_close()) {}
    server.wait_for_sessions(0).await;
}

#[actix_web::test]
async fn the_session_ends_with_a_connection_that_is_cut() {
    let server = TestServer::start();
    let mut busy = server.connect_v1().await;
    train_heavily(&mut busy).await;
    let mut idle = server.connect_v1().await;
    idle.next_text("config").await;
    assert_eq!(server.service.n_sessions(), 2);
    // No closing handshake: the sockets are closed, one of them with unread frames.
    drop((busy, idle));
    server.wait_for_sessions(0).await;
}

#[actix_web::test]
async fn stopping_closes_the_connections_and_waits_for_the_sessions() {
    let mut server = TestServer::start();
    let mut busy = server.connect_v1().await;
    train_heavily(&mut busy).await;
    let mut idle = server.connect_v1().await;
    idle.next_text("config").await;
    // This one never answers the close frame.
    let deaf = server.connect_v1().await;

    server.stop.stop();
    assert_eq!(idle.close_code().await, 1001);
    assert_eq!(busy.close_code().await, 1001);
    server.join().unwrap();
    assert_eq!(server.service.n_sessions(), 0);
    drop(deaf);
}
