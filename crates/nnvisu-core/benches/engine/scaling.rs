//! How the cost of a step grows: with points and with weights, it should be linear. The
//! throughput is weights × points per second, so a straight line is a constant.

use criterion::{Criterion, Throughput};

use crate::work::{T1, T2, Work, measure_steps};

/// From 10 points to the most a session may have.
pub(crate) fn points(criterion: &mut Criterion) {
    let works = [10, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000];
    for work in [T1, T2] {
        bench(
            criterion,
            "scale/points",
            works.map(|n_points| Work { n_points, ..work }),
        );
    }
}

/// From one hidden layer to ten.
pub(crate) fn depth(criterion: &mut Criterion) {
    let depths: [&'static [usize]; 5] = [&[32; 1], &[32; 2], &[32; 4], &[32; 7], &[32; 10]];
    bench(
        criterion,
        "scale/depth",
        depths.map(|hidden_layers| Work {
            hidden_layers,
            ..T2
        }),
    );
}

/// From layers of two units to layers of a hundred; some fill the tiles of the products, some
/// do not.
pub(crate) fn width(criterion: &mut Criterion) {
    let widths: [&'static [usize]; 9] = [
        &[2; 2], &[5; 2], &[10; 2], &[16; 2], &[24; 2], &[33; 2], &[50; 2], &[64; 2], &[100; 2],
    ];
    bench(
        criterion,
        "scale/width",
        widths.map(|hidden_layers| Work {
            hidden_layers,
            ..T2
        }),
    );
}

fn bench(criterion: &mut Criterion, group: &str, works: impl IntoIterator<Item = Work>) {
    let mut group = criterion.benchmark_group(group);
    for work in works {
        group.throughput(Throughput::Elements(
            work.n_weights() * work.points_per_step(),
        ));
        group.bench_function(work.to_string(), |bencher| measure_steps(bencher, &work));
    }
    group.finish();
}
