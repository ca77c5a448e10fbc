//! A client that stops reading costs the server nothing that grows, and is dropped in the end.

use std::time::Duration;

use nnvisu_tests::client::Version;
use nnvisu_tests::server::{Server, report};
use nnvisu_tests::wait::until;
use serde_json::json;

use super::session;
use super::viewer::Viewer;

const TIMEOUT_SECONDS: &str = "4";
const TIMEOUT: Duration = Duration::from_secs(4);
/// Memory that allocators and buffers take without anything growing.
const NOISE_KIB: u64 = 4 * 1024;

async fn start_training(server: &Server, version: Version) -> Viewer {
    let mut viewer = Viewer::connect(server.address(), version).await;
    let mut all = session(None);
    if version == Version::V2 {
        viewer.send(&all).await;
    } else {
        let data = all["data"].take();
        viewer
            .send(&json!({"type": "update_data", "data": data}))
            .await;
    }
    viewer.send(&json!({"type": "start_training"})).await;
    for _ in 0..10 {
        viewer.next_frame().await;
    }
    viewer
}

#[tokio::test]
async fn a_client_that_stops_reading_costs_nothing_and_is_dropped() {
    let server = Server::start_with(&["--client-timeout", TIMEOUT_SECONDS]).await;
    let viewers = [
        start_training(&server, Version::V1).await,
        start_training(&server, Version::V2).await,
    ];
    assert_eq!(server.session_threads(), 2);
    let before = server.resident_kib();
    let mut most = before;
    // From here on nothing is read.
    for _ in 0..4 {
        tokio::time::sleep(TIMEOUT / 8).await;
        most = most.max(server.resident_kib());
    }
    report(&format!(
        "two that do not read: {before} KiB, then {most} KiB"
    ));
    assert!(most < before + NOISE_KIB, "{before} KiB grew to {most} KiB");
    until("the sessions to be dropped", async || {
        server.session_threads() == 0
    })
    .await;
    for viewer in viewers {
        viewer.ended().await;
    }
}

#[tokio::test]
async fn a_client_that_asks_but_does_not_read_is_dropped_too() {
    let server = Server::start_with(&["--client-timeout", TIMEOUT_SECONDS]).await;
    let mut viewer = start_training(&server, Version::V2).await;
    let before = server.resident_kib();
    let mut most = before;
    until("the session to be dropped", async || {
        // After that, there is nobody to send to.
        let request = json!({"type": "update_config", "payload": {}}).to_string();
        let _ = viewer.try_send(request).await;
        tokio::time::sleep(TIMEOUT / 100).await;
        most = most.max(server.resident_kib());
        server.session_threads() == 0
    })
    .await;
    report(&format!("one that asks: {before} KiB, then {most} KiB"));
    assert!(most < before + NOISE_KIB, "{before} KiB grew to {most} KiB");
}
