//! The activation functions, applied to whole layers, and their slopes on the way back.

use super::columns::{Vectors, n_vectors};
use super::math::{erf, exp, tanh};
use super::{Columns, Kernel};
use crate::Activation;
use pulp::Simd;

/// An activation function on registers.
pub(crate) trait Nonlinearity {
    /// `f(z)`.
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s;

    /// `f(z)` and `f'(z)`.
    fn value_and_slope<S: Simd>(simd: S, z: S::f32s) -> (S::f32s, S::f32s);
}

/// A [`Nonlinearity`] whose slope follows from its value, so that nothing more has to be kept.
pub(crate) trait SlopeFromValue: Nonlinearity {
    /// `f'(z)` given `a = f(z)`.
    fn slope<S: Simd>(simd: S, a: S::f32s) -> S::f32s;
}

pub(crate) struct Tanh;
pub(crate) struct LeakyRelu<const HUNDREDTHS: u32>;
pub(crate) struct Gelu;

impl Nonlinearity for Tanh {
    #[inline(always)]
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        tanh(simd, z)
    }

    #[inline(always)]
    fn value_and_slope<S: Simd>(simd: S, z: S::f32s) -> (S::f32s, S::f32s) {
        let a = tanh(simd, z);
        (a, Self::slope(simd, a))
    }
}

impl SlopeFromValue for Tanh {
    #[inline(always)]
    fn slope<S: Simd>(simd: S, a: S::f32s) -> S::f32s {
        simd.negate_mul_add_e_f32s(a, a, simd.splat_f32s(1.0))
    }
}

impl<const HUNDREDTHS: u32> LeakyRelu<HUNDREDTHS> {
    /// The slope below zero. At zero itself it counts too, as in `PyTorch`.
    const LEAK: f32 = HUNDREDTHS as f32 / 100.0;
}

impl<const HUNDREDTHS: u32> Nonlinearity for LeakyRelu<HUNDREDTHS> {
    #[inline(always)]
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        // `max` passes NaN on only when it is the second operand.
        simd.max_f32s(simd.mul_f32s(z, simd.splat_f32s(Self::LEAK)), z)
    }

    #[inline(always)]
    fn value_and_slope<S: Simd>(simd: S, z: S::f32s) -> (S::f32s, S::f32s) {
        (Self::value(simd, z), Self::slope(simd, z))
    }
}

impl<const HUNDREDTHS: u32> SlopeFromValue for LeakyRelu<HUNDREDTHS> {
    #[inline(always)]
    fn slope<S: Simd>(simd: S, a: S::f32s) -> S::f32s {
        // The value is positive exactly where the argument is.
        let positive = simd.greater_than_f32s(a, simd.splat_f32s(0.0));
        simd.select_f32s(positive, simd.splat_f32s(1.0), simd.splat_f32s(Self::LEAK))
    }
}

impl Nonlinearity for Gelu {
    #[inline(always)]
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        simd.mul_f32s(z, normal_cdf(simd, z))
    }

    /// `d/dz z·Φ(z) = Φ(z) + z·φ(z)`.
    #[inline(always)]
    fn value_and_slope<S: Simd>(simd: S, z: S::f32s) -> (S::f32s, S::f32s) {
        // 1/√(2π)
        const DENSITY_AT_ZERO: f32 = 0.398_942_3;
        let cdf = normal_cdf(simd, z);
        let exponent = simd.mul_f32s(simd.mul_f32s(z, z), simd.splat_f32s(-0.5));
        let density = simd.mul_f32s(exp(simd, exponent), simd.splat_f32s(DENSITY_AT_ZERO));
        (simd.mul_f32s(z, cdf), simd.mul_add_e_f32s(z, density, cdf))
    }
}

/// `Φ(z) = (1 + erf(z/√2)) / 2`.
#[inline(always)]
fn normal_cdf<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
    let half = simd.splat_f32s(0.5);
    let e = erf(
        simd,
        simd.mul_f32s(z, simd.splat_f32s(std::f32::consts::FRAC_1_SQRT_2)),
    );
    simd.mul_add_e_f32s(e, half, half)
}

/// Runs `$body` with `$N` standing for the [`Nonlinearity`] of `$activation`.
macro_rules! with_nonlinearity {
    ($activation:expr, $N:ident => $body:expr) => {
        match $activation {
            Activation::Tanh => {
                type $N = Tanh;
                $body
            }
            Activation::Relu => {
                type $N = LeakyRelu<0>;
                $body
            }
            Activation::LeakyRelu => {
                type $N = LeakyRelu<1>;
                $body
            }
            Activation::Gelu => {
                type $N = Gelu;
                $body
            }
        }
    };
}

/// `values[:, c] = f(values[:, c])` for the first `n_columns` columns.
pub(crate) struct Activate<'a> {
    pub(crate) activation: Activation,
    pub(crate) n_columns: usize,
    pub(crate) n_rows: usize,
    pub(crate) values: &'a mut Columns,
}

impl Kernel for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let n = n_vectors::<S>(self.n_rows);
        let Vectors { vectors, stride } = self.values.vectors_mut::<S>();
        for column in vectors.chunks_exact_mut(stride).take(self.n_columns) {
            with_nonlinearity!(self.activation, N => for z in &mut column[..n] {
                *z = N::value(simd, *z);
            });
        }
    }
}

/// [`Activate`] that also writes `slopes[:, c] = f'(z)`, for training where the value alone does
/// not give the slope.
pub(crate) struct ActivateWithSlope<'a> {
    pub(crate) activation: Activation,
    pub(crate) n_columns: usize,
    pub(crate) n_rows: usize,
    pub(crate) values: &'a mut Columns,
    pub(crate) slopes: &'a mut Columns,
}

impl Kernel for ActivateWithSlope<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let n = n_vectors::<S>(self.n_rows);
        let values = self.values.vectors_mut::<S>();
        let slopes = self.slopes.vectors_mut::<S>();
        let values = values.vectors.chunks_exact_mut(values.stride);
        let slopes = slopes.vectors.chunks_exact_mut(slopes.stride);
        for (column, slopes) in values.zip(slopes).take(self.n_columns) {
            with_nonlinearity!(self.activation, N => {
                for (z, slope) in column[..n].iter_mut().zip(&mut slopes[..n]) {
                    (*z, *slope) = N::value_and_slope(simd, *z);
                }
            });
        }
    }
}

/// Where [`MultiplyBySlope`] finds the slopes.
pub(crate) enum Slopes<'a> {
    /// In the activation's own values; not for GELU.
    FromValues(&'a Columns),
    /// As [`ActivateWithSlope`] wrote them.
    Stored(&'a Columns),
}

/// `delta[:, c] *= f'(z)` for the first `n_columns` columns.
pub(crate) struct MultiplyBySlope<'a> {
    pub(crate) activation: Activation,
    pub(crate) n_columns: usize,
    pub(crate) n_rows: usize,
    pub(crate) slopes: Slopes<'a>,
    pub(crate) delta: &'a mut Columns,
}

impl Kernel for MultiplyBySlope<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let n = n_vectors::<S>(self.n_rows);
        let delta = self.delta.vectors_mut::<S>();
        let deltas = delta
            .vectors
            .chunks_exact_mut(delta.stride)
            .take(self.n_columns);
        match self.slopes {
            Slopes::Stored(slopes) => {
                let slopes = slopes.vectors::<S>();
                for (delta, slopes) in deltas.zip(slopes.vectors.chunks_exact(slopes.stride)) {
                    for (delta, slope) in delta[..n].iter_mut().zip(&slopes[..n]) {
                        *delta = simd.mul_f32s(*delta, *slope);
                    }
                }
            }
            Slopes::FromValues(values) => {
                let values = values.vectors::<S>();
                for (delta, values) in deltas.zip(values.vectors.chunks_exact(values.stride)) {
                    let pairs = delta[..n].iter_mut().zip(&values[..n]);
                    match self.activation {
                        Activation::Tanh => multiply_by::<S, Tanh>(simd, pairs),
                        Activation::Relu => multiply_by::<S, LeakyRelu<0>>(simd, pairs),
                        Activation::LeakyRelu => multiply_by::<S, LeakyRelu<1>>(simd, pairs),
                        Activation::Gelu => unreachable!("the slope of GELU is always stored"),
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn multiply_by<'a, S: Simd, N: SlopeFromValue>(
    simd: S,
    pairs: impl Iterator<Item = (&'a mut S::f32s, &'a S::f32s)>,
) {
    for (delta, value) in pairs {
        *delta = simd.mul_f32s(*delta, N::slope(simd, *value));
    }
}
