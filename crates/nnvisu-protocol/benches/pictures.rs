//! How fast compressed pictures are written and read: `cargo bench -p nnvisu-protocol`.
//!
//! The pictures are those of the tests: a boundary between two classes as it sharpens in
//! training, and regions of eight classes. Throughput is in posteriors.

#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the tests, which use all of it"
)]
#[path = "../tests/it/pictures.rs"]
mod pictures;

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nnvisu_protocol::{PictureEncoder, Precision, decode_picture};

use pictures::{Drawing, boundary, regions};

fn drawings() -> Vec<(&'static str, Drawing)> {
    let full = Precision::FULL;
    vec![
        ("2 classes, 128², soft", boundary((128, 128), full, 3.0)),
        ("2 classes, 256², soft", boundary((256, 256), full, 3.0)),
        ("2 classes, 256², sharp", boundary((256, 256), full, 300.0)),
        ("8 classes, 256², soft", regions((256, 256, 8), full, 2)),
        ("8 classes, 256², sharp", regions((256, 256, 8), full, 20)),
    ]
}

fn pictures(criterion: &mut Criterion) {
    let mut encoder = PictureEncoder::new();
    let mut frame = Vec::new();
    for (name, Drawing { header, planes }) in drawings() {
        let n_posteriors = Throughput::Elements(header.n_posteriors() as u64);
        let mut encode = criterion.benchmark_group("encode");
        encode.throughput(n_posteriors.clone());
        encode.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| encoder.encode(&header, &planes, &mut frame));
        });
        encode.finish();
        let mut decode = criterion.benchmark_group("decode");
        decode.throughput(n_posteriors);
        decode.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| decode_picture(&frame).map(|picture| picture.planes[0]));
        });
        decode.finish();
    }
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args()
}

criterion_group! {
    name = benches;
    config = short();
    targets = pictures
}
criterion_main!(benches);
