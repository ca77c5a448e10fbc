//! What the server tells those who run it.

use nnvisu_server::{MetricsAccess, ServiceConfig, SessionLimits};
use serde_json::json;

use crate::support::TestServer;

/// The value of one metric.
async fn metric(server: &TestServer, name: &str) -> f64 {
    let answer = server.get("/metrics", &[]).await;
    assert_eq!(answer.status, 200);
    let line = answer
        .body
        .lines()
        .find(|line| line.starts_with(&format!("{name} ")));
    let line = line.unwrap_or_else(|| panic!("no {name} in {}", answer.body));
    line[name.len() + 1..].parse().unwrap()
}

#[actix_web::test]
async fn counts_what_happens() {
    let server = TestServer::with(ServiceConfig {
        sessions: SessionLimits {
            max_sessions: 1,
            ..SessionLimits::default()
        },
        ..ServiceConfig::default()
    });
    let mut client = server.connect_v2().await;
    client
        .send(json!({"type": "start_training", "id": 1}))
        .await;
    assert_eq!(client.next_text("error").await["code"], "no_data");
    client
        .send(json!({"type": "generate_data", "distribution": "moons", "num_classes": 2}))
        .await;
    client
        .send(json!({"type": "start_training", "id": 2}))
        .await;
    client.next_text("state").await;
    client.next_text("checkpoint").await;
    client.next_text("checkpoint").await;
    assert!(server.try_connect(server.request(&[])).await.is_err());

    for (name, value) in [
        ("nnvisu_sessions", 1.0),
        ("nnvisu_sessions_training", 1.0),
        ("nnvisu_sessions_opened_total", 1.0),
        ("nnvisu_refused_total{reason=\"full\"}", 1.0),
        ("nnvisu_request_errors_total{code=\"no_data\"}", 1.0),
        ("nnvisu_request_queue_seconds_count", 3.0),
        ("nnvisu_session_panics_total", 0.0),
    ] {
        assert!((metric(&server, name).await - value).abs() < 1e-9, "{name}");
    }
    for name in [
        "nnvisu_steps_total",
        "nnvisu_frames_rendered_total",
        "nnvisu_frames_sent_total",
        "nnvisu_sent_bytes_total",
        "nnvisu_received_bytes_total",
    ] {
        assert!(metric(&server, name).await > 0.0, "{name}");
    }
    // Reading answers the pings behind the frames.
    while metric(&server, "nnvisu_frame_age_seconds_count").await < 1.0 {
        client.next_text("checkpoint").await;
    }
    drop(client);
    server.wait_for_sessions(0).await;
    let training = metric(&server, "nnvisu_sessions_training").await;
    assert!(training.abs() < 1e-9);
}

#[actix_web::test]
async fn are_not_for_everybody() {
    let local = TestServer::start();
    assert_eq!(local.get("/metrics", &[]).await.status, 200);
    let passed_on = ["X-Forwarded-For: 203.0.113.1"];
    assert_eq!(local.get("/metrics", &passed_on).await.status, 403);
    for (metrics, status) in [(MetricsAccess::Off, 403), (MetricsAccess::Open, 200)] {
        let server = TestServer::with(ServiceConfig {
            metrics,
            ..ServiceConfig::default()
        });
        assert_eq!(server.get("/metrics", &passed_on).await.status, status);
    }
}
