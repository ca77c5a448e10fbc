//! Elementary functions on whole vector registers.
//!
//! Each is a clamp, a range reduction and a polynomial or rational approximation whose
//! coefficients were fitted for the smallest maximal error (iteratively reweighted least squares
//! in double precision, rounded to `f32`). Against the `f64` functions of the standard library the
//! error is below 1e-6, absolute for `tanh`, `erf` and `ln`, relative for `exp`; the tests below
//! sweep the whole range. One coarser exponential is for maps.

use pulp::Simd;

/// `c[0] + c[1]·x + c[2]·x² + …` by Horner's rule.
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, x: S::f32s, c: [f32; N]) -> S::f32s {
    let mut value = simd.splat_f32s(c[N - 1]);
    for &coefficient in c[..N - 1].iter().rev() {
        value = simd.mul_add_e_f32s(value, x, simd.splat_f32s(coefficient));
    }
    value
}

/// The larger number; where one is NaN, `b`. That is what x86 does by itself, while scalar code
/// would return the other number and so lose the NaN.
#[inline(always)]
pub(crate) fn max<S: Simd>(simd: S, a: S::f32s, b: S::f32s) -> S::f32s {
    if S::F32_LANES == 1 {
        simd.select_f32s(simd.greater_than_f32s(a, b), a, b)
    } else {
        simd.max_f32s(a, b)
    }
}

/// The smaller number; where one is NaN, `b`.
#[inline(always)]
fn min<S: Simd>(simd: S, a: S::f32s, b: S::f32s) -> S::f32s {
    if S::F32_LANES == 1 {
        simd.select_f32s(simd.less_than_f32s(a, b), a, b)
    } else {
        simd.min_f32s(a, b)
    }
}

#[inline(always)]
fn clamp<S: Simd>(simd: S, x: S::f32s, limit: f32) -> S::f32s {
    let x = min(simd, simd.splat_f32s(limit), x);
    max(simd, simd.splat_f32s(-limit), x)
}

/// The hyperbolic tangent: `x·P(x²)/Q(x²)` on [-8, 8], where it reaches ±1 within rounding.
#[inline(always)]
pub(crate) fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let x = clamp(simd, x, 8.0);
    let u = simd.mul_f32s(x, x);
    let p = polynomial(
        simd,
        u,
        [0.999_999_34, 0.129_136_67, 0.002_938_852, 1.131_042_8e-5],
    );
    let q = polynomial(
        simd,
        u,
        [
            1.0,
            0.462_467_67,
            0.023_763_934,
            2.370_315_5e-4,
            2.423_896e-7,
        ],
    );
    clamp(simd, simd.div_f32s(simd.mul_f32s(x, p), q), 1.0)
}

/// The error function: `x·P(x²)/Q(x²)` on [-3.8, 3.8], where it reaches ±1 within 1e-7.
#[inline(always)]
pub(crate) fn erf<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let x = clamp(simd, x, 3.8);
    let u = simd.mul_f32s(x, x);
    let p = polynomial(
        simd,
        u,
        [
            1.128_381_6,
            0.105_844_386,
            0.038_065_597,
            -2.762_065_6e-4,
            4.949_481_8e-5,
            -1.733_477_9e-6,
            2.465_336e-8,
        ],
    );
    let q = polynomial(simd, u, [1.0, 0.427_158_2, 0.076_051, 0.006_297_728]);
    clamp(simd, simd.div_f32s(simd.mul_f32s(x, p), q), 1.0)
}

/// `1.5 · 2²³`: added to a float below 2²², it leaves the nearest integer in the low mantissa bits.
const ROUNDING: f32 = 12_582_912.0;

/// The exponential, for arguments up to 88; below -87 the result is the smallest normal number
/// or so instead of a denormal, and never negative.
#[inline(always)]
pub(crate) fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let x = min(simd, simd.splat_f32s(88.0), x);
    let x = max(simd, simd.splat_f32s(-87.0), x);
    // x = n·ln 2 + r with |r| ≤ ln 2 / 2; ln 2 in two parts, so that r keeps all its bits.
    let rounded = simd.mul_add_e_f32s(
        x,
        simd.splat_f32s(std::f32::consts::LOG2_E),
        simd.splat_f32s(ROUNDING),
    );
    let n = simd.sub_f32s(rounded, simd.splat_f32s(ROUNDING));
    let r = simd.mul_add_e_f32s(n, simd.splat_f32s(-0.693_359_4), x);
    let r = simd.mul_add_e_f32s(n, simd.splat_f32s(2.121_944_4e-4), r);
    let p = polynomial(
        simd,
        r,
        [
            1.000_000_1,
            0.999_999_7,
            0.499_988_94,
            0.166_675_75,
            0.041_915_383,
            0.008_297_654,
        ],
    );
    times_power_of_two(simd, p, rounded)
}

/// The exponential of a number that is not positive, to a relative error of 1e-5 down to -80 (and
/// next to nothing below): enough for what is shown in 256 steps, at half the price of [`exp`].
#[inline(always)]
pub(crate) fn coarse_exp_of_negative<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let x = simd.mul_f32s(x, simd.splat_f32s(std::f32::consts::LOG2_E));
    let x = simd.max_f32s(simd.splat_f32s(-126.0), x);
    let rounded = simd.add_f32s(x, simd.splat_f32s(ROUNDING));
    let rest = simd.sub_f32s(x, simd.sub_f32s(rounded, simd.splat_f32s(ROUNDING)));
    let p = polynomial(
        simd,
        rest,
        [
            0.999_999_3,
            0.693_121_8,
            0.240_247_44,
            0.055_917_86,
            0.009_570_102,
        ],
    );
    times_power_of_two(simd, p, rounded)
}

/// `x · 2ⁿ` for a normal result, where `rounded` is `n + ROUNDING`.
#[inline(always)]
fn times_power_of_two<S: Simd>(simd: S, x: S::f32s, rounded: S::f32s) -> S::f32s {
    // Multiplying by 2ⁿ is adding n to the exponent field.
    let exponent =
        simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(rounded), simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(x), exponent))
}

/// The natural logarithm of a positive, normal number.
#[inline(always)]
pub(crate) fn ln<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    // x = 2ᵉ·(1 + m) with 1 + m in [√½, √2): the offset makes the exponent field switch at √½.
    const OFFSET: u32 = 0x3f35_04f3; // the bits of √½
    let bits = simd.transmute_u32s_f32s(x);
    let shifted = simd.sub_u32s(bits, simd.splat_u32s(OFFSET));
    let exponent_bits = simd.and_u32s(shifted, simd.splat_u32s(0xff80_0000));
    let mantissa = simd.transmute_f32s_u32s(simd.sub_u32s(bits, exponent_bits));
    let m = simd.sub_f32s(mantissa, simd.splat_f32s(1.0));
    // The exponent as a float, by the rounding trick in reverse; it is biased to be positive.
    let biased = simd.wrapping_dyn_shr_u32s(
        simd.add_u32s(exponent_bits, simd.splat_u32s(128 << 23)),
        simd.splat_u32s(23),
    );
    let e = simd.transmute_f32s_u32s(simd.or_u32s(biased, simd.splat_u32s(0x4b00_0000)));
    let e = simd.sub_f32s(e, simd.splat_f32s(8_388_608.0 + 128.0));
    let p = polynomial(
        simd,
        m,
        [
            -0.500_005_84,
            0.333_352_63,
            -0.249_614_64,
            0.198_882_77,
            -0.173_260_1,
            0.163_356_45,
            -0.100_345_7,
        ],
    );
    let log1p = simd.mul_add_e_f32s(simd.mul_f32s(m, m), p, m);
    simd.mul_add_e_f32s(e, simd.splat_f32s(std::f32::consts::LN_2), log1p)
}

#[cfg(test)]
mod tests {
    use super::super::{Kernel, dispatch};
    use super::*;
    use crate::InstructionSet;

    #[derive(Clone, Copy)]
    enum Function {
        Tanh,
        Erf,
        Exp,
        CoarseExp,
        Ln,
    }

    struct Apply<'a>(Function, &'a mut [f32]);
    impl Kernel for Apply<'_> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) {
            let (vectors, rest) = S::as_mut_simd_f32s(self.1);
            assert!(rest.is_empty());
            for x in vectors {
                *x = match self.0 {
                    Function::Tanh => tanh(simd, *x),
                    Function::Erf => erf(simd, *x),
                    Function::Exp => exp(simd, *x),
                    Function::CoarseExp => coarse_exp_of_negative(simd, *x),
                    Function::Ln => ln(simd, *x),
                };
            }
        }
    }

    fn sweep(function: Function, xs: &[f32], exact: impl Fn(f64) -> f64, relative: bool) {
        let tolerance = match function {
            Function::CoarseExp => 1e-5,
            _ => 1e-6,
        };
        for arch in InstructionSet::available() {
            let mut ys = xs.to_vec();
            dispatch(arch, Apply(function, &mut ys));
            for (&x, &y) in xs.iter().zip(&ys) {
                let expected = exact(f64::from(x));
                let scale = if relative { expected.abs() } else { 1.0 };
                let error = (f64::from(y) - expected).abs() / scale;
                assert!(
                    error < tolerance,
                    "f({x}) = {y}, exactly {expected}, error {error:e}"
                );
            }
        }
    }

    /// 2^18 points, evenly spaced.
    fn even(lo: f64, hi: f64) -> Vec<f32> {
        let n = 1 << 18;
        (0..n)
            .map(|i| (lo + (hi - lo) * f64::from(i) / f64::from(n - 1)) as f32)
            .collect()
    }

    #[test]
    fn tanh_is_accurate_everywhere_and_never_beyond_one() {
        sweep(Function::Tanh, &even(-12.0, 12.0), f64::tanh, false);
        let mut extreme = [0.0_f32; 16];
        extreme[..6].copy_from_slice(&[f32::MAX, f32::MIN, f32::INFINITY, -1e-40, -0.0, 8.1]);
        sweep(Function::Tanh, &extreme, f64::tanh, false);
        let mut ys = even(-12.0, 12.0);
        dispatch(InstructionSet::widest(), Apply(Function::Tanh, &mut ys));
        assert!(ys.iter().all(|y| y.abs() <= 1.0));
    }

    #[test]
    fn erf_is_accurate_everywhere() {
        sweep(Function::Erf, &even(-6.0, 6.0), libm::erf, false);
    }

    #[test]
    fn exp_is_accurate_over_its_range() {
        sweep(Function::Exp, &even(-87.0, 88.0), f64::exp, true);
        sweep(Function::Exp, &even(-1.0, 1.0), f64::exp, true);
        sweep(
            Function::Exp,
            &[-1e4, -1e30, -88.0, f32::NEG_INFINITY].repeat(4),
            f64::exp,
            false,
        );
    }

    #[test]
    fn coarse_exp_is_good_enough_for_bytes() {
        sweep(Function::CoarseExp, &even(-80.0, 0.0), f64::exp, true);
        sweep(Function::CoarseExp, &even(-1.0, 0.0), f64::exp, true);
        sweep(
            Function::CoarseExp,
            &[-1e4, -1e30, -88.0, f32::NEG_INFINITY].repeat(4),
            f64::exp,
            false,
        );
    }

    #[test]
    fn ln_is_accurate_for_sums_of_exponentials() {
        sweep(Function::Ln, &even(0.5, 1.5), f64::ln, false);
        sweep(Function::Ln, &even(1.0, 16.0), f64::ln, false);
    }

    #[test]
    fn not_a_number_stays_so() {
        for arch in InstructionSet::available() {
            for function in [Function::Tanh, Function::Erf, Function::Exp] {
                let mut ys = [f32::NAN; 16];
                dispatch(arch, Apply(function, &mut ys));
                assert!(ys.iter().all(|y| y.is_nan()), "{arch:?}");
            }
        }
    }
}
