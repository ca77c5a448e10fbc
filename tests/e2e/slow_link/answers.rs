//! Answers go before frames.

use std::time::{Duration, Instant};

use nnvisu_tests::client::Version;
use nnvisu_tests::relay::{Line, Relay};
use nnvisu_tests::server::{Server, report};
use serde_json::json;

use super::viewer::{Arrival, Viewer, median};
use super::{MEGABIT, SETTLING, TENTH_OF_A_MEGABIT, session};

const N_REQUESTS: usize = 10;

/// Asks again and again while frames fill the line; how long the answers took, and how many
/// frames came before each at most.
async fn answers_over(line: Line, what: &str) -> (Vec<Duration>, usize) {
    let server = Server::start().await;
    let relay = Relay::start(server.address(), line).await;
    let mut viewer = Viewer::connect(relay.address(), Version::V2).await;
    viewer.request(session(None)).await;
    viewer.request(json!({"type": "start_training"})).await;
    viewer.watch(SETTLING).await;
    let mut took = Vec::new();
    let mut most_frames = 0;
    for _ in 0..N_REQUESTS {
        let asked_at = Instant::now();
        let id = viewer
            .send_with_id(json!({"type": "update_config", "payload": {}}))
            .await;
        let mut n_frames = 0;
        loop {
            match viewer.next().await {
                Arrival::Frame(_) => n_frames += 1,
                Arrival::Text(message) if message["re"] == id => break,
                Arrival::Text(_) => {}
            }
        }
        took.push(asked_at.elapsed());
        most_frames = most_frames.max(n_frames);
        viewer.next_frame().await;
    }
    let seconds: Vec<f64> = took.iter().map(Duration::as_secs_f64).collect();
    report(&format!(
        "{what}: answers after {:.0} ms, at most {:.0} ms, and at most {most_frames} frames",
        median(seconds.clone()) * 1e3,
        seconds.iter().copied().fold(0.0, f64::max) * 1e3,
    ));
    (took, most_frames)
}

#[tokio::test]
async fn answers_do_not_queue_behind_frames() {
    let (took, most_frames) = answers_over(MEGABIT, "1 Mbit/s").await;
    // Those that were in the line already.
    assert!(most_frames <= 2, "{most_frames}");
    assert!(
        took.iter().all(|took| *took < Duration::from_millis(500)),
        "{took:?}"
    );
    let (took, most_frames) = answers_over(TENTH_OF_A_MEGABIT, "100 kbit/s").await;
    assert!(most_frames <= 2, "{most_frames}");
    assert!(
        took.iter().all(|took| *took < Duration::from_secs(1)),
        "{took:?}"
    );
}
