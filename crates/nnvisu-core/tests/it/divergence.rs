//! A run that leaves the finite numbers stops and keeps its last finite state.

use nnvisu_core::{Activation, BatchSize, OptimizerKind, TrainError, Trainer, TrainingConfig};

use crate::support::{SEEDS, architecture, hidden, optimizer, points, trainer_with};

fn is_finite(trainer: &Trainer) -> bool {
    let checkpoint = trainer.checkpoint();
    let moments = &checkpoint.optimizer;
    let mut all = checkpoint
        .parameters
        .iter()
        .chain(&moments.first_moment)
        .chain(&moments.second_moment);
    all.all(|value| value.is_finite())
}

/// Runs until the trainer reports divergence, at most `limit` steps.
fn run_into_divergence(trainer: &mut Trainer, limit: usize) {
    for _ in 0..limit {
        let step = trainer.step();
        match trainer.train_step() {
            Ok(loss) => {
                assert!(loss.is_finite());
                assert_eq!(trainer.step(), step + 1);
                assert!(is_finite(trainer));
            }
            Err(error) => {
                assert_eq!(error, TrainError::Diverged);
                return;
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
fn divergence_is_reported_and_the_last_finite_weights_stay() {
    for activation in Activation::ALL {
        for layers in ["0", "10-5", "6-6-6-6-6-6-6-6-6-6"] {
            for batch_size in [0, 7] {
                let network = architecture(&hidden(layers), activation);
                let config = TrainingConfig {
                    batch_size: BatchSize::new(batch_size).unwrap(),
                    ..explosive(OptimizerKind::Sgd)
                };
                let mut trainer = Trainer::new(network, config, SEEDS, points(1, 30, 3));
                run_into_divergence(&mut trainer, 200);
                assert!(is_finite(&trainer), "{activation} {layers}");
                if batch_size == 0 {
                    let metrics = trainer.evaluate().unwrap();
                    assert!(
                        metrics.loss.is_finite(),
                        "{activation} {layers}: {metrics:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_diverged_run_goes_on_with_a_smaller_learning_rate() {
    let network = architecture(&hidden("0"), Activation::Tanh);
    let data = points(1, 30, 3);
    let mut trainer = Trainer::new(network, explosive(OptimizerKind::Sgd), SEEDS, data);
    run_into_divergence(&mut trainer, 200);
    // L2 alone now halves the weights in each step.
    trainer.set_training_config(optimizer(OptimizerKind::Sgd, 0.5, 1.0));
    let before = trainer.evaluate().unwrap().loss;
    for _ in 0..20 {
        trainer.train_step().unwrap();
    }
    let after = trainer.evaluate().unwrap().loss;
    assert!(after < 0.1 * before, "{before} {after}");
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
