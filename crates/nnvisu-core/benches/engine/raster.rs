//! Maps: the three workloads in colours, and the byte planes that the server sends.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use nnvisu_core::{Grid, Mlp, Palette, Rasterizer};

use crate::work::{T1, T2, T3, Work};

/// R1–R3: what they are called, whose network they draw, and the side of the map.
const WORKS: [(&str, Work, usize); 3] = [("R1", T1, 100), ("R2", T2, 256), ("R3", T3, 256)];

/// R1–R3 in colours.
pub(crate) fn works(criterion: &mut Criterion) {
    bench(criterion, "rgb", |rasterizer, mlp, grid, out| {
        rasterizer.rgb(mlp, grid, &Palette::CLASSIC, out);
    });
}

/// R1–R3 as posteriors.
pub(crate) fn byte_planes(criterion: &mut Criterion) {
    bench(criterion, "posteriors", Rasterizer::posteriors);
}

/// Measures maps of networks that have learnt a little, with pixels per second as throughput.
fn bench(
    criterion: &mut Criterion,
    name: &str,
    draw: impl Fn(&mut Rasterizer, &Mlp, Grid, &mut Vec<u8>),
) {
    for (work_name, work, side) in WORKS {
        let mut trainer = work.trainer();
        for _ in 0..20 {
            trainer.train_step().expect("the run converges");
        }
        let grid = Grid::new(side, side).expect("an allowed size");
        let (mut rasterizer, mut out) = (Rasterizer::new(), Vec::new());
        let mut group = criterion.benchmark_group(format!("raster/{work_name}/{name}"));
        group.throughput(Throughput::Elements((side * side) as u64));
        group.bench_function(format!("{side}x{side}-{work}"), |bencher| {
            bencher.iter(|| {
                draw(&mut rasterizer, trainer.mlp(), grid, &mut out);
                black_box(&out);
            });
        });
        group.finish();
    }
}
