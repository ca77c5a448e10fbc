//! The gradient of the loss with respect to a layer's weights and biases.

use super::columns::{Vectors, n_vectors};
use super::{Columns, Kernel, Rows};
use pulp::Simd;

/// `gradient[o, i] += Σ_samples delta[:, o] · input[:, i]`, and for the biases the same with ones
/// as input.
///
/// `gradient` is out × (in + 1), column-major, like the parameters. A tile of O × I sums stays in
/// registers over all samples; lanes are added up at the end only.
pub(crate) struct WeightGradient<'a> {
    pub(crate) n_in: usize,
    pub(crate) n_out: usize,
    pub(crate) n_rows: usize,
    pub(crate) input: Rows<'a>,
    pub(crate) delta: &'a Columns,
    pub(crate) gradient: &'a mut [f32],
}

impl Kernel for WeightGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let tiles = Tiles {
            simd,
            n_vectors: n_vectors::<S>(self.n_rows),
            n_out: self.n_out,
            input: self.input.vectors::<S>(),
            delta: self.delta.vectors::<S>(),
        };
        // The columns of one stripe of inputs stay in the first-level cache while all the
        // deltas stream past: the wider the stripe, the less has to come from beyond.
        let mut i = 0;
        // The inputs of a tile stay in registers beside the sums, the deltas pass through one: 4 × 6
        // sums need 32 registers, 4 × 3 all of 16. What is left over is better halved than cut into
        // a wide and a narrow stripe, which has too few sums to hide the latency of an addition.
        if S::REGISTER_COUNT >= 32 {
            while i + 6 <= self.n_in && i + 8 != self.n_in {
                tiles.stripe::<6>(i, self.gradient);
                i += 6;
            }
            while i + 4 <= self.n_in {
                tiles.stripe::<4>(i, self.gradient);
                i += 4;
            }
        } else {
            while i + 3 <= self.n_in && i + 4 != self.n_in {
                tiles.stripe::<3>(i, self.gradient);
                i += 3;
            }
        }
        while i + 2 <= self.n_in {
            tiles.stripe::<2>(i, self.gradient);
            i += 2;
        }
        if i < self.n_in {
            tiles.stripe::<1>(i, self.gradient);
        }
        tiles.biases(&mut self.gradient[self.n_in * self.n_out..]);
    }
}

struct Tiles<'a, S: Simd> {
    simd: S,
    n_vectors: usize,
    n_out: usize,
    input: Vectors<&'a [S::f32s]>,
    delta: Vectors<&'a [S::f32s]>,
}

impl<S: Simd> Tiles<'_, S> {
    #[inline(always)]
    fn stripe<const I: usize>(&self, i: usize, gradient: &mut [f32]) {
        let mut o = 0;
        while o + 4 <= self.n_out {
            self.tile::<4, I>(o, i, gradient);
            o += 4;
        }
        if o + 2 <= self.n_out {
            self.tile::<2, I>(o, i, gradient);
            o += 2;
        }
        if o < self.n_out {
            self.tile::<1, I>(o, i, gradient);
        }
    }

    #[inline(always)]
    fn biases(&self, gradient: &mut [f32]) {
        for (o, target) in gradient[..self.n_out].iter_mut().enumerate() {
            let delta = &self.delta.vectors[o * self.delta.stride..][..self.n_vectors];
            // Two sums, so that one addition need not wait for the other.
            let mut sums = [self.simd.splat_f32s(0.0); 2];
            let (pairs, rest) = delta.as_chunks::<2>();
            for pair in pairs {
                sums[0] = self.simd.add_f32s(sums[0], pair[0]);
                sums[1] = self.simd.add_f32s(sums[1], pair[1]);
            }
            for &last in rest {
                sums[0] = self.simd.add_f32s(sums[0], last);
            }
            *target += self
                .simd
                .reduce_sum_f32s(self.simd.add_f32s(sums[0], sums[1]));
        }
    }

    #[inline(always)]
    fn tile<const O: usize, const I: usize>(&self, o: usize, i: usize, gradient: &mut [f32]) {
        let simd = self.simd;
        let n = self.n_vectors;
        let deltas: [&[S::f32s]; O] =
            std::array::from_fn(|j| &self.delta.vectors[(o + j) * self.delta.stride..][..n]);
        let inputs: [&[S::f32s]; I] =
            std::array::from_fn(|j| &self.input.vectors[(i + j) * self.input.stride..][..n]);
        let mut sums = [[simd.splat_f32s(0.0); I]; O];
        for v in 0..n {
            for (delta, sums) in deltas.iter().zip(&mut sums) {
                for (input, sum) in inputs.iter().zip(sums) {
                    *sum = simd.mul_add_e_f32s(delta[v], input[v], *sum);
                }
            }
        }
        for j in 0..I {
            let target = &mut gradient[(i + j) * self.n_out + o..][..O];
            for k in 0..O {
                target[k] += simd.reduce_sum_f32s(sums[k][j]);
            }
        }
    }
}
