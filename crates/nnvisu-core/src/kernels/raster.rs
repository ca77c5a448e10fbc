//! From posteriors to bytes.

use super::columns::n_vectors;
use super::{Columns, Kernel};
use crate::Palette;
use pulp::Simd;

/// `out[:, channel] = Σ_k posteriors[:, k] · palette[k][channel]`, 0 to 255.
pub(crate) struct Blend<'a> {
    pub(crate) palette: &'a Palette,
    pub(crate) n_rows: usize,
    pub(crate) posteriors: &'a Columns,
    pub(crate) out: &'a mut Columns,
}

impl Kernel for Blend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let n_classes = self.posteriors.n_columns();
        let posteriors = self.posteriors.vectors::<S>();
        let out = self.out.vectors_mut::<S>();
        for (class, color) in self.palette.colors().iter().take(n_classes).enumerate() {
            let channels = [color.r, color.g, color.b].map(f32::from);
            for v in 0..n_vectors::<S>(self.n_rows) {
                let posterior = posteriors.vectors[class * posteriors.stride + v];
                for (channel, &intensity) in channels.iter().enumerate() {
                    let sum = &mut out.vectors[channel * out.stride + v];
                    let so_far = if class == 0 {
                        simd.splat_f32s(0.0)
                    } else {
                        *sum
                    };
                    *sum = simd.mul_add_e_f32s(posterior, simd.splat_f32s(intensity), so_far);
                }
            }
        }
    }
}

/// `out = round(values)` for values within 0 to 255.
pub(crate) struct Quantize<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) out: &'a mut [u8],
}

impl Kernel for Quantize<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        // Added to a small float, 2²³ leaves the nearest integer in the lowest bits.
        const ROUNDING: f32 = 8_388_608.0;
        // Plain code: the compiler turns this loop into vector instructions by itself.
        for (&value, byte) in self.values.iter().zip(self.out) {
            *byte = (value + ROUNDING).to_bits() as u8;
        }
    }
}
