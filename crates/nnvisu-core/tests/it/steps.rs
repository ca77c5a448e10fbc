//! Single optimizer steps and runs of them against the reference.
//!
//! Every step is compared by itself: the reference takes over the engine's state
//! before the step (weights, moments, step count) and both make it. Rounding
//! then cannot pile up, so the tolerances stay tight however long the run is;
//! free runs are compared in `pytorch`.

use nnvisu_core::{Activation, BatchSize, Dataset, OptimizerKind, Trainer};
use proptest::prelude::*;

use crate::reference::{Network, Optimizer, moments};
use crate::support::{
    Problem, SEEDS, any_problem, any_problem_with, architecture, few_hidden_layers, hidden,
    optimizer, point, points, trainer_with,
};

/// Error of the engine's gradient relative to the largest sum of magnitudes in
/// it. `f32` has 6e-8; the engine's activation functions promise 1e-6, which ten
/// layers with weights above one amplify (measured: seldom above 2e-6, at worst
/// 1.2e-5).
const GRADIENT_ERROR: f64 = 4e-5;

/// And at the logits in absolute terms, because the gradient there is a
/// probability less one, which cancels when the network is sure of the right
/// class. On its way it is multiplied by activations and weights.
const SOFTMAX_ERROR: f64 = 2e-7;

/// Error of the engine's loss, relative to 1 + loss, for the same reason.
const LOSS_ERROR: f64 = 2e-6;

/// What each point may add to both: without vector registers all points are
/// added up one after the other in `f32`, and equal ones round the same way.
const ERROR_PER_POINT: f64 = 1e-8;

/// Error of the update itself, a few operations of 6e-8 each, relative to what
/// goes in and comes out.
const ROUNDING: f64 = 5e-7;

/// Which parts of the allowed errors, of the gradient and of the mean of
/// gradients, the reference is tried with.
const OFFSETS: [[f64; 2]; 8] = [
    [-1.0, -1.0],
    [-1.0, 1.0],
    [1.0, -1.0],
    [1.0, 1.0],
    [-0.5, 0.0],
    [0.5, 0.0],
    [-0.1, 0.0],
    [0.1, 0.0],
];

/// Parameters and optimizer after a step.
type Outcome = (Vec<f64>, Optimizer);

/// Makes one step with both and compares everything the step changes.
fn check_step(trainer: &mut Trainer) -> Result<(), TestCaseError> {
    let before = trainer.checkpoint();
    let network = Network::of(trainer.mlp());
    let config = *trainer.training_config();
    let gradient = network.gradient(trainer.data());
    let largest_parameter = network
        .parameters
        .iter()
        .fold(0.0, |m: f64, p| m.max(p.abs()));
    let summation_error = ERROR_PER_POINT * trainer.data().len() as f64;
    let gradient_error = (GRADIENT_ERROR + summation_error) * gradient.scale
        + SOFTMAX_ERROR * gradient.largest_input.max(1.0) * largest_parameter.max(1.0);
    let reference = |[of_gradient, of_mean]: [f64; 2]| {
        let (rate, decay) = (config.learning_rate.get(), config.weight_decay.get());
        let mut optimizer = Optimizer::from_state(&before.optimizer, &network.sizes, rate, decay);
        let mut parameters = network.parameters.clone();
        let shift = of_gradient * gradient_error;
        let shifted: Vec<f64> = gradient.values.iter().map(|g| g + shift).collect();
        // The mean of gradients may cancel what goes into it.
        for mean in &mut optimizer.first_moment {
            *mean *= 1.0 + of_mean * ROUNDING;
        }
        optimizer.step(&mut parameters, &shifted);
        (parameters, optimizer)
    };
    // Adam and RMSProp divide by the gradient's own size, so what an error in
    // the gradient does to the update depends on the gradient: try it.
    let (expected, optimizer) = reference([0.0; 2]);
    let off: Vec<_> = OFFSETS.map(reference).into();
    let spread = |exact: f64, of: &dyn Fn(&Outcome) -> f64| {
        off.iter()
            .map(|state| (of(state) - exact).abs())
            .fold(0.0, f64::max)
    };

    let loss = f64::from(trainer.train_step().unwrap());
    let after = trainer.checkpoint();
    prop_assert!(
        (loss - gradient.loss).abs() <= (LOSS_ERROR + summation_error) * (1.0 + gradient.loss),
        "loss {loss}, expected {}",
        gradient.loss
    );
    prop_assert_eq!(after.step, before.step + 1);
    prop_assert_eq!(after.optimizer.steps, before.optimizer.steps + 1);
    prop_assert_eq!(after.optimizer.kind, config.optimizer);

    let close = |what: &str, index: usize, actual: f32, expected: f64, tolerance: f64| {
        let difference = (f64::from(actual) - expected).abs();
        prop_assert!(
            difference <= tolerance + 1e-30,
            "{what} {index} of {:?}: {actual:e}, expected {expected:e}, tolerance {tolerance:e}",
            network.sizes
        );
        Ok(())
    };
    for (index, &actual) in after.parameters.iter().enumerate() {
        let (old, new) = (network.parameters[index], expected[index]);
        let rounding = ROUNDING * (old.abs() + (new - old).abs());
        let spread = spread(new, &|state| state.0[index]);
        close("parameter", index, actual, new, spread + rounding)?;
    }
    let (first_before, _) = moments(&before.optimizer);
    let (first, second) = moments(&after.optimizer);
    for (index, &actual) in first.iter().enumerate() {
        let (old, new) = (first_before[index], optimizer.first_moment[index]);
        let rounding = ROUNDING * (f64::from(old).abs() + new.abs());
        let spread = spread(new, &|state| state.1.first_moment[index]);
        close("first moment", index, actual, new, spread + rounding)?;
    }
    for (index, &actual) in second.iter().enumerate() {
        let new = optimizer.second_moment[index];
        let spread = spread(new, &|state| state.1.second_moment[index]);
        close("second moment", index, actual, new, spread + ROUNDING * new)?;
    }
    Ok(())
}

/// Whether `f32` could end up on the other side of a kink than `f64`.
fn too_close_to_kink(trainer: &Trainer) -> bool {
    let network = Network::of(trainer.mlp());
    let kinked = network
        .activations
        .iter()
        .any(|a| matches!(a, Activation::Relu | Activation::LeakyRelu));
    kinked && network.distance_to_kink(trainer.data()) < 2e-6
}

fn check_run(problem: &Problem, n_steps: usize) -> Result<(), TestCaseError> {
    let mut trainer = problem.trainer();
    for _ in 0..n_steps {
        if too_close_to_kink(&trainer) {
            trainer.train_step().unwrap();
        } else {
            check_step(&mut trainer)?;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_step_is_the_reference_step(problem in any_problem()) {
        let mut trainer = problem.trainer();
        prop_assume!(!too_close_to_kink(&trainer));
        check_step(&mut trainer)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Of shallow networks: as deep ones learn, they may become chaotic, and no
    /// fixed tolerance fits.
    #[test]
    fn any_run_is_made_of_reference_steps(problem in any_problem_with(few_hidden_layers(40))) {
        check_run(&problem, 40)?;
    }
}

fn check_cases(hidden_layers: &str, data: &Dataset, n_steps: usize) {
    for activation in Activation::ALL {
        for kind in OptimizerKind::ALL {
            let problem = Problem {
                network: architecture(&hidden(hidden_layers), activation),
                training: optimizer(kind, 0.02, 0.01),
                data: data.clone(),
                seed: 5,
                gain: 1.5,
            };
            check_run(&problem, n_steps)
                .unwrap_or_else(|error| panic!("{activation} {kind} {hidden_layers}: {error}"));
        }
    }
}

#[test]
fn numbers_of_points_around_whole_registers() {
    for n_points in [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65] {
        check_cases("10-5", &points(3, n_points, 3), 3);
    }
}

#[test]
fn numbers_of_units_around_whole_tiles() {
    for n_units in 1..=14 {
        let layers = format!("{n_units}-{}", 15 - n_units);
        check_cases(&layers, &points(4, 19, 2 + n_units % 7), 2);
    }
}

#[test]
fn deepest_network() {
    check_cases("4-4-4-4-4-4-4-4-4-4", &points(2, 20, 3), 20);
}

#[test]
fn largest_network() {
    let layers = ["100"; 10].join("-");
    for kind in OptimizerKind::ALL {
        let problem = Problem {
            network: architecture(&hidden(&layers), Activation::Tanh),
            training: optimizer(kind, 0.001, 0.0),
            data: points(6, 30, 8),
            seed: 6,
            gain: 1.5,
        };
        check_run(&problem, 3).unwrap();
    }
}

#[test]
fn more_points_than_fit_one_block() {
    for n_points in [1_023, 1_024, 1_025, 2_048, 3_000] {
        check_cases("6-4", &points(7, n_points, 5), 2);
    }
}

#[test]
fn linear_model() {
    check_cases("0", &points(8, 21, 4), 10);
}

#[test]
fn one_point_and_one_class() {
    for class in [0, 1, 7] {
        let data: Dataset = std::iter::once(point(0.25, -0.75, class)).collect();
        check_cases("5", &data, 5);
    }
}

#[test]
fn contradicting_points_on_one_spot() {
    let data: Dataset = (0..6).map(|class| point(0.5, 0.5, class % 3)).collect();
    check_cases("4-3", &data, 5);
}

/// A linear model whose logits are ±`size` at x = ±1 and about half of it at ±0.5.
fn saturated(size: f32, kind: OptimizerKind) -> Trainer {
    let network = architecture(&hidden("0"), Activation::Tanh);
    let data: Dataset = [(1.0, 0), (1.0, 1), (-1.0, 0), (-1.0, 1), (0.5, 1), (0.0, 0)]
        .into_iter()
        .map(|(x, class)| point(x, 0.1, class))
        .collect();
    let parameters = vec![size, -size, 0.3, 0.2, 0.1, -0.1];
    trainer_with(&network, optimizer(kind, 0.01, 0.0), &data, parameters)
}

#[test]
fn saturated_logits() {
    for kind in OptimizerKind::ALL {
        for size in [1.0, 30.0, 80.0, 100.0, 1e3, 1e4, -1e4, 1e6] {
            let mut trainer = saturated(size, kind);
            for _ in 0..3 {
                check_step(&mut trainer).unwrap_or_else(|error| panic!("{kind} {size}: {error}"));
            }
        }
    }
}

/// Two large logits close to each other: the loss is the small difference.
#[test]
fn large_logits_keep_the_precision_of_the_loss() {
    let network = architecture(&hidden("0"), Activation::Tanh);
    let data: Dataset = [0, 1]
        .map(|class| point(1.0, 0.0, class))
        .into_iter()
        .collect();
    let parameters = vec![0.0, 0.0, 0.0, 0.0, 1e4, 1e4 - 0.125];
    let training = optimizer(OptimizerKind::Sgd, 0.01, 0.0);
    let mut trainer = trainer_with(&network, training, &data, parameters);
    check_step(&mut trainer).unwrap();
}

/// Saturated hidden units: tanh at ±1, GELU at z and 0.
#[test]
fn saturated_hidden_units() {
    for activation in Activation::ALL {
        for size in [5.0, 20.0, 1e3, 1e6] {
            let network = architecture(&hidden("2"), activation);
            let data: Dataset = [(1.0, 0), (-1.0, 1), (0.5, 1)]
                .into_iter()
                .map(|(x, class)| point(x, 0.2, class))
                .collect();
            let into_hidden = [size, -size, 0.0, 0.0, 0.0, 0.0];
            let into_output = [1.0 / size, -1.0 / size, -1.0 / size, 1.0 / size, 0.1, 0.0];
            let parameters = [into_hidden, into_output].concat();
            let training = optimizer(OptimizerKind::Sgd, 0.01, 0.0);
            let mut trainer = trainer_with(&network, training, &data, parameters);
            check_step(&mut trainer).unwrap_or_else(|error| panic!("{activation} {size}: {error}"));
        }
    }
}

/// All points on one spot: whichever points a mini-batch takes, and however many
/// blocks they fill, its gradient is that of all.
#[test]
fn mini_batches_are_averaged_over_the_batch() {
    for batch_size in [1, 5, 16, 1_024, 1_500, 1_999] {
        let data: Dataset = (0..2_000).map(|_| point(-0.5, 0.25, 1)).collect();
        let network = architecture(&hidden("7-3"), Activation::Gelu);
        for kind in OptimizerKind::ALL {
            let problem = Problem {
                network: network.clone(),
                training: nnvisu_core::TrainingConfig {
                    batch_size: BatchSize::new(batch_size).unwrap(),
                    ..optimizer(kind, 0.01, 0.1)
                },
                data: data.clone(),
                seed: 9,
                gain: 1.0,
            };
            check_run(&problem, 3).unwrap_or_else(|error| panic!("{batch_size} {kind}: {error}"));
        }
    }
}

#[test]
fn settings_apply_to_the_next_step_and_keep_weights_and_moments() {
    let problem = Problem {
        network: architecture(&hidden("6"), Activation::Tanh),
        training: optimizer(OptimizerKind::Adam, 0.01, 0.0),
        data: points(10, 20, 3),
        seed: 10,
        gain: 1.0,
    };
    let mut trainer = problem.trainer();
    check_step(&mut trainer).unwrap();
    for (rate, decay) in [(0.1, 0.0), (0.1, 0.5), (0.001, 0.01)] {
        let before = trainer.checkpoint();
        trainer.set_training_config(optimizer(OptimizerKind::Adam, rate, decay));
        assert_eq!(trainer.checkpoint(), before);
        check_step(&mut trainer).unwrap();
    }
    // Another kind starts afresh, but from the weights there are.
    let before = trainer.checkpoint();
    trainer.set_training_config(optimizer(OptimizerKind::RmsProp, 0.01, 0.0));
    let after = trainer.checkpoint();
    assert_eq!(after.parameters, before.parameters);
    assert_eq!(after.step, before.step);
    let n = after.parameters.len();
    let outputs = after.architecture.outputs();
    let fresh = nnvisu_core::OptimizerState::fresh(OptimizerKind::RmsProp, n, outputs);
    assert_eq!(after.optimizer, fresh);
    check_step(&mut trainer).unwrap();
}

/// The rows of a class that comes later count their own steps, as new parameters do in PyTorch: the
/// reference corrects each by its own number.
#[test]
fn rows_of_later_classes_count_their_own_steps() {
    for kind in OptimizerKind::ALL {
        let problem = Problem {
            network: architecture(&hidden("6"), Activation::Tanh),
            training: optimizer(kind, 0.01, 0.001),
            data: points(11, 30, 2),
            seed: 12,
            gain: 1.0,
        };
        let mut trainer = problem.trainer();
        for (n_classes, n_steps) in [(2, 25), (5, 1), (4, 3), (8, 30)] {
            trainer.set_data(points(11, 40, n_classes));
            for _ in 0..n_steps {
                check_step(&mut trainer).unwrap();
            }
        }
        let state = trainer.checkpoint().optimizer;
        assert_eq!(state.steps, 59);
        assert_eq!(state.row_steps, [59, 59, 34, 34, 31, 30, 30, 30], "{kind}");
    }
}

/// Without bias correction of its own, Adam moves a new row by several times the learning rate.
#[test]
fn the_first_step_of_a_new_row_is_as_long_as_the_learning_rate() {
    let network = architecture(&hidden("6"), Activation::Tanh);
    let training = optimizer(OptimizerKind::Adam, 0.01, 0.0);
    let mut trainer = Trainer::new(network, training, SEEDS, points(1, 30, 2));
    for _ in 0..100 {
        trainer.train_step().unwrap();
    }
    trainer.set_data(points(1, 30, 3));
    let before = trainer.mlp().weights(1).row(2).into_owned();
    trainer.train_step().unwrap();
    let change = trainer.mlp().weights(1).row(2) - before;
    for step in change.iter() {
        assert!((step.abs() - 0.01).abs() < 1e-4, "{step}");
    }
}

/// What a step is said to have done, against the states before and after it.
#[test]
fn a_step_report_is_what_the_step_did() {
    for kind in OptimizerKind::ALL {
        let network = architecture(&hidden("5-4"), Activation::Gelu);
        let training = optimizer(kind, 0.01, 0.0);
        let mut trainer = Trainer::new(network, training, SEEDS, points(1, 30, 3));
        assert_eq!(trainer.step_report(), None);
        for _ in 0..3 {
            let before = Network::of(trainer.mlp());
            let gradient = before.gradient(trainer.data());
            let loss = trainer.train_step().unwrap();
            let report = trainer.step_report().unwrap();
            assert_eq!(report.batch_loss, loss);
            let after = Network::of(trainer.mlp());
            let norm = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>().sqrt();
            let close = |actual: f32, expected: f64| {
                assert!(
                    (f64::from(actual) - expected).abs() < 1e-4 * expected,
                    "{actual} {expected}"
                );
            };
            let mut start = 0;
            for (layer, report) in report.layers().iter().enumerate() {
                let n = (before.sizes[layer] + 1) * before.sizes[layer + 1];
                let of_layer = start..start + n;
                let old = &before.parameters[of_layer.clone()];
                let new = &after.parameters[of_layer.clone()];
                let change: Vec<f64> = new.iter().zip(old).map(|(a, b)| a - b).collect();
                close(report.gradient_norm, norm(&gradient.values[of_layer]));
                close(report.update_ratio, norm(&change) / norm(old));
                start += n;
            }
            close(report.gradient_norm(), norm(&gradient.values));
        }
        trainer.set_data(points(2, 30, 3));
        assert_eq!(trainer.step_report(), None);
    }
}
