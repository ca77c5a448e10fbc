//! A run that leaves the finite numbers goes back to its last good state, and which one that is
//! depends on the number of steps alone.

use nnvisu_core::{
    Activation, BatchSize, Checkpoint, Dataset, Dropout, LearningRate, OptimizerKind, TrainError,
    Trainer, TrainingConfig,
};
use proptest::prelude::*;

use crate::support::{SEEDS, architecture, hidden, optimizer, point, points, trainer_with};

fn is_finite(trainer: &Trainer) -> bool {
    let checkpoint = trainer.checkpoint();
    let slots = checkpoint.optimizer.slots.iter().flatten();
    let mut all = checkpoint.parameters.iter().chain(slots);
    all.all(|value| value.is_finite())
}

/// Runs until the trainer reports divergence, at most `limit` steps; gives the lowest loss over all
/// points on the way.
fn run_into_divergence(trainer: &mut Trainer, limit: usize) -> f32 {
    let mut lowest = f32::INFINITY;
    for _ in 0..limit {
        let step = trainer.step();
        lowest = lowest.min(trainer.evaluate().unwrap().loss);
        match trainer.train_step() {
            Ok(loss) => {
                assert!(loss.is_finite());
                assert_eq!(trainer.step(), step + 1);
                assert!(is_finite(trainer));
            }
            Err(error) => {
                assert_eq!(error, TrainError::Diverged);
                assert!(trainer.is_diverged());
                assert!(trainer.step() <= step);
                return lowest;
            }
        }
    }
    panic!("no divergence after {limit} steps");
}

/// With a learning rate and L2 of 10 every step multiplies the weights by −99.
fn explosive(kind: OptimizerKind) -> TrainingConfig {
    optimizer(kind, 10.0, 10.0)
}

#[test]
fn a_diverged_run_goes_back_to_a_good_state() {
    for activation in Activation::ALL {
        for layers in ["0", "10-5", "6-6-6-6-6-6-6-6-6-6"] {
            for (batch_size, dropout) in [(0, 0.0), (0, 0.3), (7, 0.0), (1, 0.3)] {
                let dropout = Dropout::new(dropout).unwrap();
                let network = architecture(&hidden(layers), activation).with_dropout(dropout);
                let config = TrainingConfig {
                    batch_size: BatchSize::new(batch_size).unwrap(),
                    ..explosive(OptimizerKind::Sgd)
                };
                let mut trainer = Trainer::new(network, config, SEEDS, points(1, 30, 3));
                let lowest = run_into_divergence(&mut trainer, 200);
                assert!(is_finite(&trainer));
                let loss = trainer.evaluate().unwrap().loss;
                assert!(
                    loss < 10.0 * lowest,
                    "{activation} {layers} {batch_size}: {loss} {lowest}"
                );
                let checkpoint = trainer.checkpoint();
                assert_eq!(checkpoint.optimizer.row_steps, [0; 3]);
                let last_good = checkpoint.last_good.unwrap();
                assert_eq!(last_good.parameters, checkpoint.parameters);
                assert_eq!(last_good.step, checkpoint.step);
            }
        }
    }
}

/// A learning rate that lets the loss fall for a while before it explodes.
#[test]
fn what_was_learnt_before_is_kept() {
    for batch_size in [0, 10] {
        let mut config = TrainingConfig {
            batch_size: BatchSize::new(batch_size).unwrap(),
            ..optimizer(OptimizerKind::Sgd, 0.5, 0.0)
        };
        let network = architecture(&hidden("10"), Activation::Relu);
        let data = nnvisu_core::generate_seeded(
            nnvisu_core::Distribution::Blobs,
            nnvisu_core::ClassCount::new(3).unwrap(),
            100,
            1,
        );
        let mut trainer = Trainer::new(network, config, SEEDS, data);
        for _ in 0..1_000 {
            trainer.train_step().unwrap();
        }
        let learnt = trainer.evaluate().unwrap().loss;
        config.learning_rate = LearningRate::new(10.0).unwrap();
        config.weight_decay = explosive(OptimizerKind::Sgd).weight_decay;
        trainer.set_training_config(config);
        run_into_divergence(&mut trainer, 1_000);
        let kept = trainer.evaluate().unwrap().loss;
        assert!(kept < 10.0 * learnt.max(0.01), "{kept} {learnt}");
    }
}

/// "One step" on a diverged run does not lead back and forth: nothing happens until something else
/// has changed.
#[test]
fn a_diverged_run_stays_until_a_setting_or_the_points_change() {
    let network = architecture(&hidden("4"), Activation::Tanh);
    let data = points(1, 30, 3);
    let config = explosive(OptimizerKind::Sgd);
    let mut trainer = Trainer::new(network.clone(), config, SEEDS, data.clone());
    run_into_divergence(&mut trainer, 200);
    let diverged = trainer.checkpoint();
    trainer.set_training_config(config);
    trainer.set_data(data.clone());
    for _ in 0..3 {
        assert_eq!(trainer.train_step(), Err(TrainError::Diverged));
        assert_eq!(trainer.checkpoint(), diverged);
        let mut restored = Trainer::restore(config, data.clone(), &diverged).unwrap();
        assert_eq!(restored.train_step(), Err(TrainError::Diverged));
        assert_eq!(restored.checkpoint(), diverged);
    }
    let mut other_setting = trainer.clone();
    other_setting.set_training_config(optimizer(OptimizerKind::Sgd, 0.1, 0.0));
    assert!(!other_setting.is_diverged());
    other_setting.train_step().unwrap();
    let mut other_points = trainer.clone();
    other_points.set_data(points(2, 30, 3));
    other_points.train_step().unwrap();
    trainer.reset(network, SEEDS);
    trainer.train_step().unwrap();
}

#[test]
fn a_diverged_run_continues_with_a_smaller_learning_rate() {
    let network = architecture(&hidden("0"), Activation::Tanh);
    let data = points(1, 30, 3);
    let mut trainer = Trainer::new(network, explosive(OptimizerKind::Sgd), SEEDS, data);
    run_into_divergence(&mut trainer, 200);
    trainer.set_training_config(optimizer(OptimizerKind::Sgd, 0.5, 0.0));
    let before = trainer.evaluate().unwrap().loss;
    for _ in 0..50 {
        trainer.train_step().unwrap();
    }
    let after = trainer.evaluate().unwrap().loss;
    assert!(after < before, "{before} {after}");
}

/// Only one of many points overflows, so that most batches have a finite loss.
#[test]
fn a_loss_over_all_points_that_is_infinite_ends_a_run_of_small_batches() {
    let mut all = vec![point(0.0, 0.0, 0); 5_000];
    all[4_321] = point(1.0, 1.0, 0);
    let data = Dataset::new(all);
    let network = architecture(&hidden("0"), Activation::Tanh);
    let config = TrainingConfig {
        batch_size: BatchSize::new(1).unwrap(),
        ..optimizer(OptimizerKind::Sgd, 1e-6, 0.0)
    };
    let parameters = vec![-3e38, 3e38, -3e38, 3e38, 0.0, 0.0];
    let mut trainer = trainer_with(&network, config, &data, parameters.clone());
    assert_eq!(trainer.train_step(), Err(TrainError::Diverged));
    // There has been no good state to go back to.
    assert_eq!(trainer.mlp().parameters(), parameters);
    assert_eq!(trainer.checkpoint().last_good, None);
}

/// What is done to a run in the middle of it.
#[derive(Clone, Debug)]
enum Event {
    Steps(usize),
    Rate(f32),
    Batches(u32),
    Points(u64, usize, usize),
    Optimizer(OptimizerKind),
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (1_usize..30).prop_map(Event::Steps),
        2 => prop::sample::select(&[0.01_f32, 1.0, 10.0][..]).prop_map(Event::Rate),
        1 => (0_u32..12).prop_map(Event::Batches),
        1 => (0_u64..4, 0_usize..30, 2_usize..=6).prop_map(|(s, n, k)| Event::Points(s, n, k)),
        1 => prop::sample::select(&OptimizerKind::ALL[..]).prop_map(Event::Optimizer),
    ]
}

fn apply(trainer: &mut Trainer, event: &Event) -> Vec<Result<f32, TrainError>> {
    let mut config = *trainer.training_config();
    match *event {
        Event::Steps(n) => return (0..n).map(|_| trainer.train_step()).collect(),
        Event::Rate(rate) => config.learning_rate = LearningRate::new(rate).unwrap(),
        Event::Batches(size) => config.batch_size = BatchSize::new(size).unwrap(),
        Event::Points(seed, n, n_classes) => trainer.set_data(points(seed, n, n_classes)),
        Event::Optimizer(kind) => config.optimizer = kind,
    }
    trainer.set_training_config(config);
    Vec::new()
}

fn restored(trainer: &Trainer, checkpoint: &Checkpoint) -> Trainer {
    let (config, data) = (*trainer.training_config(), trainer.data().clone());
    Trainer::restore(config, data, checkpoint).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever happens, a run that is looked at and restored all the time is the undisturbed one,
    /// and a diverged one has a finite loss that is not many times its lowest.
    #[test]
    fn any_run_restored_again_and_again_is_the_undisturbed_run(
        layers in prop::sample::select(&["0", "5", "4-3"][..]),
        dropout in prop::sample::select(&[0.0_f32, 0.2][..]),
        events in prop::collection::vec(any_event(), 1..12),
    ) {
        let network = architecture(&hidden(layers), Activation::Relu)
            .with_dropout(Dropout::new(dropout).unwrap());
        let config = optimizer(OptimizerKind::Sgd, 1.0, 0.5);
        let mut undisturbed = Trainer::new(network, config, SEEDS, points(1, 20, 3));
        let mut disturbed = undisturbed.clone();
        for event in &events {
            let steps = apply(&mut undisturbed, event);
            disturbed.evaluate();
            disturbed.release_work_space();
            disturbed = restored(&disturbed, &disturbed.checkpoint());
            prop_assert_eq!(apply(&mut disturbed, event), steps);
            prop_assert_eq!(disturbed.checkpoint(), undisturbed.checkpoint());
            if undisturbed.is_diverged() {
                let checkpoint = undisturbed.checkpoint();
                let good = checkpoint.last_good.unwrap();
                let (loss, lowest) = (good.loss.unwrap(), good.lowest_loss.unwrap());
                prop_assert!(loss <= 5.0 * lowest.max(0.01));
                let measured = undisturbed.evaluate().unwrap().loss;
                prop_assert!((measured - loss).abs() <= 1e-4 * (1.0 + loss));
            }
        }
    }
}

/// The loss falls to a tenth and less between two steps at which states are judged.
#[test]
fn a_state_that_is_soon_far_above_the_lowest_loss_is_not_kept() {
    let network = architecture(&hidden("4-3"), Activation::Relu);
    let config = optimizer(OptimizerKind::Sgd, 1.0, 0.5);
    let mut trainer = Trainer::new(network, config, SEEDS, points(1, 20, 3));
    apply(&mut trainer, &Event::Steps(22));
    apply(&mut trainer, &Event::Points(0, 1, 2));
    apply(&mut trainer, &Event::Rate(10.0));
    apply(&mut trainer, &Event::Steps(17));
    assert!(trainer.is_diverged());
    let good = trainer.checkpoint().last_good.unwrap();
    let (loss, lowest) = (good.loss.unwrap(), good.lowest_loss.unwrap());
    assert!(loss <= 5.0 * lowest.max(0.01), "{loss} {lowest}");
}

/// Adam's squared gradients overflow long before the weights do.
#[test]
fn moments_that_overflow_are_divergence_too() {
    for kind in [OptimizerKind::Adam, OptimizerKind::RmsProp] {
        let network = architecture(&hidden("0"), Activation::Tanh);
        let data = points(1, 10, 2);
        let parameters = vec![3e19, -3e19, 1.0, 1.0, 0.0, 0.0];
        let config = optimizer(kind, 0.01, 10.0);
        let mut trainer = trainer_with(&network, config, &data, parameters.clone());
        assert_eq!(trainer.train_step(), Err(TrainError::Diverged));
        assert_eq!(trainer.mlp().parameters(), parameters);
        assert_eq!(trainer.step(), 0);
        assert!(is_finite(&trainer));
    }
}

#[test]
fn without_points_nothing_happens() {
    let network = architecture(&hidden("5"), Activation::Tanh);
    let config = TrainingConfig::default();
    let mut trainer = Trainer::new(network, config, SEEDS, nnvisu_core::Dataset::empty());
    let before = trainer.checkpoint();
    assert_eq!(trainer.train_step(), Err(TrainError::NoData));
    assert_eq!(trainer.checkpoint(), before);
    assert_eq!(trainer.evaluate(), None);
}

#[test]
fn errors_are_sentences() {
    assert_eq!(
        TrainError::NoData.to_string(),
        "There are no points to train on"
    );
    assert!(TrainError::Diverged.to_string().contains("diverged"));
}
