//! Points come and go while a network trains: the output layer follows the
//! classes, and everything else stays as it was, bit for bit.

use nnvisu_core::{Activation, Checkpoint, Dataset, OptimizerKind, Trainer};
use proptest::prelude::*;

use crate::support::{
    SEEDS, any_hidden_layers, architecture, hidden, layers, optimizer, parameter_layers, point,
    points,
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

/// That the network of `after` is that of `before` with `n_classes` outputs.
fn check_resized(before: &Checkpoint, after: &Checkpoint, n_classes: usize) {
    assert_eq!(after.architecture.outputs(), n_classes);
    assert_eq!(after.step, before.step);
    assert_eq!(after.architecture.layers(), before.architecture.layers());
    assert_eq!(after.optimizer.kind, before.optimizer.kind);
    assert_eq!(after.optimizer.steps, before.optimizer.steps);

    let sizes_before = before.architecture.layer_sizes();
    let sizes_after = after.architecture.layer_sizes();
    let check = |what: &str, before: &[f32], after: &[f32], is_new: &dyn Fn(Vec<u32>) -> bool| {
        let (before, after) = (layers(&sizes_before, before), layers(&sizes_after, after));
        let last = before.len() - 1;
        for (index, (before, after)) in before.iter().zip(&after).enumerate() {
            for unit in 0..after.n_units() {
                if index < last || unit < before.n_units() {
                    assert_eq!(before.unit(unit), after.unit(unit), "{what} {index}.{unit}");
                } else {
                    assert!(is_new(after.unit(unit)), "{what} {index}.{unit}");
                }
            }
        }
    };
    let fan_in = sizes_after[sizes_after.len() - 2];
    let bound = 1.0 / (fan_in as f32).sqrt();
    check(
        "parameters",
        &before.parameters,
        &after.parameters,
        &|unit| {
            let values: Vec<f32> = unit.into_iter().map(f32::from_bits).collect();
            let distinct = values.windows(2).any(|pair| pair[0] != pair[1]);
            distinct && values.iter().all(|value| value.abs() <= bound)
        },
    );
    let is_zero = |unit: Vec<u32>| unit.iter().all(|&bits| bits == 0);
    let (state_before, state_after) = (&before.optimizer, &after.optimizer);
    if before.optimizer.kind == OptimizerKind::Adam {
        let moments = [&state_before.first_moment, &state_after.first_moment];
        check("first moment", moments[0], moments[1], &is_zero);
    } else {
        assert!(state_after.first_moment.is_empty());
    }
    if before.optimizer.kind == OptimizerKind::Sgd {
        assert!(state_after.second_moment.is_empty());
    } else {
        let moments = [&state_before.second_moment, &state_after.second_moment];
        check("second moment", moments[0], moments[1], &is_zero);
    }
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
            assert_eq!(trainer.checkpoint(), before);
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
