//! Slow lines: through a relay that lets only a given number of bits a second through, frames are fewer
//! and coarser but fresh, training does not notice, and answers do not wait behind frames.
//!
//! These tests measure time, as that is what they are about. Each prints what it measured; what
//! it asserts is the promise itself, or less where a machine that is busy with other tests would
//! make it fail for no reason.

mod answers;
mod freshness;
mod stalled;
mod training_speed;
mod upload;
mod viewer;

use std::time::Duration;

use nnvisu_tests::data::{LabelledPoint, points};
use nnvisu_tests::relay::Line;
use serde_json::{Value, json};

const MEGABIT: Line = Line::of(1_000_000);
const TENTH_OF_A_MEGABIT: Line = Line::of(100_000);

/// How long a link is given to settle.
const SETTLING: Duration = Duration::from_secs(2);

/// Everything for training the default network on three rings of points, at that speed.
fn session(steps_per_second: Option<u32>) -> Value {
    json!({
        "type": "restore",
        "config": {
            "learningRate": 0.01, "architecture": [10, 5], "activation": "tanh",
            "optimizer": "adam", "regularization": 0.0, "batchSize": 0, "dropout": 0.0,
        },
        "data": points(&rings()),
        "checkpoint": null,
        "seeds": {"init": 1, "batches": 2, "dropout": 3},
        "stepsPerSecond": steps_per_second,
    })
}

/// A hundred points that take a network a while, so that its frames are no plain ones.
fn rings() -> Vec<LabelledPoint> {
    (0..100_u8)
        .map(|i| {
            let ring = i % 2;
            let radius = 0.4 + 0.4 * f64::from(ring);
            let (y, x) = (f64::from(i) * 0.3).sin_cos();
            (radius * x, radius * y, ring)
        })
        .collect()
}
