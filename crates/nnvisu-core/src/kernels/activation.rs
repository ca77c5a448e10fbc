//! The activation functions and their derivatives, on registers.

use super::math::{erf, exp, max, tanh};
use crate::Activation;
use pulp::Simd;

/// Evaluates `$body` with the [`Nonlinearity`] of an [`Activation`].
macro_rules! with_nonlinearity {
    ($activation:expr, $N:ident => $body:expr) => {
        match $activation {
            $crate::Activation::Tanh => {
                type $N = $crate::kernels::activation::Tanh;
                $body
            }
            $crate::Activation::Relu => {
                type $N = $crate::kernels::activation::LeakyRelu<0>;
                $body
            }
            $crate::Activation::LeakyRelu => {
                type $N = $crate::kernels::activation::LeakyRelu<1>;
                $body
            }
            $crate::Activation::Gelu => {
                type $N = $crate::kernels::activation::Gelu;
                $body
            }
        }
    };
}
pub(crate) use with_nonlinearity;

/// An activation function on registers.
pub(crate) trait Nonlinearity {
    /// Whether it needs so few registers that it is best computed where its argument is.
    const IN_REGISTERS: bool = false;

    /// Whether its derivative follows from its value, so that nothing more has to be kept.
    const DERIVATIVE_FROM_VALUE: bool = true;

    /// `f(z)`.
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s;

    /// `f(z)` and `f'(z)`.
    fn value_and_derivative<S: Simd>(simd: S, z: S::f32s) -> (S::f32s, S::f32s);

    /// `f'(z)` given `a = f(z)`, where it follows from that.
    fn derivative<S: Simd>(simd: S, a: S::f32s) -> S::f32s;
}

/// Whether the derivative has to be kept for the backward pass.
pub(crate) fn keeps_derivative(activation: Activation) -> bool {
    with_nonlinearity!(activation, N => !N::DERIVATIVE_FROM_VALUE)
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
    fn value_and_derivative<S: Simd>(simd: S, z: S::f32s) -> (S::f32s, S::f32s) {
        let a = tanh(simd, z);
        (a, Self::derivative(simd, a))
    }

    #[inline(always)]
    fn derivative<S: Simd>(simd: S, a: S::f32s) -> S::f32s {
        simd.negate_mul_add_e_f32s(a, a, simd.splat_f32s(1.0))
    }
}

impl<const HUNDREDTHS: u32> LeakyRelu<HUNDREDTHS> {
    /// The derivative below zero. At zero itself it counts too, as in `PyTorch`.
    const LEAK: f32 = HUNDREDTHS as f32 / 100.0;
}

impl<const HUNDREDTHS: u32> Nonlinearity for LeakyRelu<HUNDREDTHS> {
    const IN_REGISTERS: bool = true;

    #[inline(always)]
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        let leaked = if HUNDREDTHS == 0 {
            simd.splat_f32s(0.0)
        } else {
            simd.mul_f32s(z, simd.splat_f32s(Self::LEAK))
        };
        max(simd, leaked, z)
    }

    #[inline(always)]
    fn value_and_derivative<S: Simd>(simd: S, z: S::f32s) -> (S::f32s, S::f32s) {
        (Self::value(simd, z), Self::derivative(simd, z))
    }

    #[inline(always)]
    fn derivative<S: Simd>(simd: S, a: S::f32s) -> S::f32s {
        // The value is positive exactly where the argument is.
        let positive = simd.greater_than_f32s(a, simd.splat_f32s(0.0));
        simd.select_f32s(positive, simd.splat_f32s(1.0), simd.splat_f32s(Self::LEAK))
    }
}

impl Nonlinearity for Gelu {
    const DERIVATIVE_FROM_VALUE: bool = false;

    #[inline(always)]
    fn value<S: Simd>(simd: S, z: S::f32s) -> S::f32s {
        simd.mul_f32s(z, normal_cdf(simd, z))
    }

    /// `d/dz z·Φ(z) = Φ(z) + z·φ(z)`.
    #[inline(always)]
    fn value_and_derivative<S: Simd>(simd: S, z: S::f32s) -> (S::f32s, S::f32s) {
        // 1/√(2π)
        const DENSITY_AT_ZERO: f32 = 0.398_942_3;
        let cdf = normal_cdf(simd, z);
        let exponent = simd.mul_f32s(simd.mul_f32s(z, z), simd.splat_f32s(-0.5));
        let density = simd.mul_f32s(exp(simd, exponent), simd.splat_f32s(DENSITY_AT_ZERO));
        (simd.mul_f32s(z, cdf), simd.mul_add_e_f32s(z, density, cdf))
    }

    #[inline(always)]
    fn derivative<S: Simd>(_: S, _: S::f32s) -> S::f32s {
        unreachable!("the derivative of GELU is always kept")
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
