//! The optimizers' updates over all parameters at once.
//!
//! Each kernel reads the old parameters and moments and writes the new ones elsewhere, so that a
//! step whose result is not finite can be dropped as a whole. Each returns whether everything it
//! wrote is finite. All slices have the same length, a multiple of 16.

use super::Kernel;
use pulp::Simd;

/// The parameters and moments that an update reads or writes.
pub(crate) struct State<T> {
    pub(crate) parameters: T,
    /// The mean of gradients (Adam).
    pub(crate) first_moment: T,
    /// The mean of squared gradients (Adam, `RMSProp`).
    pub(crate) second_moment: T,
}

/// `θ' = θ − learning_rate · g` with `g = gradient + weight_decay · θ`.
pub(crate) struct Sgd<'a> {
    pub(crate) learning_rate: f32,
    pub(crate) weight_decay: f32,
    pub(crate) gradient: &'a [f32],
    pub(crate) old: &'a [f32],
    pub(crate) new: &'a mut [f32],
}

impl Kernel for Sgd<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        let weight_decay = simd.splat_f32s(self.weight_decay);
        let step = simd.splat_f32s(-self.learning_rate);
        let gradient = S::as_simd_f32s(self.gradient).0;
        let old = S::as_simd_f32s(self.old).0;
        let new = S::as_mut_simd_f32s(self.new).0;
        let mut check = simd.splat_f32s(0.0);
        for ((gradient, &old), new) in gradient.iter().zip(old).zip(new) {
            let gradient = simd.mul_add_e_f32s(old, weight_decay, *gradient);
            *new = simd.mul_add_e_f32s(gradient, step, old);
            check = note_non_finite(simd, check, *new);
        }
        simd.reduce_sum_f32s(check) == 0.0
    }
}

/// Adam as `torch.optim.Adam` defines it (no AMSGrad):
/// `m' = β₁m + (1 − β₁)g`, `v' = β₂v + (1 − β₂)g²`,
/// `θ' = θ − step_size · m' / (√v' · inv_sqrt_correction + eps)`.
pub(crate) struct Adam<'a> {
    pub(crate) beta2: f32,
    /// `1 − β₁`, rounded once: the difference of two `f32` would be further off.
    pub(crate) one_minus_beta1: f32,
    /// `1 − β₂`, rounded once.
    pub(crate) one_minus_beta2: f32,
    pub(crate) eps: f32,
    pub(crate) weight_decay: f32,
    /// `learning_rate / (1 − β₁ᵗ)`.
    pub(crate) step_size: f32,
    /// `1 / √(1 − β₂ᵗ)`.
    pub(crate) inv_sqrt_correction: f32,
    pub(crate) gradient: &'a [f32],
    pub(crate) old: State<&'a [f32]>,
    pub(crate) new: State<&'a mut [f32]>,
}

impl Kernel for Adam<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        let splat = |value| simd.splat_f32s(value);
        let (beta2, eps, weight_decay) =
            (splat(self.beta2), splat(self.eps), splat(self.weight_decay));
        let (one_minus_beta1, one_minus_beta2) =
            (splat(self.one_minus_beta1), splat(self.one_minus_beta2));
        let (step, correction) = (splat(-self.step_size), splat(self.inv_sqrt_correction));
        let gradient = S::as_simd_f32s(self.gradient).0;
        let n = gradient.len();
        let old_p = &S::as_simd_f32s(self.old.parameters).0[..n];
        let old_m = &S::as_simd_f32s(self.old.first_moment).0[..n];
        let old_v = &S::as_simd_f32s(self.old.second_moment).0[..n];
        let new_p = &mut S::as_mut_simd_f32s(self.new.parameters).0[..n];
        let new_m = &mut S::as_mut_simd_f32s(self.new.first_moment).0[..n];
        let new_v = &mut S::as_mut_simd_f32s(self.new.second_moment).0[..n];
        let mut check = simd.splat_f32s(0.0);
        for i in 0..n {
            let g = simd.mul_add_e_f32s(old_p[i], weight_decay, gradient[i]);
            let m = simd.mul_add_e_f32s(simd.sub_f32s(g, old_m[i]), one_minus_beta1, old_m[i]);
            let v = simd.mul_add_e_f32s(
                simd.mul_f32s(g, g),
                one_minus_beta2,
                simd.mul_f32s(old_v[i], beta2),
            );
            let denominator = simd.mul_add_e_f32s(simd.sqrt_f32s(v), correction, eps);
            let p = simd.mul_add_e_f32s(simd.div_f32s(m, denominator), step, old_p[i]);
            new_m[i] = m;
            new_v[i] = v;
            new_p[i] = p;
            check = note_non_finite(simd, note_non_finite(simd, check, p), v);
        }
        simd.reduce_sum_f32s(check) == 0.0
    }
}

/// `RMSProp` as `torch.optim.RMSprop` defines it (neither centred nor with momentum):
/// `v' = αv + (1 − α)g²`, `θ' = θ − learning_rate · g / (√v' + eps)`.
pub(crate) struct RmsProp<'a> {
    pub(crate) alpha: f32,
    /// `1 − α`, rounded once.
    pub(crate) one_minus_alpha: f32,
    pub(crate) eps: f32,
    pub(crate) weight_decay: f32,
    pub(crate) learning_rate: f32,
    pub(crate) gradient: &'a [f32],
    pub(crate) old: State<&'a [f32]>,
    pub(crate) new: State<&'a mut [f32]>,
}

impl Kernel for RmsProp<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        let splat = |value| simd.splat_f32s(value);
        let (alpha, eps, weight_decay) =
            (splat(self.alpha), splat(self.eps), splat(self.weight_decay));
        let (one_minus_alpha, step) = (splat(self.one_minus_alpha), splat(-self.learning_rate));
        let gradient = S::as_simd_f32s(self.gradient).0;
        let n = gradient.len();
        let old_p = &S::as_simd_f32s(self.old.parameters).0[..n];
        let old_v = &S::as_simd_f32s(self.old.second_moment).0[..n];
        let new_p = &mut S::as_mut_simd_f32s(self.new.parameters).0[..n];
        let new_v = &mut S::as_mut_simd_f32s(self.new.second_moment).0[..n];
        let mut check = simd.splat_f32s(0.0);
        for i in 0..n {
            let g = simd.mul_add_e_f32s(old_p[i], weight_decay, gradient[i]);
            let v = simd.mul_add_e_f32s(
                simd.mul_f32s(g, g),
                one_minus_alpha,
                simd.mul_f32s(old_v[i], alpha),
            );
            let denominator = simd.add_f32s(simd.sqrt_f32s(v), eps);
            let p = simd.mul_add_e_f32s(simd.div_f32s(g, denominator), step, old_p[i]);
            new_v[i] = v;
            new_p[i] = p;
            check = note_non_finite(simd, note_non_finite(simd, check, p), v);
        }
        simd.reduce_sum_f32s(check) == 0.0
    }
}

/// `check`, turned into NaN for good if `x` is not finite: `0 · x` is 0 for all other values.
#[inline(always)]
fn note_non_finite<S: Simd>(simd: S, check: S::f32s, x: S::f32s) -> S::f32s {
    simd.mul_add_e_f32s(x, simd.splat_f32s(0.0), check)
}
