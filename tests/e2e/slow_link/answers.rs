//! Answers go before pictures.

use std::time::{Duration, Instant};

use nnvisu_tests::client::Version;
use nnvisu_tests::relay::{Line, Relay};
use nnvisu_tests::server::{Server, report};
use serde_json::json;

use super::viewer::{Arrival, Viewer, median};
use super::{MEGABIT, SETTLING, TENTH_OF_A_MEGABIT, session};

const N_REQUESTS: usize = 10;

/// Asks again and again while pictures fill the line; how long the answers took, and how many
/// pictures came before each at most.
async fn answers_over(line: Line, what: &str) -> (Vec<Duration>, usize) {
    let server = Server::start().await;
    let relay = Relay::start(server.address(), line).await;
    let mut viewer = Viewer::connect(relay.address(), Version::V2).await;
    viewer.request(session(None)).await;
    viewer.request(json!({"type": "start_training"})).await;
    viewer.watch(SETTLING).await;
    let mut took = Vec::new();
    let mut most_pictures = 0;
    for _ in 0..N_REQUESTS {
        let asked_at = Instant::now();
        let id = viewer
            .send_with_id(json!({"type": "update_config", "payload": {}}))
            .await;
        let mut n_pictures = 0;
        loop {
            match viewer.next().await {
                Arrival::Picture(_) => n_pictures += 1,
                Arrival::Text(message) if message["re"] == id => break,
                Arrival::Text(_) => {}
            }
        }
        took.push(asked_at.elapsed());
        most_pictures = most_pictures.max(n_pictures);
        viewer.next_picture().await;
    }
    let seconds: Vec<f64> = took.iter().map(Duration::as_secs_f64).collect();
    report(&format!(
        "{what}: answers after {:.0} ms, at most {:.0} ms, and at most {most_pictures} pictures",
        median(seconds.clone()) * 1e3,
        seconds.iter().copied().fold(0.0, f64::max) * 1e3,
    ));
    (took, most_pictures)
}

#[tokio::test]
async fn answers_do_not_queue_behind_pictures() {
    let (took, most_pictures) = answers_over(MEGABIT, "1 Mbit/s").await;
    // Those that were in the line already.
    assert!(most_pictures <= 2, "{most_pictures}");
    assert!(
        took.iter().all(|took| *took < Duration::from_millis(500)),
        "{took:?}"
    );
    let (took, most_pictures) = answers_over(TENTH_OF_A_MEGABIT, "100 kbit/s").await;
    assert!(most_pictures <= 2, "{most_pictures}");
    assert!(
        took.iter().all(|took| *took < Duration::from_secs(1)),
        "{took:?}"
    );
}
