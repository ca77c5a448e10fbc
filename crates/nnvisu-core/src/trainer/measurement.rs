//! Loss and accuracy over all points, in parts that take no more than a few milliseconds.

use super::Trainer;
use crate::evaluator::Tally;
use crate::propagation::{block_rows, blocks};
use std::task::Poll;

/// How well the network does on all points, in evaluation mode.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Metrics {
    /// Mean cross-entropy in nats, ≥ 0; infinite if the logits overflow, but never NaN.
    pub loss: f32,
    /// The share of points whose class has the highest probability, 0 to 1.
    pub accuracy: f32,
}

impl Trainer {
    /// Loss and accuracy over all points in evaluation mode, or `None` without points.
    pub fn evaluate(&mut self) -> Option<Metrics> {
        self.pending_evaluation = None;
        loop {
            if let Poll::Ready(metrics) = self.evaluate_part() {
                return metrics;
            }
        }
    }

    /// A part of [`evaluate`](Self::evaluate) that takes no more than a few milliseconds. Whatever
    /// changes the run in between drops what has been measured.
    pub fn evaluate_part(&mut self) -> Poll<Option<Metrics>> {
        if self.data.is_empty() {
            return Poll::Ready(None);
        }
        self.reserve_after_release();
        let (n_measured, mut tally) = self.pending_evaluation.take().unwrap_or_default();
        let n_measured = self.measure_block(n_measured, &mut tally);
        if n_measured < self.data.len() {
            self.pending_evaluation = Some((n_measured, tally));
            return Poll::Pending;
        }
        Poll::Ready(Some(Metrics {
            loss: tally.mean_loss() as f32,
            accuracy: tally.accuracy() as f32,
        }))
    }

    /// Measures one block more; returns how many samples have been measured then.
    pub(super) fn measure_block(&mut self, n_measured: usize, tally: &mut Tally) -> usize {
        let rows = n_measured..self.data.len();
        let work = &mut self.work;
        let block = blocks(rows, block_rows(&self.mlp)).next();
        let block = block.expect("there are rows to measure");
        tally.add(&mut work.propagation, &self.mlp, &work.samples, &block);
        block.end
    }
}
