//! Softmax and cross-entropy: the loss and its gradient, the metrics, and the posteriors.

use super::columns::{Vectors, n_vectors};
use super::math::{coarse_exp_of_negative, exp, ln, max};
use super::{Columns, Kernel, Rows};
use pulp::Simd;

/// What the loss of a block is measured against, a row per sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Targets<'a> {
    /// One column per class: 1 where the sample has that label, else 0.
    pub(crate) one_hot: Rows<'a>,
    /// One column: 1/batch size, and 0 in padding rows.
    pub(crate) sample_weight: &'a Columns,
}

/// Evaluates `$body` with the constant `$N` being `$n_classes`: loops over the classes then unroll,
/// and what they work on stays in registers.
macro_rules! with_n_classes {
    ($n_classes:expr, $N:ident => $body:expr) => {
        match $n_classes {
            2 => with_n_classes!(@ 2, $N => $body),
            3 => with_n_classes!(@ 3, $N => $body),
            4 => with_n_classes!(@ 4, $N => $body),
            5 => with_n_classes!(@ 5, $N => $body),
            6 => with_n_classes!(@ 6, $N => $body),
            7 => with_n_classes!(@ 7, $N => $body),
            8 => with_n_classes!(@ 8, $N => $body),
            other => unreachable!("a network has 2 to 8 classes, not {other}"),
        }
    };
    (@ $literal:literal, $N:ident => $body:expr) => {{
        const $N: usize = $literal;
        $body
    }};
}

/// The first `n` registers of each of the N columns.
#[inline(always)]
fn columns<T, const N: usize>(all: Vectors<&[T]>, n: usize) -> [&[T]; N] {
    std::array::from_fn(|k| &all.vectors[k * all.stride..][..n])
}

/// The first `n` registers of each of the N columns.
#[inline(always)]
fn columns_mut<T, const N: usize>(
    Vectors { vectors, stride }: Vectors<&mut [T]>,
    n: usize,
) -> [&mut [T]; N] {
    let mut columns = vectors.chunks_exact_mut(stride);
    std::array::from_fn(|_| &mut columns.next().expect("there are N columns")[..n])
}

/// Register `v` of each column.
#[inline(always)]
fn row<S: Simd, const N: usize>(simd: S, columns: &[&[S::f32s]; N], v: usize) -> [S::f32s; N] {
    // A loop: the closures of `map` would be compiled without the instructions of `S`.
    let mut row = [simd.splat_f32s(0.0); N];
    for k in 0..N {
        row[k] = columns[k][v];
    }
    row
}

/// The cross-entropy of a register of rows, their exponentials relative to each row's own largest
/// logit, and the sum of those.
///
/// The loss is `(max_logit − target) + ln(sum)`: adding `max_logit` to the logarithm first would round
/// it away when the logits are large.
#[inline(always)]
fn cross_entropy<S: Simd, const N: usize>(
    simd: S,
    logits: [S::f32s; N],
    one_hot: [S::f32s; N],
) -> (S::f32s, [S::f32s; N], S::f32s) {
    let mut max_logit = logits[0];
    let mut target = simd.mul_f32s(max_logit, one_hot[0]);
    for k in 1..N {
        max_logit = max(simd, max_logit, logits[k]);
        target = simd.mul_add_e_f32s(logits[k], one_hot[k], target);
    }
    let mut exponentials = logits;
    let mut sum = simd.splat_f32s(0.0);
    for e in &mut exponentials {
        *e = exp(simd, simd.sub_f32s(*e, max_logit));
        sum = simd.add_f32s(sum, *e);
    }
    let loss = simd.add_f32s(simd.sub_f32s(max_logit, target), ln(simd, sum));
    (loss, exponentials, sum)
}

/// Writes `delta = (softmax(logits) − one_hot) · sample_weight`, the gradient of the mean
/// cross-entropy with respect to the logits, and returns the sum of `sample_weight · loss`.
pub(crate) struct SoftmaxGradient<'a> {
    pub(crate) n_rows: usize,
    pub(crate) n_classes: usize,
    pub(crate) logits: &'a Columns,
    pub(crate) targets: Targets<'a>,
    pub(crate) delta: &'a mut Columns,
}

impl Kernel for SoftmaxGradient<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f32 {
        with_n_classes!(self.n_classes, N => self.run_for::<S, N>(simd))
    }
}

impl SoftmaxGradient<'_> {
    #[inline(always)]
    fn run_for<S: Simd, const N: usize>(self, simd: S) -> f32 {
        let n = n_vectors::<S>(self.n_rows);
        let logits = columns::<_, N>(self.logits.vectors::<S>(), n);
        let one_hot = columns::<_, N>(self.targets.one_hot.vectors::<S>(), n);
        let delta = columns_mut::<_, N>(self.delta.vectors_mut::<S>(), n);
        let weights = &self.targets.sample_weight.vectors::<S>().vectors[..n];
        let mut loss = simd.splat_f32s(0.0);
        for (v, &weight) in weights.iter().enumerate() {
            let one_hot = row(simd, &one_hot, v);
            let (row_loss, exponentials, sum) = cross_entropy(simd, row(simd, &logits, v), one_hot);
            loss = simd.mul_add_e_f32s(row_loss, weight, loss);
            let scale = simd.div_f32s(weight, sum);
            for k in 0..N {
                let target = simd.mul_f32s(one_hot[k], weight);
                delta[k][v] = simd.sub_f32s(simd.mul_f32s(exponentials[k], scale), target);
            }
        }
        simd.reduce_sum_f32s(loss)
    }
}

/// Returns the sum of `sample_weight · loss`, and writes the class with the largest logit, the first
/// of several.
pub(crate) struct Measure<'a> {
    pub(crate) n_rows: usize,
    pub(crate) n_classes: usize,
    pub(crate) logits: &'a Columns,
    pub(crate) targets: Targets<'a>,
    /// One column.
    pub(crate) predicted: &'a mut Columns,
}

impl Kernel for Measure<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f32 {
        with_n_classes!(self.n_classes, N => self.run_for::<S, N>(simd))
    }
}

impl Measure<'_> {
    #[inline(always)]
    fn run_for<S: Simd, const N: usize>(self, simd: S) -> f32 {
        let n = n_vectors::<S>(self.n_rows);
        let logits = columns::<_, N>(self.logits.vectors::<S>(), n);
        let one_hot = columns::<_, N>(self.targets.one_hot.vectors::<S>(), n);
        let weights = &self.targets.sample_weight.vectors::<S>().vectors[..n];
        let predicted = &mut self.predicted.vectors_mut::<S>().vectors[..n];
        let mut loss = simd.splat_f32s(0.0);
        for (v, &weight) in weights.iter().enumerate() {
            let logits = row(simd, &logits, v);
            let one_hot = row(simd, &one_hot, v);
            let (row_loss, _, _) = cross_entropy(simd, logits, one_hot);
            loss = simd.mul_add_e_f32s(row_loss, weight, loss);

            let mut max_logit = logits[0];
            let mut class = simd.splat_f32s(0.0);
            for (k, &logit) in logits.iter().enumerate().skip(1) {
                let is_larger = simd.greater_than_f32s(logit, max_logit);
                max_logit = simd.select_f32s(is_larger, logit, max_logit);
                class = simd.select_f32s(is_larger, simd.splat_f32s(k as f32), class);
            }
            predicted[v] = class;
        }
        simd.reduce_sum_f32s(loss)
    }
}

/// `logits = total · softmax(logits)`, in place, for maps: accurate to 1e-5 of `total`.
///
/// Logits that are not finite (a run that has diverged) count as 0, so that the result is a
/// distribution whatever goes in.
pub(crate) struct Posteriors<'a> {
    pub(crate) n_rows: usize,
    pub(crate) n_classes: usize,
    pub(crate) total: f32,
    pub(crate) logits: &'a mut Columns,
}

impl Kernel for Posteriors<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        with_n_classes!(self.n_classes, N => self.run_for::<S, N>(simd));
    }
}

impl Posteriors<'_> {
    #[inline(always)]
    fn run_for<S: Simd, const N: usize>(self, simd: S) {
        let n = n_vectors::<S>(self.n_rows);
        let mut logits = columns_mut::<_, N>(self.logits.vectors_mut::<S>(), n);
        replace_non_finite(simd, &mut logits);
        let zero = simd.splat_f32s(0.0);
        let total = simd.splat_f32s(self.total);
        for v in 0..n {
            let mut max_logit = logits[0][v];
            for column in &logits[1..] {
                max_logit = simd.max_f32s(max_logit, column[v]);
            }
            let mut sum = zero;
            let mut exponentials = [zero; N];
            for k in 0..N {
                let below = simd.sub_f32s(logits[k][v], max_logit);
                exponentials[k] = coarse_exp_of_negative(simd, below);
                sum = simd.add_f32s(sum, exponentials[k]);
            }
            let scale = simd.div_f32s(total, sum);
            for k in 0..N {
                logits[k][v] = simd.mul_f32s(exponentials[k], scale);
            }
        }
    }
}

#[inline(always)]
fn replace_non_finite<S: Simd, const N: usize>(simd: S, logits: &mut [&mut [S::f32s]; N]) {
    let zero = simd.splat_f32s(0.0);
    // 0 · x is 0 for every finite x and NaN for the others.
    let mut checks = [zero; N];
    for (check, column) in checks.iter_mut().zip(&*logits) {
        for &z in &**column {
            *check = simd.mul_add_e_f32s(z, zero, *check);
        }
    }
    let mut check = zero;
    for of_column in checks {
        check = simd.add_f32s(check, of_column);
    }
    if simd.reduce_sum_f32s(check) == 0.0 {
        return;
    }
    for column in logits {
        for z in &mut **column {
            let finite = simd.equal_f32s(simd.sub_f32s(*z, *z), zero);
            *z = simd.select_f32s(finite, *z, zero);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dispatch;
    use super::*;
    use crate::InstructionSet;

    /// Eight samples of three classes, one of which has this logit.
    fn loss_with(arch: InstructionSet, logit: f32, at: usize) -> [f32; 2] {
        let mut logits = Columns::zeros(8, 3);
        logits.column_mut(1)[at] = logit;
        let (mut one_hot, mut sample_weight) = (Columns::zeros(8, 3), Columns::zeros(8, 1));
        one_hot.column_mut(0)[..8].fill(1.0);
        sample_weight.column_mut(0)[..8].fill(0.125);
        let targets = Targets {
            one_hot: one_hot.rows_from(0),
            sample_weight: &sample_weight,
        };
        let mut delta = Columns::zeros(8, 3);
        let gradient = SoftmaxGradient {
            n_rows: 8,
            n_classes: 3,
            logits: &logits,
            targets,
            delta: &mut delta,
        };
        let loss = dispatch(arch, gradient);
        let measure = Measure {
            n_rows: 8,
            n_classes: 3,
            logits: &logits,
            targets,
            predicted: &mut Columns::zeros(8, 1),
        };
        [loss, dispatch(arch, measure)]
    }

    #[test]
    fn a_loss_of_logits_that_are_not_finite_is_not_finite_on_every_path() {
        for arch in InstructionSet::available() {
            assert!(loss_with(arch, 0.0, 3).iter().all(|loss| loss.is_finite()));
            for logit in [f32::NAN, f32::INFINITY] {
                for at in 0..8 {
                    let losses = loss_with(arch, logit, at);
                    assert!(
                        losses.iter().all(|loss| !loss.is_finite()),
                        "{arch:?} {losses:?}"
                    );
                }
            }
        }
    }
}
