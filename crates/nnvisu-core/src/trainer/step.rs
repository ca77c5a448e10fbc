//! One optimizer step, in parts that take no more than a few milliseconds.

use super::{TrainError, Trainer};
use crate::kernels::dropout::Mask;
use crate::propagation::block_rows;
use crate::seeds::{self, Stream};
use crate::step_report::StepReport;
use rand::Rng as _;
use std::task::Poll;

/// A step that has been begun.
#[derive(Clone, Copy, Debug)]
pub(super) enum PendingStep {
    /// The last good state is being measured on new points: rows and losses as for `Judging`.
    MeasuringLastGood(usize, f64),
    /// The state is being judged: this many rows have been measured, and the sum of their losses.
    Judging(usize, f64),
    /// The gradient is being computed: this many rows of the batch, and their share of its loss.
    Gradient(usize, f32),
}

impl Trainer {
    /// Makes one optimizer step and returns the loss of its batch before the step (with dropout,
    /// of the thinned network). Allocates nothing.
    ///
    /// # Errors
    ///
    /// [`TrainError`]; the step is then not made. On the first [`TrainError::Diverged`] the run
    /// goes back to its last good state, on further ones nothing changes.
    pub fn train_step(&mut self) -> Result<f32, TrainError> {
        loop {
            if let Poll::Ready(loss) = self.train_step_part()? {
                return Ok(loss);
            }
        }
    }

    /// Makes a part of an optimizer step that takes no more than a few milliseconds, and returns
    /// the loss as [`train_step`](Self::train_step) does once the step has been made as a whole.
    /// The result is the same bit for bit. Whatever changes the run in between drops what has been
    /// done of the step.
    ///
    /// # Errors
    ///
    /// As for [`train_step`](Self::train_step).
    pub fn train_step_part(&mut self) -> Result<Poll<f32>, TrainError> {
        if self.data.is_empty() {
            return Err(TrainError::NoData);
        }
        if self.diverged {
            return Err(TrainError::Diverged);
        }
        self.reserve_after_release();
        let pending = match self.pending_step.take() {
            Some(pending) => pending,
            None if self.is_judged_by_evaluation() && self.is_last_good_unmeasured() => {
                PendingStep::MeasuringLastGood(0, 0.0)
            }
            None if self.is_judged_by_evaluation() => PendingStep::Judging(0, 0.0),
            None => self.begin_gradient(),
        };
        let next = match pending {
            PendingStep::MeasuringLastGood(n_measured, loss) => {
                self.measure_last_good(n_measured, loss)
            }
            PendingStep::Judging(n_measured, loss) => self.judge_block(n_measured, loss)?,
            PendingStep::Gradient(n_done, loss) => {
                let (n_done, loss) = self.accumulate_block(n_done, loss);
                if n_done == self.batch_len() {
                    return self.finish_step(loss).map(Poll::Ready);
                }
                PendingStep::Gradient(n_done, loss)
            }
        };
        self.pending_step = Some(next);
        Ok(Poll::Pending)
    }

    /// The number of points of the next step's batch.
    pub(super) fn batch_len(&self) -> usize {
        let n_points = self.data.len();
        let batch_size = self.training_config.batch_size.resolve(n_points);
        if batch_size == n_points {
            n_points
        } else {
            batch_size.min(n_points - self.position.in_epoch)
        }
    }

    /// Whether the loss of the next step's batch is that of all points in evaluation mode.
    pub(super) fn batch_loss_is_exact(&self) -> bool {
        self.batch_len() == self.data.len() && self.work.masks.is_empty()
    }

    /// Draws the batch and the dropout masks of a step.
    pub(super) fn begin_gradient(&mut self) -> PendingStep {
        let (start, len) = (self.position.in_epoch, self.batch_len());
        let work = &mut self.work;
        work.gradient.fill(0.0);
        if len < self.data.len() {
            let order = work.order.of_epoch(self.seeds.batches, self.position.epoch);
            work.batch.gather(&work.samples, &order[start..start + len]);
        }
        if !work.masks.is_empty() {
            let mut rng = seeds::rng(self.seeds.dropout, Stream::Dropout, self.position.step);
            let layers = self.mlp.architecture().layers();
            for (mask, layer) in work.masks.iter_mut().zip(layers) {
                // Drawn for every layer, so that each has its own whatever the others do.
                let key = rng.next_u32();
                let probability = layer.dropout.get();
                *mask = (probability > 0.0).then(|| Mask::new(key, probability));
            }
        }
        PendingStep::Gradient(0, 0.0)
    }

    /// Passes one block more of the batch forward and backward.
    pub(super) fn accumulate_block(&mut self, n_done: usize, loss: f32) -> (usize, f32) {
        let len = self.batch_len();
        let block = n_done..len.min(n_done + block_rows(&self.mlp));
        let (mlp, work) = (&self.mlp, &mut self.work);
        let samples = if len < self.data.len() {
            &work.batch
        } else {
            &work.samples
        };
        let propagation = &mut work.propagation;
        propagation.forward_training(mlp, samples, &block, &work.masks);
        let weight = 1.0 / len as f32;
        let share = propagation.backward(mlp, samples, &block, weight, &mut work.gradient);
        (block.end, loss + share)
    }

    /// Makes the update of a step whose gradient and loss have been computed.
    pub(super) fn finish_step(&mut self, loss: f32) -> Result<f32, TrainError> {
        if !loss.is_finite() {
            return Err(self.diverge());
        }
        if self.batch_loss_is_exact() {
            // Rounding must not make a perfect fit look better than perfect.
            let loss = loss.max(0.0);
            if self.is_judgement_due() || self.last_good.is_outdone_by(loss) {
                self.last_good.offer(loss, self.position, &self.mlp);
            } else {
                self.last_good.note(loss);
            }
        }
        let arch = self.work.propagation.arch();
        let (config, gradient) = (&self.training_config, &self.work.gradient);
        if !self.optimizer.update(arch, config, gradient, &mut self.mlp) {
            return Err(self.diverge());
        }
        let n_used = self.position.in_epoch + self.batch_len();
        self.position.step += 1;
        self.position.in_epoch = n_used;
        if n_used >= self.data.len() {
            self.position.end_epoch();
        }
        self.pending_evaluation = None;
        self.last_loss = Some(loss);
        Ok(loss)
    }

    /// What the last step did to each layer; `None` if the last call that changed the run was not a
    /// step. Costs nothing unless it is called; allocates nothing.
    #[must_use]
    pub fn step_report(&self) -> Option<StepReport> {
        let before = self.optimizer.previous_parameters();
        let loss = self.last_loss.filter(|_| self.pending_step.is_none())?;
        Some(StepReport::new(
            loss,
            &self.work.gradient,
            before,
            &self.mlp,
        ))
    }
}
