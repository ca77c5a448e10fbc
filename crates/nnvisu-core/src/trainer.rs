//! A network in training: construction, what it is made of, checkpoints.

mod changes;
mod divergence;
mod measurement;
mod step;
#[cfg(test)]
mod tests;
mod work_space;

pub use measurement::Metrics;

use crate::checkpoint::{Checkpoint, InvalidCheckpoint};
use crate::evaluator::Tally;
use crate::last_good::{LastGoodState, Position};
use crate::optimizer::Optimizer;
use crate::output_rows::AbsentRow;
use crate::{Architecture, Dataset, InstructionSet, Mlp, Seeds, TrainingConfig};
use step::PendingStep;
use work_space::WorkSpace;

/// A network in training: parameters, optimizer, points, settings, seeds and step count.
///
/// All its results are a function of its settings, seeds, data and number of steps: the same
/// calls give bit-identical weights on the same machine. The loss is the mean cross-entropy of
/// the softmax over the batch; L2 enters through the gradient and is not part of the loss.
///
/// # Batches and epochs
///
/// Mini-batches are taken as by `DataLoader(shuffle=True)` of `PyTorch`: in each epoch all points are
/// used once, in an order of its own, and the last batch has what is left, with its mean over its
/// own size. A batch as large as the data is an epoch. When the batch size or the points change in
/// the middle of an epoch, the next step begins the next epoch.
///
/// # Divergence
///
/// A run has diverged when the loss or a weight is no longer finite. It then goes back to its last
/// good state, with a fresh optimizer: one whose loss over all points was finite and not many times
/// the lowest seen. From there it makes no step until a setting of the training or the points
/// change, since the same steps would lead to the same end. Which states are judged depends on the
/// number of steps alone.
#[derive(Clone, Debug)]
pub struct Trainer {
    training_config: TrainingConfig,
    seeds: Seeds,
    data: Dataset,
    mlp: Mlp,
    optimizer: Optimizer,
    position: Position,
    absent_rows: Vec<AbsentRow>,
    last_good: LastGoodState,
    diverged: bool,
    work: WorkSpace,
    pending_step: Option<PendingStep>,
    pending_evaluation: Option<(usize, Tally)>,
    /// The loss of the last step's batch, as long as what the step has left behind is there.
    last_loss: Option<f32>,
}

/// Why a step was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// There are no points.
    #[error("There are no points to train on")]
    NoData,
    /// The loss or a weight would not be finite. The trainer has gone back to its last good state.
    #[error("Training has diverged: the loss or the weights are no longer finite")]
    Diverged,
}

impl Trainer {
    /// A trainer with fresh random weights, at step 0. The number of outputs follows the data.
    #[must_use]
    pub fn new(
        mut architecture: Architecture,
        training_config: TrainingConfig,
        seeds: Seeds,
        data: Dataset,
    ) -> Self {
        architecture.set_outputs(data.n_classes());
        let mlp = Mlp::new(architecture, seeds.init);
        let optimizer = Optimizer::new(training_config.optimizer, &mlp);
        let mut trainer = Self::assemble(training_config, seeds, data, mlp, optimizer);
        trainer.reserve();
        trainer
    }

    /// A trainer that continues a run.
    ///
    /// If the data have another number of classes than the checkpoint, the output layer grows or
    /// shrinks as in [`set_data`](Self::set_data). If `training_config` asks for another
    /// optimizer, that one starts afresh.
    ///
    /// # Errors
    ///
    /// [`InvalidCheckpoint`] if it is inconsistent.
    pub fn restore(
        training_config: TrainingConfig,
        data: Dataset,
        checkpoint: &Checkpoint,
    ) -> Result<Self, InvalidCheckpoint> {
        let mlp = checkpoint.network()?;
        let optimizer = Optimizer::with_state(checkpoint.optimizer.clone(), &mlp);
        let seeds = checkpoint.seeds;
        let mut trainer = Self::assemble(training_config, seeds, data, mlp, optimizer);
        trainer.position = Position {
            step: checkpoint.step,
            epoch: checkpoint.epoch,
            in_epoch: usize::try_from(checkpoint.epoch_position).unwrap_or(usize::MAX),
        };
        if trainer.position.in_epoch >= trainer.data.len() {
            trainer.position.end_epoch();
        }
        trainer.absent_rows.clone_from(&checkpoint.absent_rows);
        trainer.last_good = LastGoodState::from_plain(checkpoint.last_good.as_ref(), &trainer.mlp);
        let last_good = trainer.last_good.position.iter_mut();
        for good in last_good.filter(|good| good.in_epoch >= trainer.data.len()) {
            good.end_epoch();
        }
        trainer.diverged = checkpoint.diverged;
        trainer.follow_classes();
        trainer.follow_optimizer();
        trainer.reserve();
        Ok(trainer)
    }

    /// A trainer at step 0 that has no work space yet.
    fn assemble(
        training_config: TrainingConfig,
        seeds: Seeds,
        data: Dataset,
        mlp: Mlp,
        optimizer: Optimizer,
    ) -> Self {
        Self {
            training_config,
            seeds,
            data,
            optimizer,
            position: Position::default(),
            absent_rows: Vec::new(),
            last_good: LastGoodState::new(&mlp),
            diverged: false,
            work: WorkSpace::none(InstructionSet::widest(), &mlp),
            mlp,
            pending_step: None,
            pending_evaluation: None,
            last_loss: None,
        }
    }

    /// The network.
    #[must_use]
    pub fn mlp(&self) -> &Mlp {
        &self.mlp
    }

    /// The points.
    #[must_use]
    pub fn data(&self) -> &Dataset {
        &self.data
    }

    /// What the network is made of.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        self.mlp.architecture()
    }

    /// The settings of the optimizer and its batches.
    #[must_use]
    pub fn training_config(&self) -> &TrainingConfig {
        &self.training_config
    }

    /// The seeds of the run.
    #[must_use]
    pub fn seeds(&self) -> &Seeds {
        &self.seeds
    }

    /// How many steps have been made since the weights were fresh.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.position.step
    }

    /// The epoch that the next step belongs to, from 0: how many have ended since the weights were
    /// fresh.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.position.epoch
    }

    /// Whether the run has diverged and makes no step until a setting of the training or the points
    /// change.
    #[must_use]
    pub fn is_diverged(&self) -> bool {
        self.diverged
    }

    /// The state of the run, to be continued with [`restore`](Self::restore).
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        let n_parameters = self.mlp.parameters().len();
        Checkpoint {
            architecture: self.mlp.architecture().clone(),
            parameters: self.mlp.parameters().to_vec(),
            optimizer: self.optimizer.state(n_parameters),
            step: self.position.step,
            epoch: self.position.epoch,
            epoch_position: self.position.in_epoch as u64,
            seeds: self.seeds,
            absent_rows: self.absent_rows.clone(),
            last_good: self.last_good.to_plain(n_parameters),
            diverged: self.diverged,
        }
    }
}
