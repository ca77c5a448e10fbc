//! Softmax and cross-entropy: the loss and its gradient, the metrics, and the posteriors.

use super::columns::{Vectors, n_vectors};
use super::math::{coarse_exp_of_negative, exp, ln};
use super::{Columns, Kernel};
use pulp::Simd;

/// What the loss of a block is measured against, a row per sample.
#[derive(Clone, Debug)]
pub(crate) struct Targets {
    /// One column per class: 1 where the sample has that label, else 0.
    pub(crate) one_hot: Columns,
    /// One column: 1/batch size, and 0 in padding rows.
    pub(crate) sample_weight: Columns,
}

impl Targets {
    pub(crate) fn zeros(n_rows: usize, n_classes: usize) -> Self {
        Self {
            one_hot: Columns::zeros(n_rows, n_classes),
            sample_weight: Columns::zeros(n_rows, 1),
        }
    }
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
        max_logit = simd.max_f32s(max_logit, logits[k]);
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
    pub(crate) targets: &'a Targets,
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

/// Returns the sum of `sample_weight · loss` and the number of samples whose own class has the
/// largest logit. Of equal logits the first counts as the largest.
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
        with_n_classes!(self.n_classes, N => self.run_for::<S, N>(simd))
    }
}

impl Measure<'_> {
    #[inline(always)]
    fn run_for<S: Simd, const N: usize>(self, simd: S) -> (f32, f32) {
        let n = n_vectors::<S>(self.n_rows);
        let logits = columns::<_, N>(self.logits.vectors::<S>(), n);
        let one_hot = columns::<_, N>(self.targets.one_hot.vectors::<S>(), n);
        let weights = &self.targets.sample_weight.vectors::<S>().vectors[..n];
        let zero = simd.splat_f32s(0.0);
        let mut loss = zero;
        // Exact: a lane counts to 2²⁴ before it rounds.
        let mut correct = zero;
        for (v, &weight) in weights.iter().enumerate() {
            let logits = row(simd, &logits, v);
            let one_hot = row(simd, &one_hot, v);
            let (row_loss, _, _) = cross_entropy(simd, logits, one_hot);
            loss = simd.mul_add_e_f32s(row_loss, weight, loss);

            let mut max_logit = logits[0];
            let mut is_correct = one_hot[0];
            for k in 1..N {
                let higher = simd.greater_than_f32s(logits[k], max_logit);
                max_logit = simd.max_f32s(max_logit, logits[k]);
                is_correct = simd.select_f32s(higher, one_hot[k], is_correct);
            }
            let is_sample = simd.greater_than_f32s(weight, zero);
            correct = simd.add_f32s(correct, simd.select_f32s(is_sample, is_correct, zero));
        }
        (simd.reduce_sum_f32s(loss), simd.reduce_sum_f32s(correct))
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
