//! The same calls give the same bits, and a checkpoint continues the very run.

use nnvisu_core::{
    Activation, Architecture, BatchSize, Dropout, InvalidCheckpoint, OptimizerKind, Seeds, Trainer,
    TrainingConfig,
};

use crate::support::{SEEDS, architecture, bits, hidden, optimizer, points};

fn restless(activation: Activation, kind: OptimizerKind) -> (Architecture, TrainingConfig) {
    // Dropout and mini-batches: everything random takes part.
    let dropout = Dropout::new(0.3).unwrap();
    let network = architecture(&hidden("10-5"), activation).with_dropout(dropout);
    let training = TrainingConfig {
        batch_size: BatchSize::new(17).unwrap(),
        ..optimizer(kind, 0.01, 0.001)
    };
    (network, training)
}

fn run(trainer: &mut Trainer, n_steps: usize) -> Vec<u32> {
    let losses: Vec<f32> = (0..n_steps)
        .map(|_| trainer.train_step().unwrap())
        .collect();
    bits(&losses)
}

#[test]
fn runs_repeat_bit_for_bit() {
    for activation in Activation::ALL {
        for kind in OptimizerKind::ALL {
            let (network, training) = restless(activation, kind);
            let new = || Trainer::new(network.clone(), training, SEEDS, points(1, 60, 3));
            let (mut first, mut second) = (new(), new());
            assert_eq!(run(&mut first, 50), run(&mut second, 50));
            assert_eq!(first.checkpoint(), second.checkpoint());
            // Looking in between makes no difference.
            let mut watched = new();
            for _ in 0..50 {
                watched.evaluate();
                watched.train_step().unwrap();
            }
            assert_eq!(watched.checkpoint(), first.checkpoint());
        }
    }
}

#[test]
fn a_restored_run_is_the_same_run() {
    for kind in OptimizerKind::ALL {
        let (network, training) = restless(Activation::Tanh, kind);
        let data = points(1, 60, 3);
        let mut original = Trainer::new(network.clone(), training, SEEDS, data.clone());
        run(&mut original, 20);
        let checkpoint = original.checkpoint();
        let mut restored = Trainer::restore(training, data, &checkpoint).unwrap();
        assert_eq!(restored.checkpoint(), checkpoint);
        assert_eq!(restored.evaluate(), original.evaluate());
        assert_eq!(run(&mut original, 20), run(&mut restored, 20));
        assert_eq!(original.checkpoint(), restored.checkpoint());
    }
}

#[test]
fn each_seed_counts() {
    let (network, training) = restless(Activation::Tanh, OptimizerKind::Adam);
    let with = |seeds: Seeds| {
        let mut trainer = Trainer::new(network.clone(), training, seeds, points(1, 60, 3));
        run(&mut trainer, 5);
        bits(trainer.mlp().parameters())
    };
    let usual = with(SEEDS);
    assert_eq!(with(SEEDS), usual);
    assert_ne!(with(Seeds { init: 100, ..SEEDS }), usual);
    assert_ne!(
        with(Seeds {
            batches: 100,
            ..SEEDS
        }),
        usual
    );
    assert_ne!(
        with(Seeds {
            dropout: 100,
            ..SEEDS
        }),
        usual
    );
}

#[test]
fn reset_is_a_fresh_start() {
    let (network, training) = restless(Activation::Tanh, OptimizerKind::Adam);
    let data = points(1, 60, 4);
    let mut trainer = Trainer::new(network.clone(), training, SEEDS, data.clone());
    run(&mut trainer, 10);
    for (layers, seeds) in [
        ("10-5", SEEDS),
        ("0", SEEDS),
        ("3-3-3", Seeds::from_master(9)),
    ] {
        let network = network.clone().with_hidden_layers(&hidden(layers));
        trainer.reset(network.clone(), seeds);
        let fresh = Trainer::new(network.clone(), training, seeds, data.clone());
        assert_eq!(trainer.step(), 0);
        let with_outputs = network.with_outputs(4).unwrap();
        assert_eq!(trainer.architecture(), &with_outputs);
        assert_eq!(trainer.checkpoint(), fresh.checkpoint());
        run(&mut trainer, 3);
    }
}

#[test]
fn checkpoints_that_do_not_fit_are_refused() {
    let (network, training) = restless(Activation::Tanh, OptimizerKind::Adam);
    let data = points(1, 20, 3);
    let mut trainer = Trainer::new(network, training, SEEDS, data.clone());
    run(&mut trainer, 3);
    let good = trainer.checkpoint();
    let restore = |checkpoint| Trainer::restore(training, data.clone(), &checkpoint).map(|_| ());
    assert_eq!(restore(good.clone()), Ok(()));

    let mut bad = good.clone();
    bad.architecture = bad.architecture.with_hidden_layers(&hidden("5-10"));
    assert!(matches!(
        restore(bad),
        Err(InvalidCheckpoint::Parameters(_))
    ));
    let mut bad = good.clone();
    bad.parameters.pop();
    assert!(matches!(
        restore(bad),
        Err(InvalidCheckpoint::Parameters(_))
    ));
    let mut bad = good.clone();
    bad.parameters[0] = f32::INFINITY;
    assert!(matches!(
        restore(bad),
        Err(InvalidCheckpoint::Parameters(_))
    ));
    let mut bad = good.clone();
    bad.architecture = bad.architecture.with_outputs(8).unwrap();
    assert!(matches!(
        restore(bad),
        Err(InvalidCheckpoint::Parameters(_))
    ));
    let mut bad = good.clone();
    bad.optimizer.first_moment.clear();
    assert!(matches!(restore(bad), Err(InvalidCheckpoint::Optimizer(_))));
    let mut bad = good.clone();
    bad.optimizer.second_moment[3] = -1.0;
    assert!(matches!(restore(bad), Err(InvalidCheckpoint::Optimizer(_))));
    let mut bad = good.clone();
    bad.optimizer.first_moment[3] = f32::NAN;
    assert!(matches!(restore(bad), Err(InvalidCheckpoint::Optimizer(_))));
}
