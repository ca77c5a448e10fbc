//! A training run: steps and measurements until a condition ends it.

use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use nnvisu_core::{Metrics, TrainError, Trainer};

use crate::interrupt::Interrupt;
use crate::stopping::{StopConditions, StopReason, Stopping};

/// How a run is measured and when it ends.
#[derive(Clone, Debug)]
pub(crate) struct TrainOptions {
    pub(crate) conditions: StopConditions,
    /// Measure at every step whose number this divides, at the first and at the last.
    pub(crate) every: NonZeroU64,
}

/// What is seen of a run at one step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measurement {
    /// Steps since the weights were fresh.
    pub(crate) step: u64,
    /// How often all points have been used up since then.
    pub(crate) epoch: u64,
    pub(crate) metrics: Metrics,
    /// Since this run began.
    pub(crate) elapsed: Duration,
}

/// How a run has outcome.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunOutcome {
    pub(crate) reason: StopReason,
    /// Steps made in this run.
    pub(crate) n_steps: u64,
    /// How long they took, with their measurements.
    pub(crate) elapsed: Duration,
    /// With the weights that the run has ended with.
    pub(crate) last: Measurement,
}

/// Receives the progress of a run.
pub(crate) trait Observer {
    /// After every step, and once before the first.
    fn stepped(&mut self, _trainer: &Trainer) {}

    /// After every measurement; may end the run.
    fn measured(&mut self, measurement: &Measurement) -> ControlFlow<()>;
}

/// Trains until a condition of `options` is met, `interrupt` is raised, the observer has seen enough,
/// or training diverges, which leaves the last good state: that may be some steps back.
///
/// # Errors
///
/// Without points.
pub(crate) fn train(
    trainer: &mut Trainer,
    options: &TrainOptions,
    interrupt: &Interrupt,
    observer: &mut impl Observer,
) -> Result<RunOutcome, TrainError> {
    let start = Instant::now();
    let mut stopping = Stopping::new(options.conditions);
    let mut n_steps = 0;
    observer.stepped(trainer);
    let mut last = measure(trainer, start)?;
    let reason = loop {
        if last.step == trainer.step() {
            if observer.measured(&last).is_break() {
                break StopReason::Unread;
            }
            if let Some(reason) = stopping.measured(n_steps, last.metrics) {
                break reason;
            }
        }
        if options
            .conditions
            .steps
            .is_some_and(|steps| n_steps >= steps)
        {
            break StopReason::Steps;
        }
        if options
            .conditions
            .time
            .is_some_and(|time| start.elapsed() >= time)
        {
            break StopReason::Time;
        }
        if interrupt.is_raised() {
            break StopReason::Interrupted;
        }
        match trainer.train_step() {
            Ok(_) => {}
            Err(TrainError::Diverged) => break StopReason::Diverged,
            Err(error) => return Err(error),
        }
        n_steps += 1;
        observer.stepped(trainer);
        if trainer.step() % options.every == 0 || options.conditions.steps == Some(n_steps) {
            last = measure(trainer, start)?;
        }
    };
    let elapsed = start.elapsed();
    if last.step != trainer.step() {
        last = measure(trainer, start)?;
        // The run has ended already.
        let _ = observer.measured(&last);
    }
    Ok(RunOutcome {
        reason,
        n_steps,
        elapsed,
        last,
    })
}

fn measure(trainer: &mut Trainer, start: Instant) -> Result<Measurement, TrainError> {
    Ok(Measurement {
        step: trainer.step(),
        epoch: trainer.epoch(),
        metrics: trainer.evaluate().ok_or(TrainError::NoData)?,
        elapsed: start.elapsed(),
    })
}

#[cfg(test)]
mod tests {
    use nnvisu_core::{
        Architecture, ClassCount, Dataset, Distribution, LearningRate, OptimizerKind, Seeds,
        TrainingConfig, generate_seeded,
    };

    use super::*;

    #[derive(Default)]
    struct Log {
        stepped: Vec<u64>,
        measured: Vec<u64>,
        enough_at: Option<u64>,
    }

    impl Observer for Log {
        fn stepped(&mut self, trainer: &Trainer) {
            self.stepped.push(trainer.step());
        }

        fn measured(&mut self, measurement: &Measurement) -> ControlFlow<()> {
            self.measured.push(measurement.step);
            match self.enough_at {
                Some(step) if measurement.step >= step => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        }
    }

    fn trainer(data: Dataset, training: TrainingConfig) -> Trainer {
        Trainer::new(
            Architecture::default(),
            training,
            Seeds::from_master(1),
            data,
        )
    }

    fn moons() -> Trainer {
        let data = generate_seeded(Distribution::Moons, ClassCount::default(), 50, 1);
        trainer(data, TrainingConfig::default())
    }

    fn options(steps: u64, every: u64) -> TrainOptions {
        let conditions = StopConditions {
            steps: Some(steps),
            ..Default::default()
        };
        TrainOptions {
            conditions,
            every: NonZeroU64::new(every).unwrap(),
        }
    }

    fn run(trainer: &mut Trainer, options: &TrainOptions, log: &mut Log) -> RunOutcome {
        train(trainer, options, &Interrupt::default(), log).unwrap()
    }

    #[test]
    fn every_step_is_seen_and_some_are_measured() {
        let (mut trainer, mut log) = (moons(), Log::default());
        let outcome = run(&mut trainer, &options(7, 3), &mut log);
        assert_eq!(log.stepped, (0..=7).collect::<Vec<_>>());
        assert_eq!(log.measured, [0, 3, 6, 7]);
        assert_eq!(
            (outcome.reason, outcome.n_steps, outcome.last.step),
            (StopReason::Steps, 7, 7)
        );
        // Going on, at the same numbers.
        log.measured.clear();
        let outcome = run(&mut trainer, &options(3, 3), &mut log);
        assert_eq!(log.measured, [7, 9, 10]);
        assert_eq!((outcome.n_steps, outcome.last.step), (3, 10));
    }

    #[test]
    fn no_steps_are_a_run_too() {
        let (mut trainer, mut log) = (moons(), Log::default());
        assert_eq!(run(&mut trainer, &options(0, 10), &mut log).n_steps, 0);
        assert_eq!((log.stepped, log.measured), (vec![0], vec![0]));
    }

    #[test]
    fn an_observer_can_end_a_run() {
        let (mut trainer, mut log) = (
            moons(),
            Log {
                enough_at: Some(4),
                ..Log::default()
            },
        );
        let outcome = run(&mut trainer, &options(100, 2), &mut log);
        assert_eq!((outcome.reason, outcome.last.step), (StopReason::Unread, 4));
        assert_eq!(log.measured, [0, 2, 4]);
    }

    #[test]
    fn a_diverging_run_ends_with_finite_weights() {
        let data = generate_seeded(Distribution::Blobs, ClassCount::default(), 50, 1);
        let config = TrainingConfig {
            optimizer: OptimizerKind::Sgd,
            learning_rate: LearningRate::new(10.0).unwrap(),
            weight_decay: nnvisu_core::WeightDecay::new(10.0).unwrap(),
            ..TrainingConfig::default()
        };
        let mut trainer = trainer(data, config);
        let outcome = run(&mut trainer, &options(10_000, 10), &mut Log::default());
        assert_eq!(outcome.reason, StopReason::Diverged);
        assert!(outcome.last.metrics.loss.is_finite());
        assert!(trainer.mlp().parameters().iter().all(|w| w.is_finite()));
    }

    #[test]
    fn without_points_there_is_no_run() {
        let mut trainer = trainer(Dataset::empty(), TrainingConfig::default());
        let interrupt = Interrupt::default();
        let outcome = train(
            &mut trainer,
            &options(1, 1),
            &interrupt,
            &mut Log::default(),
        );
        assert_eq!(outcome.unwrap_err(), TrainError::NoData);
    }
}
