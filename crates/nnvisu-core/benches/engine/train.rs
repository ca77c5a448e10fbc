//! Training steps: the four works, and what activations, dropout and mini-batches cost.

use criterion::{Criterion, Throughput};
use nnvisu_core::Activation;

use crate::work::{T1, T2, T3, T4, Work, measure_steps};

/// T1–T4.
pub(crate) fn works(criterion: &mut Criterion) {
    for (name, work) in [("T1", T1), ("T2", T2), ("T3", T3), ("T4", T4)] {
        bench(criterion, &format!("train/{name}"), [work]);
    }
}

/// Every activation function in a small and in a middling network.
pub(crate) fn activations(criterion: &mut Criterion) {
    let all = [
        Activation::Tanh,
        Activation::Relu,
        Activation::LeakyRelu,
        Activation::Gelu,
    ];
    for work in [T1, T2] {
        let works = all.map(|activation| Work { activation, ..work });
        bench(criterion, "train/activation", works);
    }
}

/// No dropout, and more and more of it.
pub(crate) fn dropout(criterion: &mut Criterion) {
    for work in [T1, T2] {
        let works = [0.0, 0.2, 0.5].map(|dropout| Work { dropout, ..work });
        bench(criterion, "train/dropout", works);
    }
}

/// Batches that fill registers and batches that do not, up to all points.
pub(crate) fn batch_sizes(criterion: &mut Criterion) {
    for work in [T1, T2] {
        let works = [10, 16, 50, 100, 199, 0].map(|batch_size| Work { batch_size, ..work });
        bench(criterion, "train/batch", works);
    }
}

/// Measures `works`, with points per second as throughput.
fn bench(criterion: &mut Criterion, group: &str, works: impl IntoIterator<Item = Work>) {
    let mut group = criterion.benchmark_group(group);
    for work in works {
        group.throughput(Throughput::Elements(work.points_per_step()));
        group.bench_function(work.to_string(), |bencher| measure_steps(bencher, &work));
    }
    group.finish();
}
