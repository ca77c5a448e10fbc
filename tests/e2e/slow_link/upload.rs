//! Frames while the client sends a large message: its pongs wait behind that, but the frames go
//! the other way.

use std::time::Duration;

use nnvisu_tests::client::Version;
use nnvisu_tests::relay::Relay;
use nnvisu_tests::server::{Server, report};
use serde_json::json;

use super::viewer::{Arrival, Seen, Viewer, median};
use super::{MEGABIT, SETTLING, session};

/// As large as 20,000 points, five seconds of the line, but without effect on the session.
const UPLOAD_BYTES: usize = 625_000;
const WATCHED: Duration = Duration::from_secs(2);

fn median_side(frames: &[Seen]) -> f64 {
    median(frames.iter().map(|seen| f64::from(seen.side)).collect())
}

#[tokio::test]
async fn an_upload_neither_stops_frames_nor_makes_them_coarse() {
    let server = Server::start().await;
    let relay = Relay::start(server.address(), MEGABIT).await;
    let mut viewer = Viewer::connect(relay.address(), Version::V2).await;
    viewer.request(session(Some(1000))).await;
    viewer.request(json!({"type": "start_training"})).await;
    viewer.watch(SETTLING).await;
    let before = viewer.watch(WATCHED).await;

    let padding = " ".repeat(UPLOAD_BYTES);
    let id = viewer
        .send_with_id(json!({"type": "update_config", "payload": {}, "padding": padding}))
        .await;
    let mut meanwhile = Vec::new();
    loop {
        match viewer.next().await {
            Arrival::Frame(seen) => meanwhile.push(seen),
            Arrival::Text(message) if message["re"] == id => break,
            Arrival::Text(_) => {}
        }
    }
    let after = viewer.watch(WATCHED).await;
    report(&format!(
        "{} frames of {} before, {} of {} in five seconds of an upload, {} of {} after it",
        before.len(),
        median_side(&before),
        meanwhile.len(),
        median_side(&meanwhile),
        after.len(),
        median_side(&after),
    ));
    // Half of the line is theirs, and each takes a twelfth of a second of it at most.
    assert!(meanwhile.len() >= 10, "{} frames", meanwhile.len());
    assert!(median_side(&after) >= 0.7 * median_side(&before));
}
