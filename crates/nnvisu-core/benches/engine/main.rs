//! How fast the engine trains and draws, alone: `cargo bench -p nnvisu-core`.
//!
//! Every name says the sizes, every result its throughput; data and seeds are fixed and made
//! outside the clock. BENCHMARKS.md says what the works T1–T4 and R1–R3 are for and compares them
//! with other libraries.

mod raster;
mod scaling;
mod train;
mod work;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

/// Short times: the works are deterministic and the differences that matter are large.
fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args()
}

criterion_group! {
    name = engine;
    config = short();
    targets =
        train::works,
        train::activations,
        train::dropout,
        train::batch_sizes,
        raster::works,
        raster::byte_planes,
        scaling::points,
        scaling::depth,
        scaling::width
}
criterion_main!(engine);
