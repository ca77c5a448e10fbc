//! One training run: its trainer, configuration, generation and speed.

use std::task::Poll;

use nnvisu_core::{Dataset, InvalidCheckpoint, Metrics, Mlp, Seeds, TrainError, Trainer};
use nnvisu_protocol::{Checkpoint, Config, ConfigUpdate, NetworkUpdate, Restore, StepsPerSecond};

use super::{
    convert,
    schedule::{Pacer, RateMeter},
    time::{Clock, Timestamp},
};

/// A run. Requests change it, time advances it.
pub(super) struct Run {
    /// The settings as configured; those that make a network may wait for the next fresh one.
    config: Config,
    /// The network as it is trained.
    trainer: Trainer,
    /// One more each time the weights are replaced by unrelated ones.
    generation: u32,
    running: bool,
    /// The speed asked for; `None` for as fast as possible.
    steps_per_second: Option<StepsPerSecond>,
    pacer: Pacer,
    rate: RateMeter,
    revision: Revision,
}

/// Counts what has changed other than by steps of training. A viewer compares it with what it has
/// shown; equal counts and equal steps are the same state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Revision {
    /// Changes of the network, and every pause: the map is to be shown.
    pub(super) network: u64,
    /// Those, and changes of the points, which change loss and accuracy of the same network.
    pub(super) numbers: u64,
    /// Changes of what a checkpoint holds.
    pub(super) checkpoint: u64,
}

/// Identifies the state that a frame shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StateId {
    generation: u32,
    step: u64,
    numbers: u64,
    running: bool,
}

/// What a run has done by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Advanced {
    pub(super) n_steps: u32,
    /// Training has stopped because it diverged.
    pub(super) diverged: bool,
}

/// When a run wants to make its next step; what is sooner is less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NextStep {
    /// As soon as possible.
    AtOnce,
    /// At this time.
    At(Timestamp),
    /// Not before it is started.
    Never,
}

impl Run {
    /// A paused run with the default settings, without points.
    pub(super) fn new(seeds: Seeds, now: Timestamp) -> Self {
        let config = Config::default();
        let trainer = Trainer::new(
            convert::architecture(&config),
            convert::training_config(&config),
            seeds,
            Dataset::empty(),
        );
        Self {
            config,
            trainer,
            generation: 0,
            running: false,
            steps_per_second: None,
            pacer: Pacer::new(None, now),
            rate: RateMeter::default(),
            revision: Revision::default(),
        }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn trainer(&self) -> &Trainer {
        &self.trainer
    }

    pub(super) fn mlp(&self) -> &Mlp {
        self.trainer.mlp()
    }

    pub(super) fn generation(&self) -> u32 {
        self.generation
    }

    /// Index of the epoch that the next step belongs to, from 0.
    pub(super) fn epoch(&self) -> u64 {
        self.trainer.epoch()
    }

    pub(super) fn is_running(&self) -> bool {
        self.running
    }

    pub(super) fn steps_per_second(&self) -> Option<StepsPerSecond> {
        self.steps_per_second
    }

    pub(super) fn has_points(&self) -> bool {
        !self.trainer.data().is_empty()
    }

    pub(super) fn revision(&self) -> Revision {
        self.revision
    }

    pub(super) fn state_id(&self) -> StateId {
        StateId {
            generation: self.generation,
            step: self.trainer.step(),
            numbers: self.revision.numbers,
            running: self.running,
        }
    }

    /// A part of measuring loss and accuracy over all points, `None` without points.
    pub(super) fn evaluate_part(&mut self) -> Poll<Option<Metrics>> {
        self.trainer.evaluate_part()
    }

    /// Loss and accuracy over all points, or `None` without points.
    #[cfg(test)]
    pub(super) fn evaluate(&mut self) -> Option<Metrics> {
        self.trainer.evaluate()
    }

    /// The measured speed at `now`; 0 while paused.
    pub(super) fn measure_speed(&mut self, now: Timestamp) -> f32 {
        if self.running {
            self.rate.measure(now, self.trainer.step())
        } else {
            0.0
        }
    }

    /// The state of the run, to be continued later.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        convert::wire_checkpoint(self.trainer.checkpoint(), self.generation)
    }

    /// Starts training if it is off. There have to be points.
    pub(super) fn start(&mut self, now: Timestamp) {
        debug_assert!(self.has_points());
        if !self.running {
            self.running = true;
            self.rate.clear();
            self.pacer.start(now);
        }
    }

    /// Stops training if it is on. Either way where it stands is to be shown.
    pub(super) fn stop(&mut self) {
        self.running = false;
        self.rate.clear();
        self.network_changed();
    }

    /// Changes settings. Those that make a network wait for the next fresh one.
    pub(super) fn configure(&mut self, update: &ConfigUpdate) {
        let optimizer = self.config.optimizer;
        self.config.apply(update);
        self.trainer
            .set_training_config(convert::training_config(&self.config));
        if self.config.optimizer != optimizer {
            // The other one starts afresh; a run restored later must not have the old one's state.
            self.revision.checkpoint += 1;
        }
        self.pacer.steps_change();
    }

    /// Changes the settings that make a network, and makes it.
    pub(super) fn rebuild(&mut self, update: NetworkUpdate, seeds: Seeds) {
        self.config.architecture = update.hidden_layers;
        self.config.activation = update.activation.unwrap_or(self.config.activation);
        self.config.dropout = update.dropout.unwrap_or(self.config.dropout);
        self.reset(seeds);
    }

    /// Makes fresh weights for the configured network, and stops.
    pub(super) fn reset(&mut self, seeds: Seeds) {
        self.trainer
            .reset(convert::architecture(&self.config), seeds);
        self.begin_generation();
    }

    /// Replaces the points. Without points training stops.
    pub(super) fn set_points(&mut self, data: Dataset) {
        let n_classes = self.mlp().n_classes();
        self.trainer.set_data(data);
        self.pacer.steps_change();
        self.revision.numbers += 1;
        if self.mlp().n_classes() != n_classes {
            self.network_changed();
        }
        if self.running && !self.has_points() {
            self.stop();
        }
    }

    /// Replaces the points, and starts from fresh weights.
    pub(super) fn reset_with_points(&mut self, data: Dataset, seeds: Seeds) {
        self.trainer.set_data(data);
        self.reset(seeds);
    }

    /// Replaces everything; `fresh` are the seeds if none are given.
    ///
    /// # Errors
    ///
    /// The checkpoint is inconsistent. Then nothing has changed.
    pub(super) fn restore(
        &mut self,
        restore: Restore,
        fresh: Seeds,
        now: Timestamp,
    ) -> Result<(), InvalidCheckpoint> {
        let training_config = convert::training_config(&restore.config);
        let data = convert::dataset(&restore.data);
        self.trainer = if let Some(checkpoint) = restore.checkpoint {
            let checkpoint = convert::checkpoint(checkpoint);
            Trainer::restore(training_config, data, &checkpoint)?
        } else {
            let seeds = restore.seeds.map_or(fresh, convert::seeds);
            let architecture = convert::architecture(&restore.config);
            Trainer::new(architecture, training_config, seeds, data)
        };
        self.config = restore.config;
        self.set_speed(restore.steps_per_second, now);
        self.begin_generation();
        Ok(())
    }

    /// Changes the speed; `None` is as fast as possible.
    pub(super) fn set_speed(&mut self, speed: Option<StepsPerSecond>, now: Timestamp) {
        self.steps_per_second = speed;
        self.rate.clear();
        self.pacer
            .set_interval(speed.map(StepsPerSecond::interval), now);
    }

    /// Makes a part of a single step; ready once the step has been made as a whole.
    ///
    /// # Errors
    ///
    /// As of [`Trainer::train_step`].
    pub(super) fn single_step_part(&mut self) -> Poll<Result<(), TrainError>> {
        let stepped = match self.trainer.train_step_part() {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(_)) => Ok(()),
            // The trainer has gone back to the last good state.
            Err(error) => Err(error),
        };
        self.network_changed();
        Poll::Ready(stepped)
    }

    /// How many steps are due at `now`.
    pub(super) fn steps_due(&self, now: Timestamp) -> u32 {
        if self.running {
            self.pacer.steps_due(now)
        } else {
            0
        }
    }

    /// Makes `n_steps` steps: fewer if training diverges, which stops it, or if they take longer
    /// than a burst. What has been begun of a step is continued the next time, unless something
    /// changes the run before.
    pub(super) fn make_steps(&mut self, n_steps: u32, clock: &dyn Clock) -> Advanced {
        let started = clock.now();
        let mut advanced = Advanced::default();
        while advanced.n_steps < n_steps {
            match self.trainer.train_step_part() {
                Ok(Poll::Ready(_)) => advanced.n_steps += 1,
                Ok(Poll::Pending) if clock.now() < started + Pacer::BURST => {}
                Ok(Poll::Pending) => break,
                Err(_) => {
                    // The trainer has gone back to the last good state.
                    self.stop();
                    advanced.diverged = true;
                    return advanced;
                }
            }
        }
        self.pacer.ran(advanced.n_steps, started, clock.now());
        advanced
    }

    pub(super) fn next_step(&self) -> NextStep {
        match self.pacer.next_step() {
            _ if !self.running => NextStep::Never,
            None => NextStep::AtOnce,
            Some(at) => NextStep::At(at),
        }
    }

    /// Whether a step takes longer than a burst, and so is made in parts.
    pub(super) fn has_long_steps(&self) -> bool {
        self.pacer.has_long_steps()
    }

    /// Gives back the memory that only steps and evaluations need.
    pub(super) fn release_work_space(&mut self) {
        self.trainer.release_work_space();
    }

    /// Trains on with another trainer.
    #[cfg(test)]
    pub(super) fn replace_trainer(&mut self, trainer: Trainer) {
        self.trainer = trainer;
        self.network_changed();
    }

    /// The weights have been replaced by unrelated ones.
    fn begin_generation(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        self.pacer.steps_change();
        self.stop();
    }

    fn network_changed(&mut self) {
        self.revision.network += 1;
        self.revision.numbers += 1;
        self.revision.checkpoint += 1;
    }
}
