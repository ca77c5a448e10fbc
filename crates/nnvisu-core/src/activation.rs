//! The nonlinearity between the layers, as exact scalar functions.
//!
//! The training kernels have their own fast versions; these are what those are
//! measured against, and what single values (a curve in a plot) can use.

use std::{f64::consts, fmt, str::FromStr};

use crate::error::{Quoted, UnknownName};

/// The function that every hidden unit applies to its weighted sum.
///
/// The definitions are PyTorch's `tanh`, `relu`, `leaky_relu` (with its default
/// slope) and `gelu` (`approximate="none"`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Activation {
    /// tanh(x)
    #[default]
    Tanh,
    /// max(0, x)
    Relu,
    /// x where positive, [`Activation::LEAKY_SLOPE`] · x elsewhere
    LeakyRelu,
    /// x · Φ(x), Φ being the standard normal distribution function
    /// (Hendrycks and Gimpel, 2016, arXiv:1606.08415; the exact form, not the
    /// tanh approximation)
    Gelu,
}

impl Activation {
    /// Every activation, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Tanh, Self::Relu, Self::LeakyRelu, Self::Gelu];

    /// Slope of [`Activation::LeakyRelu`] for negative inputs.
    pub const LEAKY_SLOPE: f32 = 0.01;

    /// The name used in messages and files: `tanh`, `relu`, `leaky_relu`, `gelu`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky_relu",
            Self::Gelu => "gelu",
        }
    }

    /// The value at the finite pre-activation `x`, computed in `f64` and rounded once.
    #[must_use]
    pub fn apply(self, x: f32) -> f32 {
        let z = f64::from(x);
        match self {
            Self::Tanh => z.tanh() as f32,
            Self::Relu => x.max(0.0),
            Self::LeakyRelu if x > 0.0 => x,
            Self::LeakyRelu => Self::LEAKY_SLOPE * x,
            Self::Gelu => (z * normal_cdf(z)) as f32,
        }
    }

    /// The derivative at the finite pre-activation `x`, computed in `f64` and
    /// rounded once. At the kinks (x = 0) it is the left one, as in PyTorch:
    /// 0 for [`Activation::Relu`], the slope for [`Activation::LeakyRelu`].
    #[must_use]
    pub fn derivative(self, x: f32) -> f32 {
        let z = f64::from(x);
        match self {
            Self::Tanh => {
                let tanh = z.tanh();
                ((1.0 - tanh) * (1.0 + tanh)) as f32
            }
            Self::Relu | Self::LeakyRelu if x > 0.0 => 1.0,
            Self::Relu => 0.0,
            Self::LeakyRelu => Self::LEAKY_SLOPE,
            Self::Gelu => (normal_cdf(z) + z * normal_pdf(z)) as f32,
        }
    }
}

/// Φ(z), from erfc so that it keeps its relative accuracy far on the left.
fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * consts::FRAC_1_SQRT_2)
}

/// φ(z) = Φ′(z).
fn normal_pdf(z: f64) -> f64 {
    (-0.5 * z * z).exp() * 0.5 * consts::FRAC_2_SQRT_PI * consts::FRAC_1_SQRT_2
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Activation {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|activation| activation.name() == name)
            .ok_or_else(|| UnknownName::Activation(Quoted::new(name)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "these values are exact")]

    use super::*;

    #[test]
    fn names_are_read_back() {
        for activation in Activation::ALL {
            assert_eq!(activation.to_string().parse(), Ok(activation));
        }
        assert_eq!(
            "Tanh".parse::<Activation>().unwrap_err().to_string(),
            "Activation must be tanh, relu, leaky_relu or gelu, not \"Tanh\""
        );
    }

    #[test]
    fn values_are_those_of_pytorch() {
        // torch.nn.functional.{tanh, gelu} in float64, rounded to f32.
        let cases = [
            (Activation::Tanh, 0.5, 0.462_117_16),
            (Activation::Tanh, -3.0, -0.995_054_7),
            (Activation::Gelu, 1.0, 0.841_344_8),
            (Activation::Gelu, -1.0, -0.158_655_26),
            (Activation::Gelu, -3.0, -0.004_049_694),
            (Activation::Relu, -2.0, 0.0),
            (Activation::Relu, 2.0, 2.0),
            (Activation::LeakyRelu, -2.0, -0.02),
            (Activation::LeakyRelu, 2.0, 2.0),
        ];
        for (activation, x, expected) in cases {
            let value: f32 = activation.apply(x);
            assert!(
                (value - expected).abs() < 1e-7,
                "{activation}({x}) = {value}"
            );
        }
    }

    #[test]
    fn kinks_take_the_left_derivative() {
        for zero in [0.0, -0.0] {
            assert_eq!(Activation::Relu.derivative(zero), 0.0);
            assert_eq!(
                Activation::LeakyRelu.derivative(zero),
                Activation::LEAKY_SLOPE
            );
        }
    }

    #[test]
    fn derivatives_match_central_differences() {
        const H: f32 = 1.0 / 64.0; // exact in f32; the error of the difference is O(H²)
        for activation in Activation::ALL {
            for i in -512_i16..=512 {
                let x = f32::from(i) / 128.0 + 1.0 / 64.0;
                if x.abs() <= H {
                    continue; // the kinks are tested above
                }
                let rise = f64::from(activation.apply(x + H)) - f64::from(activation.apply(x - H));
                let numeric = rise / f64::from(2.0 * H);
                let analytic = f64::from(activation.derivative(x));
                assert!((numeric - analytic).abs() < 2e-4, "{activation}'({x})");
            }
        }
    }

    #[test]
    fn large_inputs_stay_finite() {
        for activation in Activation::ALL {
            for x in [-1e30, -1e4, -40.0, 40.0, 1e4, 1e30] {
                assert!(activation.apply(x).is_finite(), "{activation}({x})");
                assert!(activation.derivative(x).is_finite(), "{activation}'({x})");
            }
        }
    }
}
