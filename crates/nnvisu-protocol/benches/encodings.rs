//! What each encoding of posteriors costs in bytes and time: `cargo bench -p nnvisu-protocol`.
//!
//! The maps are those of the tests: a boundary between two classes as it sharpens in training, and
//! regions of eight classes. Throughput is in posteriors; the name of a row says the bytes of the
//! frame.

#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the tests, which use all of it"
)]
#[path = "../tests/it/maps.rs"]
mod maps;

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nnvisu_protocol::{FrameEncoder, PosteriorEncoding, Precision, decode_frame};

use maps::{Drawing, boundary, regions};

fn drawings() -> Vec<(&'static str, Drawing)> {
    let full = Precision::FULL;
    vec![
        ("2 classes, 256², soft", boundary((256, 256), full, 3.0)),
        ("2 classes, 256², sharp", boundary((256, 256), full, 300.0)),
        ("8 classes, 256², soft", regions((256, 256, 8), full, 2)),
        ("8 classes, 256², sharp", regions((256, 256, 8), full, 20)),
    ]
}

fn encodings(criterion: &mut Criterion) {
    let mut encoder = FrameEncoder::new();
    let mut frame = Vec::new();
    for (name, drawing) in drawings() {
        for &encoding in PosteriorEncoding::ALL {
            let drawing = drawing.clone().encoded_as(encoding);
            drawing.write(&mut encoder, &mut frame);
            let row = format!("{name}, {encoding}, {} bytes", frame.len());
            let n_posteriors = Throughput::Elements(drawing.size.n_posteriors() as u64);
            let mut encode = criterion.benchmark_group("encode");
            encode.throughput(n_posteriors.clone());
            encode.bench_function(&row, |bencher| {
                bencher.iter(|| drawing.write(&mut encoder, &mut frame));
            });
            encode.finish();
            let mut decode = criterion.benchmark_group("decode");
            decode.throughput(n_posteriors);
            decode.bench_function(&row, |bencher| {
                bencher.iter(|| {
                    let frame = decode_frame(&frame).unwrap();
                    frame.posteriors().unwrap().planes[0]
                });
            });
            decode.finish();
        }
    }
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .configure_from_args()
}

criterion_group! {
    name = benches;
    config = short();
    targets = encodings
}
criterion_main!(benches);
