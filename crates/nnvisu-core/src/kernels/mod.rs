//! The loops in which all the time is spent, written once for every vector width.
//!
//! Everything here works on [`Columns`]: one column per unit, one row per sample, so that the
//! lanes of a vector register are neighbouring samples. A layer of 2 or 5 units then keeps all
//! lanes as busy as one of 100, which is what makes small networks fast; a layout with units
//! along the lanes would leave most of them idle. Rows are padded to whole registers; padding
//! rows carry weight 0 and so add nothing to any sum over samples.
//!
//! `pulp` picks the instruction set once, at run time: AVX-512, AVX2 with FMA, NEON, or plain
//! scalar code. The functions are generic over its `Simd` token and contain no `unsafe`.

#![expect(
    clippy::inline_always,
    reason = "a function that is not inlined is compiled without the vector instructions of its caller"
)]

pub(crate) mod activation;
mod columns;
pub(crate) mod dense;
pub(crate) mod dropout;
pub(crate) mod gradient;
pub(crate) mod math;
pub(crate) mod raster;
pub(crate) mod softmax;
pub(crate) mod statistics;
pub(crate) mod update;

use crate::InstructionSet;
pub(crate) use columns::{Columns, Rows};

/// An operation that is compiled once per instruction set. `run` must be `#[inline(always)]`.
pub(crate) trait Kernel {
    /// What it returns.
    type Output;

    /// Does the work with the instructions that `simd` stands for.
    fn run<S: pulp::Simd>(self, simd: S) -> Self::Output;
}

/// Runs `kernel` with these instructions.
pub(crate) fn dispatch<K: Kernel>(arch: InstructionSet, kernel: K) -> K::Output {
    struct Entry<K>(K);
    impl<K: Kernel> pulp::WithSimd for Entry<K> {
        type Output = K::Output;

        #[inline(always)]
        fn with_simd<S: pulp::Simd>(self, simd: S) -> K::Output {
            self.0.run(simd)
        }
    }
    arch.0.dispatch(Entry(kernel))
}
