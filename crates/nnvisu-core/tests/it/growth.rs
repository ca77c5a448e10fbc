//! Points come and go while a network trains: the output layer follows the
//! classes, and everything else stays as it was, bit for bit.

use nnvisu_core::{
    AbsentRow, Activation, Checkpoint, ClassCount, Dataset, Distribution, OptimizerKind, Trainer,
    TrainingConfig, generate_seeded,
};
use proptest::prelude::*;

use crate::support::{
    SEEDS, any_hidden_layers, architecture, bits, hidden, layers, optimizer, parameter_layers,
    point, points,
};

fn trained(hidden_layers: &str, kind: OptimizerKind, n_classes: usize) -> Trainer {
    let network = architecture(&hidden(hidden_layers), Activation::Tanh);
    let data = points(1, 40, n_classes);
    let mut trainer = Trainer::new(network, optimizer(kind, 0.01, 0.0), SEEDS, data);
    for _ in 0..5 {
        trainer.train_step().unwrap();
    }
    trainer
}

/// That the network of `after` is that of `before` with `n_classes` outputs: rows that stay are
/// the same bit for bit, rows that leave are set aside, and rows that come are those set aside or
/// fresh.
fn check_resized(before: &Checkpoint, after: &Checkpoint, n_classes: usize) {
    assert_eq!(after.architecture.outputs(), n_classes);
    assert_eq!(after.step, before.step);
    assert_eq!(after.architecture.layers(), before.architecture.layers());
    assert_eq!(after.optimizer.kind, before.optimizer.kind);
    assert_eq!(after.optimizer.steps, before.optimizer.steps);

    let fan_in = {
        let sizes = after.architecture.layer_sizes();
        sizes[sizes.len() - 2]
    };
    let bound = 1.0 / (fan_in as f32).sqrt();
    let all_before: Vec<Row> = rows(before);
    let all_after: Vec<Row> = rows(after);
    for row in &all_after {
        if let Some(same) = all_before.iter().find(|other| other.class == row.class) {
            assert_eq!(row, same);
        } else {
            let values = &row.parameters;
            assert!(values.windows(2).any(|pair| pair[0] != pair[1]));
            assert!(values.iter().all(|value| value.abs() <= bound));
            assert!(row.slots.iter().flatten().all(|&slot| slot == 0.0));
            assert_eq!(row.steps, 0);
        }
    }
    for row in &all_before {
        assert!(all_after.contains(row), "class {} is lost", row.class);
    }
    let hidden = |checkpoint: &Checkpoint, flat: &[f32]| {
        let n_output = checkpoint.architecture.outputs() * (fan_in + 1);
        bits(&flat[..flat.len() - n_output])
    };
    assert_eq!(
        hidden(before, &before.parameters),
        hidden(after, &after.parameters)
    );
    for (old, new) in before.optimizer.slots.iter().zip(&after.optimizer.slots) {
        assert_eq!(hidden(before, old), hidden(after, new));
    }
}

/// An output row with all that belongs to it.
type Row = AbsentRow;

/// All rows of a checkpoint, those in the network and those set aside.
fn rows(checkpoint: &Checkpoint) -> Vec<Row> {
    let sizes = checkpoint.architecture.layer_sizes();
    let of_unit = |flat: &[f32], unit| {
        let output = layers(&sizes, flat).pop().unwrap();
        output.unit(unit).into_iter().map(f32::from_bits).collect()
    };
    let outputs = checkpoint.architecture.outputs();
    let slots = &checkpoint.optimizer.slots;
    let in_network = (0..outputs).map(|class| Row {
        class,
        parameters: of_unit(&checkpoint.parameters, class),
        slots: slots.iter().map(|slot| of_unit(slot, class)).collect(),
        steps: checkpoint.optimizer.row_steps[class],
    });
    in_network
        .chain(checkpoint.absent_rows.iter().cloned())
        .collect()
}

#[test]
fn output_layer_grows_and_shrinks_in_place() {
    for hidden_layers in ["10-5", "0", "3", "100"] {
        for kind in OptimizerKind::ALL {
            for (from, to) in [(2, 3), (2, 8), (8, 2), (5, 4), (3, 7)] {
                let mut trainer = trained(hidden_layers, kind, from);
                let before = trainer.checkpoint();
                trainer.set_data(points(2, 30, to));
                check_resized(&before, &trainer.checkpoint(), to);
                assert_eq!(*trainer.mlp().layer_sizes().last().unwrap(), to);
                trainer.train_step().unwrap();
                assert_eq!(trainer.step(), 6);
            }
        }
    }
}

#[test]
fn removing_all_points_leaves_two_outputs() {
    let mut trainer = trained("4", OptimizerKind::Adam, 6);
    let before = trainer.checkpoint();
    trainer.set_data(Dataset::empty());
    check_resized(&before, &trainer.checkpoint(), 2);
}

#[test]
fn points_of_known_classes_change_nothing_but_the_data() {
    for kind in OptimizerKind::ALL {
        let mut trainer = trained("10-5", kind, 3);
        let before = trainer.checkpoint();
        // Fewer points, more points, and none of class 1.
        let gap: Dataset = [0, 2]
            .map(|class| point(0.1, 0.2, class))
            .into_iter()
            .collect();
        for data in [points(3, 7, 3), points(4, 2_000, 3), gap] {
            trainer.set_data(data.clone());
            let mut after = trainer.checkpoint();
            // The loss is of other points now.
            let last_good = after.last_good.as_mut().unwrap();
            assert_eq!((last_good.loss, last_good.lowest_loss), (None, None));
            after.last_good.clone_from(&before.last_good);
            assert_eq!(after, before);
            assert_eq!(trainer.data(), &data);
        }
        trainer.train_step().unwrap();
        assert_eq!(trainer.step(), before.step + 1);
    }
}

/// New units are a function of the seed, the unit and the network's shape: a
/// run that is repeated with the same edits is the same run.
#[test]
fn growing_is_repeatable_and_units_differ() {
    let grown = || {
        let mut trainer = trained("10-5", OptimizerKind::Adam, 2);
        trainer.set_data(points(2, 30, 8));
        trainer
    };
    assert_eq!(grown().checkpoint(), grown().checkpoint());
    let output = parameter_layers(grown().mlp()).pop().unwrap();
    for unit in 2..8 {
        for other in 0..unit {
            assert_ne!(output.unit(unit), output.unit(other), "{unit} {other}");
        }
    }
}

/// Clear and Undo: five blobs that have been learnt are still known when they come back.
#[test]
fn classes_come_back_with_their_rows() {
    let blobs = generate_seeded(Distribution::Blobs, ClassCount::new(5).unwrap(), 200, 1);
    for kind in OptimizerKind::ALL {
        let network = architecture(&hidden("10-5"), Activation::Tanh);
        let rate = if kind == OptimizerKind::Sgd {
            0.5
        } else {
            0.01
        };
        let training = optimizer(kind, rate, 0.0);
        let mut trainer = Trainer::new(network, training, SEEDS, blobs.clone());
        while trainer.evaluate().unwrap().accuracy < 1.0 {
            assert!(trainer.step() < 5_000, "{kind}");
            trainer.train_step().unwrap();
        }
        let metrics = trainer.evaluate();
        let undisturbed = trainer.checkpoint();
        trainer.set_data(Dataset::empty());
        assert_eq!(trainer.checkpoint().absent_rows.len(), 3);
        // Also by way of a checkpoint.
        let empty = Trainer::restore(training, Dataset::empty(), &trainer.checkpoint()).unwrap();
        for mut trainer in [trainer, empty] {
            trainer.set_data(blobs.clone());
            assert_eq!(trainer.evaluate(), metrics);
            let after = trainer.checkpoint();
            assert_eq!(after.parameters, undisturbed.parameters);
            assert_eq!(after.optimizer, undisturbed.optimizer);
            assert!(after.absent_rows.is_empty());
            trainer.set_data(Dataset::empty());
            trainer.reset(architecture(&hidden("10-5"), Activation::Tanh), SEEDS);
            assert!(trainer.checkpoint().absent_rows.is_empty());
        }
    }
}

/// Rows that are away do not keep what another kind of optimizer knew of them.
#[test]
fn another_optimizer_begins_anew_for_absent_rows_too() {
    let mut trainer = trained("4", OptimizerKind::Adam, 6);
    trainer.set_data(points(1, 20, 3));
    trainer.set_training_config(TrainingConfig {
        optimizer: OptimizerKind::RmsProp,
        ..*trainer.training_config()
    });
    let checkpoint = trainer.checkpoint();
    assert_eq!(checkpoint.absent_rows.len(), 3);
    for row in &checkpoint.absent_rows {
        assert_eq!((row.steps, &row.slots), (0, &vec![vec![0.0; 5]]));
    }
    trainer.set_data(points(1, 20, 6));
    assert_eq!(trainer.checkpoint().optimizer.row_steps, [0; 6]);
    trainer.train_step().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_series_of_edits(
        hidden_layers in any_hidden_layers(20),
        kind in prop::sample::select(&OptimizerKind::ALL[..]),
        class_counts in prop::collection::vec(0_usize..=8, 1..8),
    ) {
        let network = architecture(&hidden_layers, Activation::LeakyRelu);
        let data = points(5, 20, 4);
        let mut trainer = Trainer::new(network, optimizer(kind, 0.01, 0.0), SEEDS, data);
        for (edit, n_classes) in class_counts.into_iter().enumerate() {
            let before = trainer.checkpoint();
            let data = match n_classes {
                0 => Dataset::empty(),
                _ => points(edit as u64, 3 * n_classes, n_classes),
            };
            trainer.set_data(data);
            check_resized(&before, &trainer.checkpoint(), n_classes.max(2));
            if n_classes > 0 {
                trainer.train_step().unwrap();
            }
        }
    }
}
