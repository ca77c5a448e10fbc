//! Which states of a run are judged, and where a diverged run goes back to.

use super::step::PendingStep;
use super::{TrainError, Trainer};
use crate::evaluator::Tally;
use crate::last_good::LastGoodState;

impl Trainer {
    pub(super) fn is_judgement_due(&self) -> bool {
        let n_points = self.data.len();
        let epoch_steps = n_points.div_ceil(self.training_config.batch_size.resolve(n_points));
        self.last_good.losses.is_none()
            || LastGoodState::is_due(self.position.step, epoch_steps as u64)
    }

    /// Whether the state has to be judged before the next step, and that by its own evaluation.
    pub(super) fn is_judged_by_evaluation(&self) -> bool {
        let is_exact = self.batch_loss_is_exact() && !self.is_last_good_unmeasured();
        self.is_judgement_due() && !is_exact
    }

    /// Whether the points are new to the last good state.
    pub(super) fn is_last_good_unmeasured(&self) -> bool {
        self.last_good.position.is_some() && self.last_good.losses.is_none()
    }

    /// Measures one block more of the last good state, on points that are new to it.
    pub(super) fn measure_last_good(&mut self, n_measured: usize, loss: f64) -> PendingStep {
        let mut tally = Tally::default();
        self.mlp.swap_parameters(&mut self.last_good.parameters);
        let n_measured = self.measure_block(n_measured, &mut tally);
        self.mlp.swap_parameters(&mut self.last_good.parameters);
        tally.loss += loss;
        if n_measured < self.data.len() {
            return PendingStep::MeasuringLastGood(n_measured, tally.loss);
        }
        tally.n_samples = n_measured;
        if let Some(position) = self.last_good.position {
            let loss = tally.mean_loss() as f32;
            self.last_good.measured(loss, position);
        }
        PendingStep::Judging(0, 0.0)
    }

    /// Measures one block more of the state that is being judged; after the last, tells whether
    /// its loss is finite.
    pub(super) fn judge_block(
        &mut self,
        n_measured: usize,
        loss: f64,
    ) -> Result<PendingStep, TrainError> {
        let mut tally = Tally::default();
        let n_measured = self.measure_block(n_measured, &mut tally);
        let loss = loss + tally.loss;
        if n_measured < self.data.len() {
            return Ok(PendingStep::Judging(n_measured, loss));
        }
        let loss = (loss / n_measured as f64) as f32;
        if !loss.is_finite() {
            return Err(self.diverge());
        }
        self.last_good
            .offer(loss.max(0.0), self.position, &self.mlp);
        Ok(self.begin_gradient())
    }

    /// Goes back to the last good state, if there is one, with a fresh optimizer.
    pub(super) fn diverge(&mut self) -> TrainError {
        if let Some(position) = self.last_good.position {
            self.mlp.copy_parameters(&self.last_good.parameters);
            self.position = position;
        }
        self.reset_optimizer();
        self.drop_pending();
        self.diverged = true;
        TrainError::Diverged
    }
}
