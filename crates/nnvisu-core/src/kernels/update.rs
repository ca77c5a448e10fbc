//! The optimizers' update rules, and the one loop that applies them to all parameters.
//!
//! A rule is a few lines on registers. The loop adds the penalty to the gradient, reads the old
//! parameters and slots and writes the new ones elsewhere, so that a step whose result is not
//! finite can be dropped as a whole, and tells whether everything it wrote is finite.

use super::Kernel;
use pulp::Simd;

/// How an optimizer with `N_SLOTS` remembered values per parameter turns a gradient into an update.
pub(crate) trait UpdateRule<const N_SLOTS: usize>: Copy {
    /// What [`update`](Self::update) needs to know about a parameter's `step`-th step, from 1.
    fn coefficients(self, learning_rate: f32, step: u64) -> [f32; 2];

    /// The new parameter and slots.
    fn update<S: Simd>(
        self,
        simd: S,
        coefficients: [S::f32s; 2],
        gradient: S::f32s,
        parameter: S::f32s,
        slots: [S::f32s; N_SLOTS],
    ) -> (S::f32s, [S::f32s; N_SLOTS]);
}

/// Gradient descent: `θ' = θ − learning_rate · g`.
#[derive(Clone, Copy)]
pub(crate) struct Sgd;

impl UpdateRule<0> for Sgd {
    /// The negative learning rate.
    fn coefficients(self, learning_rate: f32, _: u64) -> [f32; 2] {
        [-learning_rate, 0.0]
    }

    #[inline(always)]
    fn update<S: Simd>(
        self,
        simd: S,
        [step, _]: [S::f32s; 2],
        g: S::f32s,
        p: S::f32s,
        []: [S::f32s; 0],
    ) -> (S::f32s, [S::f32s; 0]) {
        (simd.mul_add_e_f32s(g, step, p), [])
    }
}

/// Adam as `torch.optim.Adam` defines it (no `AMSGrad`), with the means of gradients and of their
/// squares in its slots: `m' = β₁m + (1 − β₁)g`, `v' = β₂v + (1 − β₂)g²`,
/// `θ' = θ − learning_rate / (1 − β₁ᵗ) · m' / (√v' / √(1 − β₂ᵗ) + eps)`.
#[derive(Clone, Copy)]
pub(crate) struct Adam {
    pub(crate) beta1: f64,
    pub(crate) beta2: f64,
    pub(crate) eps: f32,
}

impl UpdateRule<2> for Adam {
    /// `−learning_rate / (1 − β₁ᵗ)` and `1 / √(1 − β₂ᵗ)`.
    fn coefficients(self, learning_rate: f32, step: u64) -> [f32; 2] {
        let correction = |beta: f64| 1.0 - beta.powf(step as f64);
        let step_size = f64::from(learning_rate) / correction(self.beta1);
        let inv_sqrt_correction = 1.0 / correction(self.beta2).sqrt();
        [-step_size as f32, inv_sqrt_correction as f32]
    }

    #[inline(always)]
    fn update<S: Simd>(
        self,
        simd: S,
        [step, inv_sqrt_correction]: [S::f32s; 2],
        g: S::f32s,
        p: S::f32s,
        [m, v]: [S::f32s; 2],
    ) -> (S::f32s, [S::f32s; 2]) {
        // Rounded once: the difference of two `f32` would be further off.
        let one_minus_beta1 = simd.splat_f32s((1.0 - self.beta1) as f32);
        let one_minus_beta2 = simd.splat_f32s((1.0 - self.beta2) as f32);
        let m = simd.mul_add_e_f32s(simd.sub_f32s(g, m), one_minus_beta1, m);
        let v = simd.mul_add_e_f32s(
            simd.mul_f32s(g, g),
            one_minus_beta2,
            simd.mul_f32s(v, simd.splat_f32s(self.beta2 as f32)),
        );
        let eps = simd.splat_f32s(self.eps);
        let denominator = simd.mul_add_e_f32s(simd.sqrt_f32s(v), inv_sqrt_correction, eps);
        let p = simd.mul_add_e_f32s(simd.div_f32s(m, denominator), step, p);
        (p, [m, v])
    }
}

/// `RMSProp` as `torch.optim.RMSprop` defines it (neither centred nor with momentum), with the mean
/// of squared gradients in its slot: `v' = αv + (1 − α)g²`, `θ' = θ − learning_rate · g / (√v' + eps)`.
#[derive(Clone, Copy)]
pub(crate) struct RmsProp {
    pub(crate) alpha: f64,
    pub(crate) eps: f32,
}

impl UpdateRule<1> for RmsProp {
    /// The negative learning rate.
    fn coefficients(self, learning_rate: f32, _: u64) -> [f32; 2] {
        [-learning_rate, 0.0]
    }

    #[inline(always)]
    fn update<S: Simd>(
        self,
        simd: S,
        [step, _]: [S::f32s; 2],
        g: S::f32s,
        p: S::f32s,
        [v]: [S::f32s; 1],
    ) -> (S::f32s, [S::f32s; 1]) {
        let v = simd.mul_add_e_f32s(
            simd.mul_f32s(g, g),
            simd.splat_f32s((1.0 - self.alpha) as f32),
            simd.mul_f32s(v, simd.splat_f32s(self.alpha as f32)),
        );
        let denominator = simd.add_f32s(simd.sqrt_f32s(v), simd.splat_f32s(self.eps));
        let p = simd.mul_add_e_f32s(simd.div_f32s(g, denominator), step, p);
        (p, [v])
    }
}

/// What [`UpdateRule::coefficients`] gave.
pub(crate) enum Coefficients<'a> {
    /// The same for all parameters.
    Uniform([f32; 2]),
    /// Each parameter's own.
    PerParameter([&'a [f32]; 2]),
}

/// One update of all parameters. All slices have the same length, a multiple of 16. Returns whether
/// everything that was written is finite.
pub(crate) struct Update<'a, R, const N_SLOTS: usize> {
    pub(crate) rule: R,
    pub(crate) coefficients: Coefficients<'a>,
    /// L2 regularization: the gradient becomes `g + weight_decay · θ`.
    pub(crate) weight_decay: f32,
    pub(crate) gradient: &'a [f32],
    pub(crate) old_parameters: &'a [f32],
    pub(crate) new_parameters: &'a mut [f32],
    pub(crate) old_slots: [&'a [f32]; N_SLOTS],
    pub(crate) new_slots: [&'a mut [f32]; N_SLOTS],
}

impl<R: UpdateRule<N_SLOTS>, const N_SLOTS: usize> Kernel for Update<'_, R, N_SLOTS> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        match self.coefficients {
            Coefficients::Uniform([a, b]) => {
                let uniform = Splat::<S>([simd.splat_f32s(a), simd.splat_f32s(b)]);
                self.run_with(simd, uniform)
            }
            Coefficients::PerParameter([a, b]) => {
                let each = Each::<S>([S::as_simd_f32s(a).0, S::as_simd_f32s(b).0]);
                self.run_with(simd, each)
            }
        }
    }
}

impl<R: UpdateRule<N_SLOTS>, const N_SLOTS: usize> Update<'_, R, N_SLOTS> {
    #[inline(always)]
    fn run_with<S: Simd>(self, simd: S, coefficients: impl CoefficientsAt<S>) -> bool {
        let weight_decay = simd.splat_f32s(self.weight_decay);
        let gradient = S::as_simd_f32s(self.gradient).0;
        let n = gradient.len();
        let old_parameters = &S::as_simd_f32s(self.old_parameters).0[..n];
        let new_parameters = &mut S::as_mut_simd_f32s(self.new_parameters).0[..n];
        let old_slots = self.old_slots.map(|slot| &S::as_simd_f32s(slot).0[..n]);
        let new_slots = self
            .new_slots
            .map(|slot| &mut S::as_mut_simd_f32s(slot).0[..n]);
        let mut check = simd.splat_f32s(0.0);
        for i in 0..n {
            let parameter = old_parameters[i];
            let g = simd.mul_add_e_f32s(parameter, weight_decay, gradient[i]);
            let mut slots = [simd.splat_f32s(0.0); N_SLOTS];
            for k in 0..N_SLOTS {
                slots[k] = old_slots[k][i];
            }
            let (parameter, slots) =
                self.rule
                    .update(simd, coefficients.at(i), g, parameter, slots);
            new_parameters[i] = parameter;
            check = note_non_finite(simd, check, parameter);
            for k in 0..N_SLOTS {
                new_slots[k][i] = flush_denormals(simd, slots[k]);
                check = note_non_finite(simd, check, slots[k]);
            }
        }
        simd.reduce_sum_f32s(check) == 0.0
    }
}

/// The coefficients of register `i`.
trait CoefficientsAt<S: Simd>: Copy {
    fn at(self, i: usize) -> [S::f32s; 2];
}

#[derive(Clone, Copy)]
struct Splat<S: Simd>([S::f32s; 2]);

impl<S: Simd> CoefficientsAt<S> for Splat<S> {
    #[inline(always)]
    fn at(self, _: usize) -> [S::f32s; 2] {
        self.0
    }
}

#[derive(Clone, Copy)]
struct Each<'a, S: Simd>([&'a [S::f32s]; 2]);

impl<S: Simd> CoefficientsAt<S> for Each<'_, S> {
    #[inline(always)]
    fn at(self, i: usize) -> [S::f32s; 2] {
        [self.0[0][i], self.0[1][i]]
    }
}

/// `check`, turned into NaN for good if `x` is not finite: `0 · x` is 0 for all other values.
#[inline(always)]
fn note_non_finite<S: Simd>(simd: S, check: S::f32s, x: S::f32s) -> S::f32s {
    simd.mul_add_e_f32s(x, simd.splat_f32s(0.0), check)
}

/// `x`, or 0 where it is too small to be a normal number: a mean that decays by a factor below 1
/// would otherwise stop at a denormal one that the factor no longer rounds down, and stay there.
#[inline(always)]
fn flush_denormals<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let is_denormal = simd.less_than_f32s(simd.abs_f32s(x), simd.splat_f32s(f32::MIN_POSITIVE));
    simd.select_f32s(is_denormal, simd.splat_f32s(0.0), x)
}

#[cfg(test)]
mod tests {
    use super::super::dispatch;
    use super::*;
    use crate::InstructionSet;

    const ADAM: Adam = Adam {
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-8,
    };

    /// One step of Adam from these values, and whether it was finite.
    fn step(arch: InstructionSet, gradient: &[f32], old: [&[f32]; 3]) -> (bool, [Vec<f32>; 3]) {
        let mut new = [const { Vec::new() }; 3];
        for values in &mut new {
            values.resize(gradient.len(), 0.0);
        }
        let [p, m, v] = &mut new;
        let update = Update {
            rule: ADAM,
            coefficients: Coefficients::Uniform(ADAM.coefficients(0.01, 100_000)),
            weight_decay: 0.0,
            gradient,
            old_parameters: old[0],
            new_parameters: p,
            old_slots: [old[1], old[2]],
            new_slots: [m, v],
        };
        (dispatch(arch, update), new)
    }

    #[test]
    fn what_is_not_finite_is_noticed_on_every_path() {
        let zeros = [0.0; 32];
        for arch in InstructionSet::available() {
            assert!(step(arch, &zeros, [&zeros; 3]).0);
            for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 3e38] {
                for at in [0, 5, 16, 31] {
                    let mut gradient = zeros;
                    gradient[at] = bad;
                    assert!(!step(arch, &gradient, [&zeros; 3]).0, "{arch:?} {bad} {at}");
                }
            }
        }
    }

    #[test]
    fn slots_without_gradients_reach_zero() {
        for arch in InstructionSet::available() {
            let mut slots = [vec![-1e-3; 16], vec![1e-6; 16]];
            let zeros = [0.0; 16];
            for _ in 0..200_000 {
                let [_, m, v] = step(arch, &zeros, [&zeros, &slots[0], &slots[1]]).1;
                slots = [m, v];
                if slots.iter().flatten().all(|&slot| slot == 0.0) {
                    break;
                }
            }
            assert_eq!(slots, [vec![0.0; 16], vec![0.0; 16]], "{arch:?}");
        }
    }
}
