//! What happens at the limits of the server: one client is told why, and no other client notices.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use futures_util::SinkExt as _;
use nnvisu_server::{ServiceConfig, SessionLimits};
use serde_json::json;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::support::{Client, TIMEOUT, TestServer};

fn with_limits(sessions: SessionLimits) -> ServiceConfig {
    ServiceConfig {
        sessions,
        ..ServiceConfig::default()
    }
}

/// The status of a handshake that is refused.
async fn refused(server: &TestServer, headers: &[(&'static str, &str)]) -> u16 {
    match server.try_connect(server.request(headers)).await {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("no answer: {error}"),
        Ok(_) => panic!("let in"),
    }
}

#[actix_web::test]
async fn a_full_server_says_so_until_a_session_has_ended() {
    let server = TestServer::with(with_limits(SessionLimits {
        max_sessions: 2,
        ..SessionLimits::default()
    }));
    let first = server.connect_v1().await;
    let mut second = server.connect_v2().await;
    assert_eq!(refused(&server, &[]).await, 503);
    let asked = server.get("/ws", &[]).await;
    assert_eq!(asked.status, 503);
    assert!(
        asked.body.contains("The server is full: it has 2 sessions"),
        "{}",
        asked.body
    );
    assert!(asked.head.contains("retry-after: 10"), "{}", asked.head);
    let ready = server.get("/readyz", &[]).await;
    assert_eq!((ready.status, ready.body.as_str()), (503, "full\n"));
    // The page itself is still served.
    assert_eq!(server.get("/", &[]).await.status, 200);

    drop(first);
    server.wait_for_sessions(1).await;
    let ready = server.get("/readyz", &[]).await;
    assert_eq!((ready.status, ready.body.as_str()), (200, "ready\n"));
    let asked = server.get("/ws", &[]).await;
    assert_eq!(asked.status, 426, "{}", asked.body);
    assert!(asked.head.contains("upgrade: websocket"), "{}", asked.head);
    let mut third = server.connect_v1().await;
    third.next_text("config").await;
    second.next_text("config").await;
}

#[actix_web::test]
async fn one_address_cannot_have_all_sessions() {
    let server = TestServer::with(ServiceConfig {
        trust_forwarded_for: true,
        ..with_limits(SessionLimits {
            max_sessions_per_address: 1,
            ..SessionLimits::default()
        })
    });
    let from = |address| ("x-forwarded-for", address);
    let near = server.connect_v1().await;
    let far = server.request(&[from("203.0.113.1")]);
    let _far = server.try_connect(far).await.unwrap();
    assert_eq!(refused(&server, &[]).await, 429);
    assert_eq!(refused(&server, &[from("203.0.113.1")]).await, 429);
    let forged = from("203.0.113.7, 203.0.113.1");
    assert_eq!(refused(&server, &[forged]).await, 429);
    let asked = server.get("/ws", &["X-Forwarded-For: 203.0.113.1"]).await;
    assert_eq!(asked.status, 429);
    assert!(
        asked.body.contains("1 sessions from your network address"),
        "{}",
        asked.body
    );
    let another = server.request(&[from("203.0.113.2")]);
    assert!(server.try_connect(another).await.is_ok());
    drop(near);
    server.wait_for_sessions(1).await;
    server.connect_v1().await;
}

#[actix_web::test]
async fn without_trust_no_client_can_pretend_to_come_from_elsewhere() {
    let server = TestServer::with(with_limits(SessionLimits {
        max_sessions_per_address: 1,
        ..SessionLimits::default()
    }));
    let _first = server.connect_v1().await;
    let forged = ("x-forwarded-for", "203.0.113.1");
    assert_eq!(refused(&server, &[forged]).await, 429);
}

#[actix_web::test]
async fn excess_messages_are_delayed_and_none_is_lost() {
    let server = TestServer::with(with_limits(SessionLimits {
        max_messages_per_second: NonZeroU32::new(10),
        ..SessionLimits::default()
    }));
    let mut hasty = server.connect_v2().await;
    let mut patient = server.connect_v2().await;
    let since = Instant::now();
    for id in 1..=20 {
        let request = json!({"type": "set_speed", "stepsPerSecond": id, "id": id});
        hasty.send(request).await;
    }
    patient
        .send(json!({"type": "stop_training", "id": 1}))
        .await;
    assert_eq!(patient.next_text("state").await["re"], 1);
    for id in 1..=20 {
        assert_eq!(hasty.next_text("state").await["re"], id);
    }
    // Ten at once, ten more at ten a second: it cannot have been faster.
    assert!(since.elapsed() >= Duration::from_millis(900));
}

#[actix_web::test]
async fn an_idle_session_is_closed_and_one_that_trains_is_not() {
    let timeout = Duration::from_secs(1);
    let server = TestServer::with(with_limits(SessionLimits {
        idle_timeout: Some(timeout),
        ..SessionLimits::default()
    }));
    let mut busy = server.connect_v2().await;
    busy.send(json!({"type": "generate_data", "distribution": "moons", "num_classes": 2}))
        .await;
    busy.send(json!({"type": "start_training", "id": 1})).await;
    busy.next_text("state").await;
    let mut idle = server.connect_v1().await;
    assert_eq!(close_reason(&mut idle).await, (1001, "idle".to_owned()));
    // Later than the other one, though asked for nothing since before it came.
    busy.send(json!({"type": "stop_training", "id": 2})).await;
    let state = busy.next_text("state").await;
    assert!(state["payload"]["step"].as_u64() > Some(0));
    assert_eq!(close_reason(&mut busy).await, (1001, "idle".to_owned()));
    server.wait_for_sessions(0).await;
}

async fn close_reason(client: &mut Client) -> (u16, String) {
    loop {
        if let Message::Close(Some(frame)) = client.next().await.unwrap() {
            return (frame.code.into(), frame.reason.to_string());
        }
    }
}

#[actix_web::test]
async fn a_server_that_stops_admits_no_client() {
    let server = TestServer::start();
    let mut client = server.connect_v1().await;
    assert_eq!(server.service.shut_down(TIMEOUT).await, 0);
    assert_eq!(client.close_code().await, 1001);
    assert_eq!(refused(&server, &[]).await, 503);
    let asked = server.get("/ws", &[]).await;
    assert_eq!(asked.status, 503);
    assert!(asked.body.contains("shutting down"), "{}", asked.body);
    assert_eq!(server.get("/readyz", &[]).await.status, 503);
    assert_eq!(server.get("/healthz", &[]).await.status, 200);
}

#[actix_web::test]
async fn headers_that_never_end_are_cut_off() {
    let server = TestServer::start();
    let loris = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: y";
    let answer = server.raw(loris).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    // A connection that asks for nothing at all, too.
    server.raw(b"").await;
}

#[actix_web::test]
async fn endless_empty_fragments_end_the_connection() {
    let server = TestServer::with(ServiceConfig {
        limits: nnvisu_server::Limits {
            max_message_bytes: 64_000,
            ..nnvisu_server::Limits::default()
        },
        ..ServiceConfig::default()
    });
    let mut client = server.connect_v1().await;
    // Text and not final, then continuations that are not final either; all masked and empty.
    let mut frames = vec![0x01, 0x80, 0, 0, 0, 0];
    frames.extend([0x00, 0x80, 0, 0, 0, 0].repeat(1100));
    tokio::io::AsyncWriteExt::write_all(client.socket.get_mut(), &frames)
        .await
        .unwrap();
    let _ = client.socket.flush().await;
    assert_eq!(client.close_code().await, 1009);
}
