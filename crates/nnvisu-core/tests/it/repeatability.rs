//! The same calls give the same bits, and a checkpoint continues the very run.

use nnvisu_core::{
    AbsentRow, Activation, Architecture, BatchSize, Checkpoint, Dropout, InvalidCheckpoint,
    LastGood, OptimizerKind, Seeds, Trainer, TrainingConfig,
};

use std::task::Poll;

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

/// In the middle of an epoch, with rows that have made fewer steps than the others.
#[test]
fn a_run_restored_after_every_step_is_the_undisturbed_one() {
    for kind in OptimizerKind::ALL {
        let (network, training) = restless(Activation::Relu, kind);
        let mut undisturbed = Trainer::new(network, training, SEEDS, points(1, 40, 2));
        run(&mut undisturbed, 3);
        undisturbed.set_data(points(2, 61, 5));
        let mut restored = undisturbed.clone();
        for _ in 0..15 {
            let checkpoint = restored.checkpoint();
            restored = Trainer::restore(training, restored.data().clone(), &checkpoint).unwrap();
            assert_eq!(run(&mut undisturbed, 1), run(&mut restored, 1));
            assert_eq!(undisturbed.checkpoint(), restored.checkpoint());
        }
        assert!(undisturbed.epoch() > 3);
    }
}

/// Parts of a step, with measurements in between, make the same step.
#[test]
fn steps_in_parts_are_the_same_steps() {
    let (network, training) = restless(Activation::Tanh, OptimizerKind::Adam);
    let large = training_of(2_500);
    for training in [training, large] {
        let data = points(3, 4_000, 3);
        let mut whole = Trainer::new(network.clone(), training, SEEDS, data);
        let mut in_parts = whole.clone();
        for n_steps in 0..12 {
            if n_steps == 6 {
                // The last good state is measured on them first.
                whole.set_data(points(3, 3_000, 4));
                in_parts.set_data(points(3, 3_000, 4));
            }
            let loss = whole.train_step().unwrap();
            let mut n_parts = 1;
            while in_parts.train_step_part().unwrap() != Poll::Ready(loss) {
                n_parts += 1;
                assert_eq!(in_parts.evaluate().unwrap(), {
                    let mut measured = in_parts.clone();
                    let mut metrics = measured.evaluate_part();
                    while metrics.is_pending() {
                        metrics = measured.evaluate_part();
                    }
                    let Poll::Ready(metrics) = metrics else {
                        unreachable!()
                    };
                    metrics.unwrap()
                });
            }
            assert!(n_parts < 10);
            assert_eq!(whole.checkpoint(), in_parts.checkpoint());
        }
    }
}

#[test]
fn a_step_that_is_not_finished_is_no_step() {
    let (network, training) = (
        architecture(&hidden("5"), Activation::Tanh),
        training_of(2_500),
    );
    let mut trainer = Trainer::new(network, training, SEEDS, points(3, 4_000, 3));
    let before = trainer.checkpoint();
    assert_eq!(trainer.train_step_part(), Ok(Poll::Pending));
    trainer.set_training_config(optimizer(OptimizerKind::Sgd, 0.01, 0.0));
    trainer.set_training_config(training);
    assert_eq!(trainer.checkpoint().parameters, before.parameters);
    assert_eq!(trainer.step(), 0);
    let mut undisturbed = Trainer::restore(training, points(3, 4_000, 3), &before).unwrap();
    assert_eq!(trainer.train_step(), undisturbed.train_step());
}

fn training_of(batch_size: u32) -> TrainingConfig {
    TrainingConfig {
        batch_size: BatchSize::new(batch_size).unwrap(),
        ..optimizer(OptimizerKind::Adam, 0.01, 0.001)
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
    let (good, restore) = three_steps();
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
    bad.optimizer.slots[0].clear();
    assert!(matches!(restore(bad), Err(InvalidCheckpoint::Optimizer(_))));
    let mut bad = good.clone();
    bad.optimizer.slots[1][3] = -1.0;
    assert!(matches!(restore(bad), Err(InvalidCheckpoint::Optimizer(_))));
    let mut bad = good.clone();
    bad.optimizer.slots[0][3] = f32::NAN;
    assert!(matches!(restore(bad), Err(InvalidCheckpoint::Optimizer(_))));
    let mut bad = good.clone();
    bad.optimizer.slots.pop();
    assert!(matches!(restore(bad), Err(InvalidCheckpoint::Optimizer(_))));
    let mut bad = good.clone();
    bad.optimizer.row_steps.pop();
    assert!(matches!(restore(bad), Err(InvalidCheckpoint::Optimizer(_))));
}

/// A checkpoint of a run that has made three steps, and what restores it.
fn three_steps() -> (
    Checkpoint,
    impl Fn(Checkpoint) -> Result<(), InvalidCheckpoint>,
) {
    let (network, training) = restless(Activation::Tanh, OptimizerKind::Adam);
    let data = points(1, 20, 3);
    let mut trainer = Trainer::new(network, training, SEEDS, data.clone());
    run(&mut trainer, 3);
    let restore =
        move |checkpoint| Trainer::restore(training, data.clone(), &checkpoint).map(|_| ());
    (trainer.checkpoint(), restore)
}

#[test]
fn absent_rows_that_do_not_fit_are_refused() {
    let (good, restore) = three_steps();
    let row = AbsentRow {
        class: 3,
        parameters: vec![0.5; 6],
        slots: vec![vec![0.0; 6]; 2],
        steps: 1,
    };
    let with_rows = |rows: &[AbsentRow]| Checkpoint {
        absent_rows: rows.to_vec(),
        ..good.clone()
    };
    let later = AbsentRow {
        class: 7,
        ..row.clone()
    };
    assert_eq!(restore(with_rows(&[row.clone(), later.clone()])), Ok(()));
    for rows in [
        vec![AbsentRow {
            class: 2,
            ..row.clone()
        }],
        vec![AbsentRow {
            class: 8,
            ..row.clone()
        }],
        vec![later, row.clone()],
        vec![row.clone(), row.clone()],
        vec![AbsentRow {
            parameters: vec![0.5; 5],
            ..row.clone()
        }],
        vec![AbsentRow {
            parameters: vec![f32::NAN; 6],
            ..row.clone()
        }],
        vec![AbsentRow {
            slots: vec![vec![0.0; 6]],
            ..row.clone()
        }],
        vec![AbsentRow {
            slots: vec![vec![0.0; 7]; 2],
            ..row.clone()
        }],
    ] {
        let refused = restore(with_rows(&rows));
        assert!(
            matches!(refused, Err(InvalidCheckpoint::AbsentRows(_))),
            "{rows:?}"
        );
    }
}

#[test]
fn last_good_states_that_do_not_fit_are_refused() {
    let (good, restore) = three_steps();
    let state = good.last_good.clone().unwrap();
    let n = state.parameters.len();
    for last_good in [
        LastGood {
            parameters: vec![0.0; n - 1],
            ..state.clone()
        },
        LastGood {
            parameters: vec![f32::INFINITY; n],
            ..state.clone()
        },
        LastGood {
            loss: Some(f32::INFINITY),
            ..state.clone()
        },
        LastGood {
            lowest_loss: Some(-1.0),
            ..state.clone()
        },
        LastGood {
            loss: None,
            ..state.clone()
        },
    ] {
        let refused = restore(Checkpoint {
            last_good: Some(last_good),
            ..good.clone()
        });
        assert!(matches!(refused, Err(InvalidCheckpoint::LastGood(_))));
    }
}

#[test]
fn a_position_beyond_the_points_begins_the_next_epoch() {
    let (good, _) = three_steps();
    let (_, training) = restless(Activation::Tanh, OptimizerKind::Adam);
    let mut beyond = good.clone();
    beyond.epoch_position = u64::MAX;
    beyond.last_good.as_mut().unwrap().epoch_position = 1_000;
    let mut trainer = Trainer::restore(training, points(1, 20, 3), &beyond).unwrap();
    assert_eq!(trainer.epoch(), good.epoch + 1);
    trainer.train_step().unwrap();
}
