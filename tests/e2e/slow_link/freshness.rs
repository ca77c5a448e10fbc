//! How many frames come over a slow line, how fine they are and how old.

use std::time::{Duration, Instant};

use nnvisu_tests::client::Version;
use nnvisu_tests::relay::{Line, Relay};
use nnvisu_tests::server::{Server, report};
use serde_json::json;

use super::viewer::{Seen, Viewer, median};
use super::{MEGABIT, SETTLING, TENTH_OF_A_MEGABIT, session};

/// A speed that every machine keeps, so that the step says when it was made.
const STEPS_PER_SECOND: u32 = 1000;
const WATCHED: Duration = Duration::from_secs(6);

/// What came over a line.
struct Stream {
    per_second: f64,
    min_side: u16,
    median_age: f64,
    max_age: f64,
}

impl Stream {
    fn of(what: &str, frames: &[Seen], steps_per_second: f64, step_0_at: Instant) -> Self {
        assert!(frames.len() > 2, "{what}: {} frames", frames.len());
        // The step that the server was at when a frame had come, less the one that it shows.
        let age = |seen: &Seen| {
            let at = seen.at.saturating_duration_since(step_0_at).as_secs_f64();
            at - seen.step as f64 / steps_per_second
        };
        let ages: Vec<f64> = frames.iter().map(age).collect();
        let [first, .., last] = frames else {
            unreachable!("there are three at least");
        };
        let watched = last.at.saturating_duration_since(first.at).as_secs_f64();
        // Just before a frame comes, the one before it is still shown.
        let shown = frames.windows(2).map(|pair| {
            let gap = pair[1].at.saturating_duration_since(pair[0].at);
            age(&pair[0]) + gap.as_secs_f64()
        });
        let oldest_shown = shown.fold(0.0, f64::max);
        let stream = Self {
            per_second: (frames.len() - 1) as f64 / watched,
            min_side: frames.iter().map(|seen| seen.side).min().unwrap_or(0),
            max_age: ages.iter().copied().fold(0.0, f64::max),
            median_age: median(ages),
        };
        let bytes = median(frames.iter().map(|seen| seen.bytes as f64).collect());
        let side = median(frames.iter().map(|seen| f64::from(seen.side)).collect());
        report(&format!(
            "{what}: {:.1} frames/s of {side} × {side} (at least {}), {bytes} bytes; on arrival \
             {:.0} ms old (at most {:.0} ms), shown until at most {:.0} ms old",
            stream.per_second,
            stream.min_side,
            stream.median_age * 1e3,
            stream.max_age * 1e3,
            oldest_shown * 1e3,
        ));
        stream
    }
}

async fn v2_over(line: Line, what: &str) -> Stream {
    let server = Server::start().await;
    let relay = Relay::start(server.address(), line).await;
    let mut viewer = Viewer::connect(relay.address(), Version::V2).await;
    viewer.request(session(Some(STEPS_PER_SECOND))).await;
    let asked_at = Instant::now();
    viewer.request(json!({"type": "start_training"})).await;
    viewer.watch(SETTLING).await;
    let frames = viewer.watch(WATCHED).await;
    // A machine that did not keep the speed is not to count as a stale frame.
    let stopped_at = Instant::now();
    let state = viewer.request(json!({"type": "stop_training"})).await;
    let steps = state["step"].as_u64().expect("a step") as f64;
    let ran = stopped_at.saturating_duration_since(asked_at).as_secs_f64();
    let kept = (steps / ran).min(f64::from(STEPS_PER_SECOND));
    Stream::of(what, &frames, kept, asked_at)
}

#[tokio::test]
async fn over_one_megabit_a_dozen_fine_frames_a_second_are_fresh() {
    let stream = v2_over(MEGABIT, "v2 over 1 Mbit/s").await;
    assert!(stream.max_age <= 0.5);
    assert!(stream.per_second >= 10.0);
    assert!(stream.min_side >= 128);
}

#[tokio::test]
async fn over_a_tenth_of_a_megabit_frames_continue_and_are_fresh() {
    let stream = v2_over(TENTH_OF_A_MEGABIT, "v2 over 100 kbit/s").await;
    assert!(stream.max_age <= 1.0);
    assert!(stream.per_second >= 1.0);
}

#[tokio::test]
async fn a_long_line_is_kept_busy() {
    let delay = Duration::from_millis(100);
    let stream = v2_over(
        Line::of(10_000_000).with_delay(delay),
        "v2 over 10 Mbit/s with 200 ms of round trip",
    )
    .await;
    assert!(stream.median_age <= 0.5);
    assert!(stream.per_second >= 10.0);
}

/// Version 1 trains as fast as it can, so the speed has to be taken from what came. On a machine
/// that has other things to do it is not even, and the ages are estimates only.
async fn v1_over(line: Line, what: &str) -> Stream {
    let server = Server::start().await;
    let relay = Relay::start(server.address(), line).await;
    let mut viewer = Viewer::connect(relay.address(), Version::V1).await;
    let data = session(None)["data"].take();
    viewer
        .send(&json!({"type": "update_data", "data": data}))
        .await;
    viewer.send(&json!({"type": "start_training"})).await;
    viewer.watch(SETTLING).await;
    let frames = viewer.watch(WATCHED).await;
    let [first, .., last] = &frames[..] else {
        panic!("{what}: {} frames", frames.len());
    };
    let between = last.at.saturating_duration_since(first.at);
    let speed = (last.step - first.step) as f64 / between.as_secs_f64();
    // The freshest of them was as old as a map's own time on the line, and no map can be fresher.
    let on_line = first.bytes as f64 * 8.0 / f64::from(line.bits_per_second);
    let lag = |seen: &Seen| {
        let at = seen.at.saturating_duration_since(first.at).as_secs_f64();
        at - (seen.step - first.step) as f64 / speed
    };
    let least_lag = frames.iter().map(lag).fold(0.0, f64::min);
    let before_first = first.step as f64 / speed + on_line - least_lag;
    let step_0_at = first
        .at
        .checked_sub(Duration::from_secs_f64(before_first))
        .expect("the test began after the machine");
    Stream::of(what, &frames, speed, step_0_at)
}

#[tokio::test]
async fn version_1_sees_fewer_maps_over_one_megabit() {
    let stream = v1_over(MEGABIT, "v1 over 1 Mbit/s").await;
    // Maps of 100 × 100 pixels take a quarter of a second.
    assert!(stream.per_second >= 2.0);
    assert_eq!(stream.min_side, 100);
}
