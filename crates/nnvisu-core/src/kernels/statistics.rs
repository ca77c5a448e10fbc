//! Sums over all values of a matrix.

use super::{Columns, Kernel};
use pulp::Simd;

/// Returns the sum of the values, the sum of their squares, how many are 0 and how many have a
/// magnitude above `threshold`.
pub(crate) struct ColumnStatistics<'a> {
    pub(crate) values: &'a Columns,
    pub(crate) n_rows: usize,
    pub(crate) threshold: f32,
}

impl Kernel for ColumnStatistics<'_> {
    type Output = [f32; 4];

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> [f32; 4] {
        let (zero, one) = (simd.splat_f32s(0.0), simd.splat_f32s(1.0));
        let threshold = simd.splat_f32s(self.threshold);
        let mut sums = [zero; 4];
        let mut rest = [0.0; 4];
        let values = self.values.vectors::<S>();
        let n_whole = self.n_rows / S::F32_LANES;
        for column in 0..self.values.n_columns() {
            // Counts are exact: a lane counts to 2²⁴ before it rounds.
            for &value in &values.vectors[column * values.stride..][..n_whole] {
                let is_zero = simd.equal_f32s(value, zero);
                let is_large = simd.greater_than_f32s(simd.abs_f32s(value), threshold);
                sums[0] = simd.add_f32s(sums[0], value);
                sums[1] = simd.mul_add_e_f32s(value, value, sums[1]);
                sums[2] = simd.add_f32s(sums[2], simd.select_f32s(is_zero, one, zero));
                sums[3] = simd.add_f32s(sums[3], simd.select_f32s(is_large, one, zero));
            }
            let behind = n_whole * S::F32_LANES..self.n_rows;
            for &value in &self.values.column(column)[behind] {
                rest[0] += value;
                rest[1] += value * value;
                rest[2] += f32::from(u8::from(value == 0.0));
                rest[3] += f32::from(u8::from(value.abs() > self.threshold));
            }
        }
        for (rest, sum) in rest.iter_mut().zip(sums) {
            *rest += simd.reduce_sum_f32s(sum);
        }
        rest
    }
}
