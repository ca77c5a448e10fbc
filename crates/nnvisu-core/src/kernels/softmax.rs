//! Softmax and cross-entropy: the loss and its gradient, the metrics, and the posteriors.

use super::columns::{Vectors, n_vectors};
use super::math::{exp, ln};
use super::{Columns, Kernel};
use pulp::Simd;

/// What the loss of a block is measured against, a row per sample.
#[derive(Clone, Debug)]
pub(crate) struct Targets {
    /// One column per class: 1 where the sample has that label, else 0.
    pub(crate) one_hot: Columns,
    /// One column: 1/batch size, and 0 in padding rows.
    pub(crate) row_weight: Columns,
}

impl Targets {
    pub(crate) fn zeros(n_rows: usize, n_classes: usize) -> Self {
        Self {
            one_hot: Columns::zeros(n_rows, n_classes),
            row_weight: Columns::zeros(n_rows, 1),
        }
    }
}

/// The cross-entropy of row register `v` and its sum of exponentials relative to the row's own
/// highest logit; `keep` gets the exponential of each class.
///
/// The loss is `(highest − target) + ln(sum)`: adding `highest` to the logarithm first would round
/// it away when the logits are large.
#[inline(always)]
fn cross_entropy_and_sum<S: Simd>(
    simd: S,
    logits: &Vectors<&[S::f32s]>,
    one_hot: &Vectors<&[S::f32s]>,
    n_classes: usize,
    v: usize,
    mut keep: impl FnMut(usize, S::f32s),
) -> (S::f32s, S::f32s) {
    let mut highest = logits.vectors[v];
    let mut target = simd.mul_f32s(highest, one_hot.vectors[v]);
    for k in 1..n_classes {
        let z = logits.vectors[k * logits.stride + v];
        highest = simd.max_f32s(highest, z);
        target = simd.mul_add_e_f32s(z, one_hot.vectors[k * one_hot.stride + v], target);
    }
    let mut sum = simd.splat_f32s(0.0);
    for k in 0..n_classes {
        let z = logits.vectors[k * logits.stride + v];
        let e = exp(simd, simd.sub_f32s(z, highest));
        sum = simd.add_f32s(sum, e);
        keep(k, e);
    }
    let loss = simd.add_f32s(simd.sub_f32s(highest, target), ln(simd, sum));
    (loss, sum)
}

/// Writes `delta = (softmax(logits) − one_hot) · row_weight`, the gradient of the mean
/// cross-entropy with respect to the logits, and returns the sum of `row_weight · loss`.
pub(crate) struct SoftmaxGradient<'a> {
    pub(crate) n_rows: usize,
    pub(crate) n_classes: usize,
    pub(crate) logits: &'a Columns,
    pub(crate) targets: &'a Targets,
    pub(crate) delta: &'a mut Columns,
}

impl Kernel for SoftmaxGradient<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f32 {
        let logits = self.logits.vectors::<S>();
        let one_hot = self.targets.one_hot.vectors::<S>();
        let n = n_vectors::<S>(self.n_rows);
        let weights = &self.targets.row_weight.vectors::<S>().vectors[..n];
        let Vectors {
            vectors: delta,
            stride,
        } = self.delta.vectors_mut::<S>();
        let mut loss = simd.splat_f32s(0.0);
        for (v, &weight) in weights.iter().enumerate() {
            let (row_loss, sum) =
                cross_entropy_and_sum(simd, &logits, &one_hot, self.n_classes, v, |k, e| {
                    delta[k * stride + v] = e;
                });
            loss = simd.mul_add_e_f32s(row_loss, weight, loss);
            let scale = simd.div_f32s(weight, sum);
            for k in 0..self.n_classes {
                let target = simd.mul_f32s(one_hot.vectors[k * one_hot.stride + v], weight);
                let e = &mut delta[k * stride + v];
                *e = simd.sub_f32s(simd.mul_f32s(*e, scale), target);
            }
        }
        simd.reduce_sum_f32s(loss)
    }
}

/// Returns the sum of `row_weight · loss` and the number of samples whose own class has the
/// highest logit. Of equal logits the first counts as the highest.
pub(crate) struct Measure<'a> {
    pub(crate) n_rows: usize,
    pub(crate) n_classes: usize,
    pub(crate) logits: &'a Columns,
    pub(crate) targets: &'a Targets,
}

impl Kernel for Measure<'_> {
    type Output = (f32, f32);

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> (f32, f32) {
        let logits = self.logits.vectors::<S>();
        let one_hot = self.targets.one_hot.vectors::<S>();
        let n = n_vectors::<S>(self.n_rows);
        let weights = &self.targets.row_weight.vectors::<S>().vectors[..n];
        let zero = simd.splat_f32s(0.0);
        let mut loss = zero;
        // Exact: a lane counts to 2²⁴ before it rounds.
        let mut correct = zero;
        for (v, &weight) in weights.iter().enumerate() {
            let (row_loss, _) =
                cross_entropy_and_sum(simd, &logits, &one_hot, self.n_classes, v, |_, _| ());
            loss = simd.mul_add_e_f32s(row_loss, weight, loss);

            let mut highest = logits.vectors[v];
            let mut hit = one_hot.vectors[v];
            for k in 1..self.n_classes {
                let z = logits.vectors[k * logits.stride + v];
                let higher = simd.greater_than_f32s(z, highest);
                highest = simd.max_f32s(highest, z);
                hit = simd.select_f32s(higher, one_hot.vectors[k * one_hot.stride + v], hit);
            }
            let is_sample = simd.greater_than_f32s(weight, zero);
            correct = simd.add_f32s(correct, simd.select_f32s(is_sample, hit, zero));
        }
        (simd.reduce_sum_f32s(loss), simd.reduce_sum_f32s(correct))
    }
}

/// `logits = softmax(logits)`, in place.
///
/// Logits that are not finite (a run that has diverged) count as 0, so that the result is a
/// distribution whatever goes in.
pub(crate) struct Posteriors<'a> {
    pub(crate) n_rows: usize,
    pub(crate) n_classes: usize,
    pub(crate) logits: &'a mut Columns,
}

impl Kernel for Posteriors<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let zero = simd.splat_f32s(0.0);
        let Vectors {
            vectors: logits,
            stride,
        } = self.logits.vectors_mut::<S>();
        for v in 0..n_vectors::<S>(self.n_rows) {
            let mut highest = simd.splat_f32s(f32::MIN);
            for k in 0..self.n_classes {
                let z = &mut logits[k * stride + v];
                // x − x is 0 for every finite x and NaN for the others.
                let finite = simd.equal_f32s(simd.sub_f32s(*z, *z), zero);
                *z = simd.select_f32s(finite, *z, zero);
                highest = simd.max_f32s(highest, *z);
            }
            let mut sum = zero;
            for k in 0..self.n_classes {
                let z = &mut logits[k * stride + v];
                *z = exp(simd, simd.sub_f32s(*z, highest));
                sum = simd.add_f32s(sum, *z);
            }
            let scale = simd.div_f32s(simd.splat_f32s(1.0), sum);
            for k in 0..self.n_classes {
                let z = &mut logits[k * stride + v];
                *z = simd.mul_f32s(*z, scale);
            }
        }
    }
}
