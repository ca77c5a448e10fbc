//! The processor's own limit: multiply-adds on registers, and nothing else.

use std::hint::black_box;
use std::time::Duration;

use bench_protocol::{Measurement, repeat};
use nnvisu_core::InstructionSet;
use pulp::{Arch, Simd, WithSimd};

/// The name under which it is asked for; its seconds are those of one flop.
pub(crate) const WORK: &str = "peak";

/// Enough to hide the latency of two units (two times four or five), few enough for 16 registers.
const N_CHAINS: usize = 12;

const N_ROUNDS: u64 = 100_000;

/// The time of one flop, a multiply-add being two, with the instructions that the engine uses.
pub(crate) fn measure(instructions: InstructionSet, at_least: Duration) -> Measurement {
    let arch = arch(instructions);
    let n_flops = N_ROUNDS * N_CHAINS as u64 * 2 * arch.dispatch(Lanes);
    let run = |(): &mut ()| Ok(black_box(arch.dispatch(MultiplyAdd)));
    let (time, _) = repeat(at_least, n_flops, || Ok(()), run).expect("nothing in it can fail");
    Measurement {
        time,
        result: Vec::new(),
    }
}

/// What pulp calls these instructions.
fn arch(instructions: InstructionSet) -> Arch {
    let widest = Arch::new();
    match (instructions.name(), widest) {
        ("scalar", _) => Arch::Scalar,
        #[cfg(target_arch = "x86_64")]
        ("avx2", Arch::V4(_)) => pulp::x86::V3::try_new().map_or(widest, Arch::V3),
        _ => widest,
    }
}

struct Lanes;

impl WithSimd for Lanes {
    type Output = u64;

    fn with_simd<S: Simd>(self, _: S) -> u64 {
        S::F32_LANES as u64
    }
}

struct MultiplyAdd;

impl WithSimd for MultiplyAdd {
    type Output = f32;

    #[expect(clippy::inline_always, reason = "as pulp demands")]
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let (factor, term) = black_box((0.999_f32, 0.001_f32));
        let (factor, term) = (simd.splat_f32s(factor), simd.splat_f32s(term));
        let mut chains = [simd.splat_f32s(0.0); N_CHAINS];
        for _ in 0..N_ROUNDS {
            for chain in &mut chains {
                *chain = simd.mul_add_e_f32s(*chain, factor, term);
            }
        }
        chains
            .into_iter()
            .map(|chain| simd.reduce_sum_f32s(chain))
            .sum()
    }
}
