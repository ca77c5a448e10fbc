//! Problems to train on, and trainers in a chosen state.

use nnvisu_core::{
    Activation, Architecture, Checkpoint, Dataset, Dropout, Feature, HiddenLayers, Label,
    LayerSpec, LearningRate, Mlp, OptimizerKind, Point, Seeds, Trainer, TrainingConfig,
    WeightDecay,
};
use proptest::prelude::*;

pub(crate) const SEEDS: Seeds = Seeds {
    init: 1,
    batches: 2,
    dropout: 3,
};

pub(crate) fn hidden(text: &str) -> HiddenLayers {
    text.parse().unwrap()
}

pub(crate) fn architecture(hidden_layers: &HiddenLayers, activation: Activation) -> Architecture {
    Architecture::uniform(&hidden_layers.clone(), activation, Dropout::default())
}

/// Hidden layers of which each has an activation function of its own: the first of `activations`.
pub(crate) fn mixed_architecture(
    hidden_layers: &HiddenLayers,
    activations: &[Activation],
) -> Architecture {
    let layers = hidden_layers.sizes().iter().zip(activations);
    let layers = layers.map(|(&units, &activation)| LayerSpec {
        units,
        activation,
        dropout: Dropout::default(),
    });
    Architecture::new(Feature::ALL.to_vec(), layers.collect(), 2).unwrap()
}

pub(crate) fn optimizer(
    kind: OptimizerKind,
    learning_rate: f32,
    weight_decay: f32,
) -> TrainingConfig {
    TrainingConfig {
        optimizer: kind,
        learning_rate: LearningRate::new(learning_rate).unwrap(),
        weight_decay: WeightDecay::new(weight_decay).unwrap(),
        ..TrainingConfig::default()
    }
}

pub(crate) fn point(x: f32, y: f32, class: usize) -> Point {
    let label = Label::new(u8::try_from(class).unwrap()).unwrap();
    Point::new(x, y, label).unwrap()
}

/// `n` points all over the square, their classes taking turns. They depend on `seed` alone.
pub(crate) fn points(seed: u64, n: usize, n_classes: usize) -> Dataset {
    let mut random = Random::new(seed);
    (0..n)
        .map(|i| {
            point(
                random.in_unit_range(),
                random.in_unit_range(),
                i % n_classes,
            )
        })
        .collect()
}

/// A trainer with fresh weights and default settings.
pub(crate) fn trainer(
    hidden_layers: &HiddenLayers,
    activation: Activation,
    data: &Dataset,
) -> Trainer {
    let network = architecture(hidden_layers, activation);
    Trainer::new(network, TrainingConfig::default(), SEEDS, data.clone())
}

/// A trainer whose network has these parameters and whose optimizer is fresh.
pub(crate) fn trainer_with(
    network: &Architecture,
    training: TrainingConfig,
    data: &Dataset,
    parameters: Vec<f32>,
) -> Trainer {
    let architecture = network.clone().with_outputs(data.n_classes()).unwrap();
    let checkpoint = Checkpoint::at_start(architecture, parameters, training.optimizer, SEEDS);
    Trainer::restore(training, data.clone(), &checkpoint).unwrap()
}

pub(crate) fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// One layer of numbers laid out like the parameters of `mlp` (the parameters
/// themselves, or an optimizer's moments).
pub(crate) struct Layer {
    n_out: usize,
    values: Vec<f32>,
}

impl Layer {
    /// The numbers that belong to unit `unit`: its weights, then its bias.
    pub(crate) fn unit(&self, unit: usize) -> Vec<u32> {
        let of_unit: Vec<f32> = self.values[unit..]
            .iter()
            .copied()
            .step_by(self.n_out)
            .collect();
        bits(&of_unit)
    }
}

/// Cuts a flat slice into the layers of `layer_sizes`.
pub(crate) fn layers(layer_sizes: &[usize], flat: &[f32]) -> Vec<Layer> {
    let mut rest = flat;
    let cut = layer_sizes.windows(2).map(|sizes| {
        let (layer, after) = rest.split_at((sizes[0] + 1) * sizes[1]);
        rest = after;
        Layer {
            n_out: sizes[1],
            values: layer.to_vec(),
        }
    });
    let layers = cut.collect();
    assert!(rest.is_empty(), "{} numbers too many", rest.len());
    layers
}

/// [`layers`] of the parameters.
pub(crate) fn parameter_layers(mlp: &Mlp) -> Vec<Layer> {
    layers(mlp.layer_sizes(), mlp.parameters())
}

/// Numbers for test data that need no more than to be widely spread.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// A multiple of 2⁻²² in [-1, 1).
    pub(crate) fn in_unit_range(&mut self) -> f32 {
        // Knuth's MMIX generator; its high bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 41) as f32 / (1_u64 << 22) as f32 - 1.0
    }
}

/// A random network with random data and settings, to be trained in full batches.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) network: Architecture,
    pub(crate) training: TrainingConfig,
    pub(crate) data: Dataset,
    pub(crate) seed: u64,
    /// Factor of the initial weights. Beyond 1.8 deep networks are chaotic: each
    /// layer amplifies the rounding errors of the one before.
    pub(crate) gain: f32,
}

impl Problem {
    pub(crate) fn trainer(&self) -> Trainer {
        let seeds = Seeds::from_master(self.seed);
        let fresh = Trainer::new(
            self.network.clone(),
            self.training,
            seeds,
            self.data.clone(),
        );
        let parameters = fresh.mlp().parameters().iter();
        let scaled = parameters.map(|parameter| self.gain * parameter).collect();
        trainer_with(&self.network, self.training, &self.data, scaled)
    }
}

/// At most three layers.
pub(crate) fn few_hidden_layers(max_units: usize) -> impl Strategy<Value = HiddenLayers> {
    prop::collection::vec(1..=max_units, 0..=3).prop_map(|sizes| HiddenLayers::new(sizes).unwrap())
}

/// Layers of any depth, small ones more often.
pub(crate) fn any_hidden_layers(max_units: usize) -> impl Strategy<Value = HiddenLayers> {
    prop_oneof![
        1 => Just(Vec::new()),
        4 => prop::collection::vec(1..=max_units, 1..=3),
        2 => prop::collection::vec(1..=max_units.min(12), 4..=10),
    ]
    .prop_map(|sizes| HiddenLayers::new(sizes).unwrap())
}

/// Up to `max_points` points of up to eight classes, some of them on top of each other.
pub(crate) fn any_data(max_points: usize) -> impl Strategy<Value = Dataset> {
    let coordinate = || prop_oneof![8 => -1.0_f32..=1.0, 1 => Just(0.0), 1 => Just(1.0)];
    let any_point = (coordinate(), coordinate(), 0_usize..8);
    let distinct = prop::collection::vec(any_point, 1..=max_points);
    (distinct, 2_usize..=8, any::<bool>()).prop_map(|(distinct, n_classes, doubled)| {
        let copies = if doubled { 2 } else { 1 };
        let original = distinct
            .iter()
            .map(|&(x, y, class)| point(x, y, class % n_classes));
        original
            .flat_map(|point| std::iter::repeat_n(point, copies))
            .collect()
    })
}

pub(crate) fn any_problem() -> impl Strategy<Value = Problem> {
    any_problem_with(any_hidden_layers(40))
}

pub(crate) fn any_problem_with(
    hidden_layers: impl Strategy<Value = HiddenLayers>,
) -> impl Strategy<Value = Problem> {
    let activation = prop::sample::select(&Activation::ALL[..]);
    let network = (hidden_layers, prop::collection::vec(activation, 10));
    let training = (
        prop::sample::select(&OptimizerKind::ALL[..]),
        // Not so fast that whole layers saturate, where f32 keeps few digits of 1 − tanh².
        prop_oneof![Just(0.01_f32), 1e-4_f32..0.02],
        prop_oneof![Just(0.0_f32), 1e-4_f32..0.2],
    );
    (network, training, any_data(40), any::<u64>(), 0.5_f32..1.8).prop_map(
        |((hidden_layers, activations), (kind, rate, decay), data, seed, gain)| Problem {
            network: mixed_architecture(&hidden_layers, &activations),
            training: optimizer(kind, rate, decay),
            data,
            seed,
            gain,
        },
    )
}
