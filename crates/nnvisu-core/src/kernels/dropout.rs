//! Dropout: each hidden activation is zeroed with probability p, the others are divided by 1 − p.

use super::columns::n_vectors;
use super::{Columns, Kernel};
use pulp::Simd;

/// The seed of one layer's mask in one step, and the probability that a unit is dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mask {
    /// Different for every (seed, step, layer).
    pub(crate) key: u32,
    /// A unit is dropped when its 32-bit hash is below this.
    pub(crate) threshold: u32,
    /// `1 / (1 − p)`.
    pub(crate) scale: f32,
}

impl Mask {
    pub(crate) fn new(key: u32, probability: f32) -> Self {
        Self {
            key,
            threshold: (f64::from(probability) * 4_294_967_296.0) as u32,
            scale: 1.0 / (1.0 - probability),
        }
    }
}

/// Multiplies the first `n_columns` columns of `values`, and of `derivatives` with them, by the mask.
///
/// Whether a unit is dropped is a hash of the mask's key, the unit and the sample's index in the
/// batch, so it depends neither on the vector width nor on how the batch is cut into blocks, and
/// no generator state has to be kept.
pub(crate) struct DropUnits<'a> {
    pub(crate) mask: Mask,
    pub(crate) n_columns: usize,
    /// Row 0 of the block is this row of the batch.
    pub(crate) first_row: usize,
    pub(crate) n_rows: usize,
    pub(crate) values: &'a mut Columns,
    pub(crate) derivatives: &'a mut Columns,
}

/// 0, 1, 2, … for the lanes of the widest register.
static LANE_INDICES: [u32; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

impl Kernel for DropUnits<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let n = n_vectors::<S>(self.n_rows);
        let lanes = S::as_simd_u32s(&LANE_INDICES).0[0];
        let threshold = simd.splat_u32s(self.mask.threshold);
        let scale = simd.splat_f32s(self.mask.scale);
        let zero = simd.splat_f32s(0.0);
        let values = self.values.vectors_mut::<S>();
        let derivatives = self.derivatives.vectors_mut::<S>();
        let values = values.vectors.chunks_exact_mut(values.stride);
        let derivatives = derivatives.vectors.chunks_exact_mut(derivatives.stride);
        for (unit, (values, derivatives)) in
            values.zip(derivatives).take(self.n_columns).enumerate()
        {
            // 2³²/φ keeps the rows of different units apart.
            let key = self.mask.key ^ (unit as u32).wrapping_mul(0x9e37_79b9);
            for v in 0..n {
                let row = (self.first_row + v * S::F32_LANES) as u32;
                let index = simd.add_u32s(lanes, simd.splat_u32s(row));
                let bits = hash(simd, simd.xor_u32s(index, simd.splat_u32s(key)));
                let dropped = simd.less_than_u32s(bits, threshold);
                let factor = simd.select_f32s(dropped, zero, scale);
                values[v] = simd.mul_f32s(values[v], factor);
                derivatives[v] = simd.mul_f32s(derivatives[v], factor);
            }
        }
    }
}

/// A 32-bit finaliser of two multiplications with low bias, "lowbias32" of Chris Wellons' search
/// for such functions (<https://nullprogram.com/blog/2018/07/31/>).
#[inline(always)]
fn hash<S: Simd>(simd: S, x: S::u32s) -> S::u32s {
    let x = fold(simd, x, 16);
    let x = fold(simd, simd.mul_u32s(x, simd.splat_u32s(0x7feb_352d)), 15);
    fold(simd, simd.mul_u32s(x, simd.splat_u32s(0x846c_a68b)), 16)
}

#[inline(always)]
fn fold<S: Simd>(simd: S, x: S::u32s, shift: u32) -> S::u32s {
    simd.xor_u32s(x, simd.wrapping_dyn_shr_u32s(x, simd.splat_u32s(shift)))
}
