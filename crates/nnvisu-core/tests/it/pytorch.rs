//! Free runs of 50 steps against PyTorch: every optimizer with and without L2,
//! every activation, from no hidden layer to ten; and runs in which a class comes later.
//!
//! `../fixtures/make_fixtures.py` says how the numbers were made.

use nnvisu_core::{AbsentRow, Activation, Checkpoint, Dataset, OptimizerKind, Trainer};
use serde::Deserialize;

use crate::support::{SEEDS, architecture, optimizer, point, trainer_with};

/// Allowed difference of a parameter after the first step.
///
/// PyTorch's numbers are float64, so the whole difference is ours: a few `f32`
/// operations of 6e-8 each on parameters below 1. Measured: 4e-8.
const AFTER_FIRST: f64 = 5e-7;

/// The same after fifty steps, each of which starts from weights that those
/// before left a little off. The fixtures magnify a change at the start up to
/// ten times. Measured: 2e-6.
const AFTER_LAST: f64 = 1e-5;

/// Allowed difference of any of the losses, which are about 1. Measured: 5e-7.
const LOSS: f64 = 3e-6;

#[derive(Deserialize)]
struct Fixtures {
    torch_version: String,
    n_steps: usize,
    points: Vec<PointFixture>,
    cases: Vec<Case>,
    late_rows: Vec<LateRow>,
}

/// A run on the points of two classes and then on those of three.
#[derive(Deserialize)]
struct LateRow {
    optimizer: String,
    learning_rate: f32,
    initial: Vec<f32>,
    /// What the output unit of the third class begins with.
    row: Vec<f32>,
    after_last: Vec<f64>,
    losses: Vec<f64>,
}

#[derive(Deserialize)]
struct PointFixture {
    x: f32,
    y: f32,
    label: usize,
}

#[derive(Deserialize)]
struct Case {
    hidden_layers: Vec<usize>,
    activation: String,
    optimizer: String,
    learning_rate: f32,
    weight_decay: f32,
    initial: Vec<f32>,
    after_first: Vec<f64>,
    after_last: Vec<f64>,
    losses: Vec<f64>,
}

impl Case {
    fn trainer(&self, data: &Dataset) -> Trainer {
        let hidden_layers = nnvisu_core::HiddenLayers::new(self.hidden_layers.clone()).unwrap();
        let network = architecture(&hidden_layers, self.activation.parse().unwrap());
        let kind = self.optimizer.parse().unwrap();
        let training = optimizer(kind, self.learning_rate, self.weight_decay);
        trainer_with(&network, training, data, self.initial.clone())
    }

    fn name(&self) -> String {
        format!(
            "{} {} with L2 {}, hidden layers {:?}",
            self.activation, self.optimizer, self.weight_decay, self.hidden_layers
        )
    }
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("../fixtures/pytorch.json")).unwrap()
}

fn largest_difference(actual: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(actual.len(), expected.len());
    let pairs = actual.iter().zip(expected);
    pairs
        .map(|(&a, e)| (f64::from(a) - e).abs())
        .fold(0.0, f64::max)
}

#[test]
fn runs_are_those_of_pytorch() {
    let fixtures = fixtures();
    let points = fixtures.points.iter();
    let data: Dataset = points.map(|p| point(p.x, p.y, p.label)).collect();
    for case in &fixtures.cases {
        let mut trainer = case.trainer(&data);
        let mut losses = vec![trainer.train_step().unwrap()];
        let first = largest_difference(trainer.mlp().parameters(), &case.after_first);
        while losses.len() < fixtures.n_steps {
            losses.push(trainer.train_step().unwrap());
        }
        let last = largest_difference(trainer.mlp().parameters(), &case.after_last);
        let loss = largest_difference(&losses, &case.losses);
        let name = case.name();
        assert!(first <= AFTER_FIRST, "{name}: {first:e} after one step");
        assert!(last <= AFTER_LAST, "{name}: {last:e} after the last step");
        assert!(loss <= LOSS, "{name}: {loss:e} between the losses");
    }
}

/// A new output unit is a new parameter to PyTorch's optimizers, which count the steps of each.
#[test]
fn rows_of_classes_that_come_later_train_like_new_parameters() {
    let fixtures = fixtures();
    let points = fixtures.points.iter();
    let all: Dataset = points.map(|p| point(p.x, p.y, p.label)).collect();
    let of_two_classes = |point: &&nnvisu_core::Point| point.label().index() < 2;
    let early: Dataset = all
        .points()
        .iter()
        .filter(of_two_classes)
        .copied()
        .collect();
    let network = architecture(&"3-2".parse().unwrap(), Activation::Tanh);
    for run in &fixtures.late_rows {
        let kind: OptimizerKind = run.optimizer.parse().unwrap();
        let training = optimizer(kind, run.learning_rate, 0.0);
        let initial = run.initial.clone();
        let mut checkpoint = Checkpoint::at_start(network.clone(), initial, kind, SEEDS);
        // A row that is set aside is where the fixture can say what a new one begins with.
        checkpoint.absent_rows.push(AbsentRow {
            class: 2,
            parameters: run.row.clone(),
            slots: vec![vec![0.0; run.row.len()]; kind.n_slots()],
            steps: 0,
        });
        let mut trainer = Trainer::restore(training, early.clone(), &checkpoint).unwrap();
        let mut losses = Vec::new();
        for data in [&early, &all] {
            trainer.set_data(data.clone());
            losses.extend((0..fixtures.n_steps).map(|_| trainer.train_step().unwrap()));
        }
        let last = largest_difference(trainer.mlp().parameters(), &run.after_last);
        let loss = largest_difference(&losses, &run.losses);
        assert!(last <= AFTER_LAST, "{kind}: {last:e} after the last step");
        assert!(loss <= LOSS, "{kind}: {loss:e} between the losses");
    }
}

/// The numbers above are worth something only if they cover what they should.
#[test]
fn fixtures_cover_every_combination() {
    let fixtures = fixtures();
    assert!(fixtures.torch_version.starts_with("2."));
    let has = |layers: usize, activation: &str, optimizer: &str, decays: bool| {
        fixtures.cases.iter().any(|case| {
            case.hidden_layers.len() == layers
                && case.activation == activation
                && case.optimizer == optimizer
                && (case.weight_decay > 0.0) == decays
                && largest_difference(&case.initial, &case.after_last) > 0.1
        })
    };
    for decays in [false, true] {
        for optimizer in ["sgd", "adam", "rmsprop"] {
            for activation in ["tanh", "relu", "leaky_relu", "gelu"] {
                assert!(
                    has(2, activation, optimizer, decays),
                    "{activation} {optimizer}"
                );
            }
            assert!(has(0, "tanh", optimizer, decays), "{optimizer}");
        }
    }
    assert!(has(10, "tanh", "adam", true) && has(10, "gelu", "sgd", true));
    let late_rows = fixtures.late_rows.iter().map(|run| run.optimizer.as_str());
    assert!(late_rows.eq(["sgd", "adam"]));
}
