//! The training loop's body: one optimizer step on a network, a data set and its settings.

use crate::aligned::AlignedVec;
use crate::checkpoint::{Checkpoint, InvalidCheckpoint};
use crate::kernels::dropout::Mask;
use crate::optimizer::Optimizer;
use crate::propagation::{BLOCK_ROWS, Propagation};
use crate::sampler::Sampler;
use crate::seeds::{self, Stream};
use crate::{Architecture, Dataset, Mlp, Seeds, TrainingConfig};
use rand::Rng as _;

/// A network in training: parameters, optimizer, points, settings, seeds and step count.
///
/// All its results are a function of its settings, seeds, data and number of steps: the same
/// calls give bit-identical weights on the same machine. The loss is the mean cross-entropy of
/// the softmax over the batch; L2 enters through the gradient and is not part of the loss.
#[derive(Clone, Debug)]
pub struct Trainer {
    training_config: TrainingConfig,
    seeds: Seeds,
    data: Dataset,
    mlp: Mlp,
    optimizer: Optimizer,
    step: u64,
    propagation: Propagation,
    sampler: Sampler,
    gradient: AlignedVec,
    /// The dropout mask of each hidden layer that has one.
    masks: Vec<Option<Mask>>,
    /// The whole data set lies in the work space, which spares loading it for every step.
    data_is_loaded: bool,
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

/// Why a step was not made. The network is as it was, unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// There are no points.
    #[error("There are no points to train on")]
    NoData,
    /// The loss or a weight would not be finite. The trainer holds the last state whose weights,
    /// and where it is still known whose loss, were finite.
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
        Self::assemble(training_config, seeds, data, mlp, optimizer, 0)
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
        let optimizer = Optimizer::from_state(&checkpoint.optimizer, &mlp);
        let mut trainer = Self::assemble(
            training_config,
            checkpoint.seeds,
            Dataset::empty(),
            mlp,
            optimizer,
            checkpoint.step,
        );
        trainer.set_data(data);
        trainer.set_training_config(training_config);
        Ok(trainer)
    }

    fn assemble(
        training_config: TrainingConfig,
        seeds: Seeds,
        data: Dataset,
        mlp: Mlp,
        optimizer: Optimizer,
        step: u64,
    ) -> Self {
        let mut trainer = Self {
            training_config,
            seeds,
            data,
            optimizer,
            step,
            propagation: Propagation::new(pulp::Arch::new(), mlp.layer_sizes(), 0),
            sampler: Sampler::default(),
            gradient: AlignedVec::zeros(0),
            masks: Vec::new(),
            mlp,
            data_is_loaded: false,
        };
        trainer.reserve();
        trainer
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
        self.step
    }

    /// Makes one optimizer step and returns the loss of its batch before the step (with dropout,
    /// of the thinned network). Allocates nothing.
    ///
    /// # Errors
    ///
    /// [`TrainError`]; the step is then not made. On [`TrainError::Diverged`] the step before it
    /// may have been taken back, if its weights give no finite loss.
    pub fn train_step(&mut self) -> Result<f32, TrainError> {
        if self.data.is_empty() {
            return Err(TrainError::NoData);
        }
        self.reserve_after_release();
        self.gradient.fill(0.0);
        self.draw_masks();
        let loss = self.accumulate_gradient();
        if !loss.is_finite() {
            // Weights that give no finite loss are no use to anybody: go back to those before.
            if self.optimizer.undo(&mut self.mlp) {
                self.step -= 1;
            }
            return Err(TrainError::Diverged);
        }
        let arch = self.propagation.arch();
        let (config, gradient) = (&self.training_config, &self.gradient);
        if !self.optimizer.update(arch, config, gradient, &mut self.mlp) {
            return Err(TrainError::Diverged);
        }
        self.step += 1;
        Ok(loss)
    }

    /// Runs the batch of this step forward and back, block by block, and returns its loss.
    fn accumulate_gradient(&mut self) -> f32 {
        let n_points = self.data.len();
        let batch_size = self.training_config.batch_size.resolve(n_points);
        let weight = 1.0 / batch_size as f32;
        let points = self.data.points();
        let features = self.mlp.architecture().features();
        let mut loss = 0.0;
        if batch_size < n_points {
            self.data_is_loaded = false;
            let batch = self.sampler.draw(self.seeds.batches, self.step, batch_size);
            for (block, indices) in batch.chunks(BLOCK_ROWS).enumerate() {
                let samples = indices.iter().map(|&index| points[index as usize]);
                self.propagation.load_samples(features, samples, weight);
                self.propagation
                    .forward_training(&self.mlp, block * BLOCK_ROWS, &self.masks);
                loss += self.propagation.backward(&self.mlp, &mut self.gradient);
            }
        } else {
            for (block, points) in points.chunks(BLOCK_ROWS).enumerate() {
                if !self.data_is_loaded {
                    self.propagation
                        .load_samples(features, points.iter().copied(), weight);
                }
                self.propagation
                    .forward_training(&self.mlp, block * BLOCK_ROWS, &self.masks);
                loss += self.propagation.backward(&self.mlp, &mut self.gradient);
            }
            self.data_is_loaded = n_points <= BLOCK_ROWS;
        }
        loss
    }

    fn draw_masks(&mut self) {
        if self.masks.is_empty() {
            return;
        }
        let mut rng = seeds::rng(self.seeds.dropout, Stream::Dropout, self.step);
        let layers = self.mlp.architecture().layers();
        for (mask, layer) in self.masks.iter_mut().zip(layers) {
            // Drawn for every layer, so that each has its own whatever the others do.
            let key = rng.next_u32();
            let probability = layer.dropout.get();
            *mask = (probability > 0.0).then(|| Mask::new(key, probability));
        }
    }

    /// Loss and accuracy over all points in evaluation mode, or `None` without points.
    pub fn evaluate(&mut self) -> Option<Metrics> {
        self.reserve_after_release();
        let n_points = self.data.len();
        let weight = 1.0 / n_points as f32;
        let (mut loss, mut n_correct) = (0.0_f32, 0.0_f32);
        for points in self.data.points().chunks(BLOCK_ROWS) {
            if !self.data_is_loaded {
                let features = self.mlp.architecture().features();
                self.propagation
                    .load_samples(features, points.iter().copied(), weight);
            }
            self.propagation.forward(&self.mlp);
            let (block_loss, block_correct) = self.propagation.measure();
            loss += block_loss;
            n_correct += block_correct;
        }
        self.data_is_loaded = n_points <= BLOCK_ROWS;
        (n_points > 0).then_some(Metrics {
            loss: match loss {
                // Infinities cancelled on the way.
                loss if loss.is_nan() => f32::INFINITY,
                // Rounding must not make a perfect fit look better than perfect.
                loss => loss.max(0.0),
            },
            accuracy: n_correct / n_points as f32,
        })
    }

    /// Changes the settings that act on the running network. The weights stay; another kind of
    /// optimizer starts with a fresh state.
    pub fn set_training_config(&mut self, config: TrainingConfig) {
        if config.optimizer != self.optimizer.kind() {
            self.optimizer = Optimizer::new(config.optimizer, &self.mlp);
        }
        self.training_config = config;
        self.reserve();
    }

    /// Replaces the points.
    ///
    /// If the number of classes changes (two without points), the output layer grows or shrinks in
    /// place, with the optimizer's state that belongs to it; all other weights, and the rows that
    /// stay, are kept bit for bit.
    pub fn set_data(&mut self, data: Dataset) {
        let n_classes = data.n_classes();
        self.data = data;
        if n_classes != self.mlp.n_classes() {
            let rows = self.mlp.output_rows();
            self.mlp.resize_output(n_classes, self.seeds.init);
            self.optimizer.resize_output(rows, &self.mlp);
        }
        self.reserve();
    }

    /// Starts over: a new network with fresh weights from `seeds`, a fresh optimizer, step 0.
    /// The points and the training settings stay; the number of outputs follows the points.
    pub fn reset(&mut self, architecture: Architecture, seeds: Seeds) {
        self.mlp = fresh_network(architecture, &self.data, &seeds);
        self.optimizer = Optimizer::new(self.training_config.optimizer, &self.mlp);
        self.seeds = seeds;
        self.step = 0;
        self.reserve();
    }

    /// The state of the run, to be continued with [`restore`](Self::restore).
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            architecture: self.mlp.architecture().clone(),
            parameters: self.mlp.parameters().to_vec(),
            optimizer: self.optimizer.state(self.mlp.parameters().len()),
            step: self.step,
            seeds: self.seeds,
        }
    }

    /// Gives back the memory that only steps and evaluations need, as when a run pauses for long.
    /// The next of them takes it again; nothing else changes.
    pub fn release_work_space(&mut self) {
        self.propagation = Propagation::new(self.propagation.arch(), self.mlp.layer_sizes(), 0);
        self.data_is_loaded = false;
        self.sampler = Sampler::default();
        self.gradient = AlignedVec::zeros(0);
    }

    fn reserve_after_release(&mut self) {
        if !self.propagation.has_room() {
            self.reserve();
        }
    }

    /// Makes all room that steps need, so that they themselves never allocate.
    fn reserve(&mut self) {
        let n_points = self.data.len();
        let rows = n_points.clamp(1, BLOCK_ROWS);
        self.propagation = Propagation::new(self.propagation.arch(), self.mlp.layer_sizes(), rows);
        self.propagation
            .reserve_derivatives(self.mlp.architecture());
        self.data_is_loaded = false;
        self.sampler
            .resize(n_points, self.training_config.batch_size.resolve(n_points));
        self.gradient = AlignedVec::zeros(self.mlp.padded_parameters().len());
        let layers = self.mlp.architecture().layers();
        let has_dropout = layers.iter().any(|layer| layer.dropout.get() > 0.0);
        self.masks = vec![None; if has_dropout { layers.len() } else { 0 }];
    }
}

fn fresh_network(mut architecture: Architecture, data: &Dataset, seeds: &Seeds) -> Mlp {
    architecture.set_outputs(data.n_classes());
    Mlp::new(architecture, seeds.init)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Activation, BatchSize, ClassCount, Distribution, Dropout, LearningRate, OptimizerKind,
        WeightDecay, generate_seeded,
    };

    /// All instruction sets that this machine has.
    fn architectures() -> Vec<pulp::Arch> {
        let mut all = vec![pulp::Arch::new(), pulp::Arch::Scalar];
        #[cfg(target_arch = "x86_64")]
        all.extend(pulp::x86::V3::try_new().map(pulp::Arch::V3));
        all
    }

    fn parameters_after_20_steps(
        arch: pulp::Arch,
        architecture: &Architecture,
        training: TrainingConfig,
        n_points: usize,
    ) -> Vec<f32> {
        let classes = ClassCount::new(3).unwrap();
        let data = generate_seeded(Distribution::Blobs, classes, n_points, 1);
        let seeds = Seeds::from_master(2);
        let mut trainer = Trainer::new(architecture.clone(), training, seeds, data);
        trainer.propagation = Propagation::new(arch, trainer.mlp.layer_sizes(), 0);
        trainer.reserve();
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
                let [first, others @ ..] = &architectures()
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
