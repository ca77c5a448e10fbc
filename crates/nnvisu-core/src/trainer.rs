//! The training loop's body: one optimizer step on a network, a data set and its settings.

use crate::aligned::AlignedVec;
use crate::checkpoint::{Checkpoint, InvalidCheckpoint};
use crate::epochs::EpochOrder;
use crate::evaluator::Tally;
use crate::kernels::dropout::Mask;
use crate::last_good::{LastGoodState, Position};
use crate::optimizer::Optimizer;
use crate::output_rows::AbsentRow;
use crate::propagation::{Propagation, block_rows, blocks};
use crate::seeds::{self, Stream};
use crate::step_report::StepReport;
use crate::{Architecture, Dataset, InstructionSet, Mlp, Samples, Seeds, Split, TrainingConfig};
use rand::Rng as _;
use std::task::Poll;

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

/// What only steps and evaluations need.
#[derive(Clone, Debug)]
struct WorkSpace {
    samples: Samples,
    /// The samples of a mini-batch.
    batch: Samples,
    propagation: Propagation,
    order: EpochOrder,
    gradient: AlignedVec,
    /// The dropout mask of each hidden layer that has one.
    masks: Vec<Option<Mask>>,
}

/// A step that has been begun.
#[derive(Clone, Copy, Debug)]
enum PendingStep {
    /// The last good state is being measured on new points: rows and losses as for `Judging`.
    MeasuringLastGood(usize, f64),
    /// The state is being judged: this many rows have been measured, and the sum of their losses.
    Judging(usize, f64),
    /// The gradient is being computed: this many rows of the batch, and their share of its loss.
    Gradient(usize, f32),
}

/// How well the network does on all points, in evaluation mode.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Metrics {
    /// Mean cross-entropy in nats, ≥ 0; infinite if the logits overflow, but never NaN.
    pub loss: f32,
    /// The share of points whose class has the highest probability, 0 to 1.
    pub accuracy: f32,
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
        architecture: Architecture,
        training_config: TrainingConfig,
        seeds: Seeds,
        data: Dataset,
    ) -> Self {
        let mlp = fresh_network(architecture, &data, &seeds);
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
    fn batch_len(&self) -> usize {
        let n_points = self.data.len();
        let batch_size = self.training_config.batch_size.resolve(n_points);
        if batch_size == n_points {
            n_points
        } else {
            batch_size.min(n_points - self.position.in_epoch)
        }
    }

    /// Whether the loss of the next step's batch is that of all points in evaluation mode.
    fn batch_loss_is_exact(&self) -> bool {
        self.batch_len() == self.data.len() && self.work.masks.is_empty()
    }

    fn is_judgement_due(&self) -> bool {
        let n_points = self.data.len();
        let epoch_steps = n_points.div_ceil(self.training_config.batch_size.resolve(n_points));
        self.last_good.losses.is_none()
            || LastGoodState::is_due(self.position.step, epoch_steps as u64)
    }

    /// Whether the state has to be judged before the next step, and that by its own evaluation.
    fn is_judged_by_evaluation(&self) -> bool {
        let is_exact = self.batch_loss_is_exact() && !self.is_last_good_unmeasured();
        self.is_judgement_due() && !is_exact
    }

    /// Whether the points are new to the last good state.
    fn is_last_good_unmeasured(&self) -> bool {
        self.last_good.position.is_some() && self.last_good.losses.is_none()
    }

    /// Measures one block more of the last good state, on points that are new to it.
    fn measure_last_good(&mut self, n_measured: usize, loss: f64) -> PendingStep {
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
    fn judge_block(&mut self, n_measured: usize, loss: f64) -> Result<PendingStep, TrainError> {
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

    /// Draws the batch and the dropout masks of a step.
    fn begin_gradient(&mut self) -> PendingStep {
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
    fn accumulate_block(&mut self, n_done: usize, loss: f32) -> (usize, f32) {
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
    fn finish_step(&mut self, loss: f32) -> Result<f32, TrainError> {
        if !loss.is_finite() {
            return Err(self.diverge());
        }
        if self.batch_loss_is_exact() {
            // Rounding must not make a perfect fit look better than perfect.
            let loss = loss.max(0.0);
            if self.is_judgement_due() {
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

    /// Goes back to the last good state, if there is one, with a fresh optimizer.
    fn diverge(&mut self) -> TrainError {
        if let Some(position) = self.last_good.position {
            self.mlp.copy_parameters(&self.last_good.parameters);
            self.position = position;
        }
        self.reset_optimizer();
        self.drop_pending();
        self.diverged = true;
        TrainError::Diverged
    }

    fn reset_optimizer(&mut self) {
        let kind = self.training_config.optimizer;
        self.optimizer = Optimizer::new(kind, &self.mlp);
        for row in &mut self.absent_rows {
            row.slots = vec![vec![0.0; row.parameters.len()]; kind.n_slots()];
            row.steps = 0;
        }
    }

    /// What has been begun is of another state.
    fn drop_pending(&mut self) {
        self.pending_step = None;
        self.pending_evaluation = None;
        self.last_loss = None;
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
    fn measure_block(&mut self, n_measured: usize, tally: &mut Tally) -> usize {
        let rows = n_measured..self.data.len();
        let work = &mut self.work;
        let block = blocks(rows, block_rows(&self.mlp)).next();
        let block = block.expect("there are rows to measure");
        tally.add(&mut work.propagation, &self.mlp, &work.samples, &block);
        block.end
    }

    /// Changes the settings that act on the running network. The weights stay; another kind of
    /// optimizer starts with a fresh state.
    pub fn set_training_config(&mut self, config: TrainingConfig) {
        if config == self.training_config {
            return;
        }
        let n_points = self.data.len();
        let old_size = self.training_config.batch_size.resolve(n_points);
        let has_other_batches = config.batch_size.resolve(n_points) != old_size;
        self.training_config = config;
        self.diverged = false;
        self.follow_optimizer();
        self.drop_pending();
        if has_other_batches {
            self.position.end_epoch();
            self.reserve();
        }
    }

    /// Begins with a fresh state if the settings ask for another kind of optimizer.
    fn follow_optimizer(&mut self) {
        if self.training_config.optimizer != self.optimizer.kind() {
            self.reset_optimizer();
        }
    }

    /// Replaces the points.
    ///
    /// If the number of classes changes (two without points), the output layer grows or shrinks in
    /// place, with the optimizer's state that belongs to it; all other weights, and the rows that
    /// stay, are kept bit for bit. Rows that leave are set aside and come back with their class,
    /// until [`reset`](Self::reset).
    pub fn set_data(&mut self, data: Dataset) {
        if data == self.data {
            return;
        }
        self.data = data;
        self.diverged = false;
        self.position.end_epoch();
        self.last_good.points_changed();
        self.follow_classes();
        self.drop_pending();
        self.reserve();
    }

    /// Gives the output layer the rows that the data ask for.
    fn follow_classes(&mut self) {
        let n_classes = self.data.n_classes();
        let rows = self.mlp.output_rows();
        if n_classes == rows.n_rows {
            return;
        }
        for class in n_classes..rows.n_rows {
            let (slots, steps) = self.optimizer.row(rows, class);
            self.absent_rows.push(AbsentRow {
                class,
                parameters: rows.row(self.mlp.parameters(), class),
                slots,
                steps,
            });
        }
        self.absent_rows.sort_by_key(|row| row.class);
        let (absent, seed) = (&self.absent_rows, self.seeds.init);
        self.mlp
            .resize_output(n_classes, seed, absent, &mut self.last_good.parameters);
        self.optimizer.resize_output(rows, &self.mlp, absent);
        self.absent_rows.retain(|row| row.class >= n_classes);
    }

    /// Starts over: a new network with fresh weights from `seeds`, a fresh optimizer, step 0, and
    /// no memory of classes that have left.
    /// The points and the training settings stay; the number of outputs follows the points.
    pub fn reset(&mut self, architecture: Architecture, seeds: Seeds) {
        let data = std::mem::take(&mut self.data);
        let instructions = self.work.propagation.arch();
        *self = Self::new(architecture, self.training_config, seeds, data);
        self.set_instruction_set(instructions);
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

    /// Computes with these instructions from now on; at first a trainer uses the widest that the
    /// machine has. The weights, and all else, stay.
    pub fn set_instruction_set(&mut self, instructions: InstructionSet) {
        self.drop_pending();
        self.work = WorkSpace::none(instructions, &self.mlp);
        self.reserve();
    }

    /// Gives back the memory that only steps and evaluations need, as when a run pauses for long.
    /// The next of them takes it again; nothing else changes.
    pub fn release_work_space(&mut self) {
        self.drop_pending();
        self.work = WorkSpace::none(self.work.propagation.arch(), &self.mlp);
    }

    fn reserve_after_release(&mut self) {
        if !self.work.propagation.has_room() {
            self.reserve();
        }
    }

    /// Makes all room that steps need, so that they themselves never allocate.
    fn reserve(&mut self) {
        let n_points = self.data.len();
        let (mlp, work) = (&self.mlp, &mut self.work);
        let (architecture, sizes) = (mlp.architecture(), mlp.layer_sizes());
        let features = architecture.features();
        work.samples = Samples::new(&self.data, features, mlp.n_classes(), Split::NONE)
            .expect("the network has an output for each class");
        let batch_size = self.training_config.batch_size.resolve(n_points);
        let n_batch_rows = if batch_size < n_points { batch_size } else { 0 };
        work.batch = Samples::zeros(n_batch_rows, features.len(), mlp.n_classes());
        let rows = n_points.clamp(1, block_rows(mlp));
        work.propagation = Propagation::new(work.propagation.arch(), sizes, rows);
        work.propagation.reserve_derivatives(architecture);
        work.order
            .resize(if n_batch_rows > 0 { n_points } else { 0 });
        work.gradient = AlignedVec::zeros(mlp.padded_parameters().len());
        let layers = architecture.layers();
        let has_dropout = layers.iter().any(|layer| layer.dropout.get() > 0.0);
        work.masks = vec![None; if has_dropout { layers.len() } else { 0 }];
    }
}

impl WorkSpace {
    /// No room for anything.
    fn none(arch: InstructionSet, mlp: &Mlp) -> Self {
        Self {
            samples: Samples::zeros(0, mlp.layer_sizes()[0], mlp.n_classes()),
            batch: Samples::zeros(0, 0, 0),
            propagation: Propagation::new(arch, mlp.layer_sizes(), 0),
            order: EpochOrder::default(),
            gradient: AlignedVec::zeros(0),
            masks: Vec::new(),
        }
    }
}

fn fresh_network(mut architecture: Architecture, data: &Dataset, seeds: &Seeds) -> Mlp {
    architecture.set_outputs(data.n_classes());
    Mlp::new(architecture, seeds.init)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InstructionSet;
    use crate::{
        Activation, BatchSize, ClassCount, Distribution, Dropout, LearningRate, OptimizerKind,
        WeightDecay, generate_seeded,
    };

    fn parameters_after_20_steps(
        arch: InstructionSet,
        architecture: &Architecture,
        training: TrainingConfig,
        n_points: usize,
    ) -> Vec<f32> {
        let classes = ClassCount::new(3).unwrap();
        let data = generate_seeded(Distribution::Blobs, classes, n_points, 1);
        let seeds = Seeds::from_master(2);
        let mut trainer = Trainer::new(architecture.clone(), training, seeds, data);
        trainer.set_instruction_set(arch);
        for _ in 0..20 {
            trainer.train_step().unwrap();
        }
        trainer.mlp.parameters().to_vec()
    }

    #[test]
    fn a_released_work_space_comes_back() {
        let dropout = Dropout::new(0.2).unwrap();
        let network = Architecture::uniform(&"10-5".parse().unwrap(), Activation::Gelu, dropout);
        for batch_size in [0, 30] {
            let training = TrainingConfig {
                batch_size: BatchSize::new(batch_size).unwrap(),
                ..TrainingConfig::default()
            };
            let classes = ClassCount::new(3).unwrap();
            let data = generate_seeded(Distribution::Blobs, classes, 100, 1);
            let mut trainer = Trainer::new(network.clone(), training, Seeds::from_master(7), data);
            let mut undisturbed = trainer.clone();
            for _ in 0..5 {
                trainer.release_work_space();
                assert_eq!(trainer.train_step(), undisturbed.train_step());
                trainer.release_work_space();
                assert_eq!(trainer.evaluate(), undisturbed.evaluate());
            }
            assert_eq!(trainer.mlp(), undisturbed.mlp());
        }
        let mut empty = Trainer::new(
            network,
            TrainingConfig::default(),
            Seeds::from_master(7),
            Dataset::empty(),
        );
        empty.release_work_space();
        assert_eq!(empty.evaluate(), None);
    }

    /// The widths differ in the order of additions, so the weights agree to rounding only. A wrong
    /// mask, batch or tail would be off by far more.
    #[test]
    fn all_instruction_sets_train_alike() {
        for activation in Activation::ALL {
            for (optimizer, dropout, batch_size, n_points) in [
                (OptimizerKind::Sgd, 0.0, 0, 3),
                (OptimizerKind::Sgd, 0.3, 7, 45),
                (OptimizerKind::Adam, 0.0, 0, 1030),
                (OptimizerKind::RmsProp, 0.0, 33, 70),
            ] {
                let hidden = "13-6-1-9".parse().unwrap();
                let dropout = Dropout::new(dropout).unwrap();
                let network = Architecture::uniform(&hidden, activation, dropout);
                let training = TrainingConfig {
                    optimizer,
                    learning_rate: LearningRate::new(0.001).unwrap(),
                    weight_decay: WeightDecay::new(0.01).unwrap(),
                    batch_size: BatchSize::new(batch_size).unwrap(),
                };
                let [first, others @ ..] = &InstructionSet::available()
                    .into_iter()
                    .map(|arch| parameters_after_20_steps(arch, &network, training, n_points))
                    .collect::<Vec<_>>()[..]
                else {
                    unreachable!("there is always one")
                };
                for other in others {
                    for (a, b) in first.iter().zip(other) {
                        assert!(
                            (a - b).abs() < 1e-3,
                            "{activation}, {optimizer}: {a} or {b}"
                        );
                    }
                }
            }
        }
    }
}
