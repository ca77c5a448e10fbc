//! The process that serves a page goes away, and the page continues with the
//! other one, over TLS and under the sub-path.

use std::time::Duration;

use nnvisu_tests::browser::{Launch, Page, with_browser_as};
use nnvisu_tests::client::Client;
use nnvisu_tests::nginx::Nginx;
use nnvisu_tests::server::{Server, Signal};
use nnvisu_tests::wait::{until, until_within};
use serde_json::{Value, json};

use super::start_on;

/// What we promise. It takes a few tenths of a second on an idle machine, so
/// this is a generous deadline for the wait, and no measurement.
const MOVES_WITHIN: Duration = Duration::from_secs(3);

const STEPS_PER_SECOND: u64 = 60;

/// What the page keeps at one moment.
struct Work {
    points: Value,
    config: Value,
    checkpoint: Value,
    /// The step on display, which is ahead of the checkpoint.
    step: u64,
}

async fn work(page: &Page) -> Work {
    let step = page.step().await;
    let work = Work {
        points: page.stored("nnvisu_data").await["points"].take(),
        config: page.stored("nnvisu_config").await,
        checkpoint: page.stored("nnvisu_weights").await["checkpoint"].take(),
        step,
    };
    assert!(work.checkpoint.is_object(), "a network is stored");
    work
}

/// The index of the server that has the only session there is.
async fn serving(servers: &[Server; 2]) -> usize {
    let mut index = None;
    until("the page's session to be the only one", async || {
        index = match servers.each_ref().map(Server::session_threads) {
            [1, 0] => Some(0),
            [0, 1] => Some(1),
            _ => None,
        };
        index.is_some()
    })
    .await;
    index.expect("it has been waited for")
}

/// Ends the serving process while the page trains, waits until the page
/// trains with the other one, and checks that this is the same training.
/// Returns the index of the server that has ended.
async fn survives(page: &Page, servers: &mut [Server; 2], signal: Signal) -> usize {
    let seen = page.step().await;
    page.until("a stored network of this process", async || {
        page.stored_step().await.is_some_and(|step| step > seen)
    })
    .await;
    let victim = serving(servers).await;
    let survivor = 1 - victim;

    let before = work(page).await;
    servers[victim].signal(signal);
    until_within(
        MOVES_WITHIN,
        "the page to move to the other process",
        async || {
            servers[survivor].session_threads() == 1
                && page.connection().await == "open"
                && page.is_running().await
        },
    )
    .await;
    servers[victim].exit_within(MOVES_WITHIN).await;

    page.until("training to continue", async || {
        page.is_running().await && page.step().await > before.step
    })
    .await;
    page.pause().await;
    let after = work(page).await;
    assert_eq!(after.points, before.points);
    assert_eq!(after.config, before.config);
    assert_checkpoint_was_fresh(&before);
    assert_same_training(&servers[survivor], &before, &after).await;
    victim
}

/// A checkpoint comes once a second; a busy machine may take two.
fn assert_checkpoint_was_fresh(work: &Work) {
    let stored = work.checkpoint["step"].as_u64().expect("a step");
    let behind = work.step.saturating_sub(stored);
    assert!(
        behind <= 2 * STEPS_PER_SECOND,
        "the stored network was {behind} steps behind step {}",
        work.step
    );
}

/// Asserts that `after` is, to the last bit, what an undisturbed session
/// makes of `before`.
async fn assert_same_training(server: &Server, before: &Work, after: &Work) {
    let step = |work: &Work| work.checkpoint["step"].as_u64().expect("a step");
    let mut reference = Client::v2(server).await;
    let mut config = before.config.clone();
    let config = config.as_object_mut().expect("an object");
    let seeds = config["seeds"].clone();
    config.retain(|name, _| !matches!(name.as_str(), "version" | "seeds" | "stepsPerSecond"));
    let mut state = reference
        .request(json!({
            "type": "restore", "config": config, "data": before.points,
            "checkpoint": before.checkpoint, "seeds": seeds, "stepsPerSecond": null,
        }))
        .await;
    assert!(step(after) > step(before), "training went on");
    for _ in step(before)..step(after) {
        state = reference.request(json!({"type": "step"})).await;
    }
    let undisturbed = reference.checkpoint_of(&state).await;
    assert_eq!(step(after), undisturbed["step"]);
    assert_eq!(after.checkpoint["parameters"], undisturbed["parameters"]);
    assert_eq!(after.checkpoint["optimizer"], undisturbed["optimizer"]);
    reference.close().await;
}

#[tokio::test]
async fn a_page_outlives_the_process_that_serves_it() {
    let mut servers = [start_on(0).await, start_on(0).await];
    let nginx = Nginx::in_front_of(servers.each_ref().map(Server::address)).await;
    let launch = Launch {
        any_certificate: true,
        ..Launch::default()
    };
    with_browser_as(launch, async |page| {
        page.open(&nginx.url()).await;
        page.click("[data-distribution=\"moons\"]").await;
        page.until("a data set", async || {
            !page.stored_points().await.is_empty()
        })
        .await;
        page.choose("[data-setting=speed]", &STEPS_PER_SECOND.to_string())
            .await;
        page.train().await;
        page.expect_network_errors();
        let first = survives(page, &mut servers, Signal::KILL).await;

        // The process comes back where it was, and the other one is stopped
        // the ordinary way.
        let port = servers[first].address().port();
        servers[first] = start_on(port).await;
        page.train().await;
        let second = survives(page, &mut servers, Signal::TERM).await;
        assert_eq!(second, 1 - first);
    })
    .await;
}
