//! Between the protocol's types and those of the engine.
//!
//! Both check the same ranges, so a value of the protocol always is one of the engine. A test
//! below holds the two to that.

use nnvisu_core as core;
use nnvisu_protocol as wire;

const SAME_RANGE: &str = "the protocol and the engine allow the same range";
const SAME_NAMES: &str = "the protocol and the engine have the same names";

/// The network that the settings ask for; its outputs follow the data.
pub(super) fn architecture(config: &wire::Config) -> core::Architecture {
    architecture_of(&hidden_layers(&config.architecture), config)
}

/// The same with other hidden layers.
pub(super) fn architecture_of(
    hidden_layers: &core::HiddenLayers,
    config: &wire::Config,
) -> core::Architecture {
    core::Architecture::uniform(
        hidden_layers,
        activation(config.activation),
        core::Dropout::new(config.dropout.get()).expect(SAME_RANGE),
    )
}

/// The settings that act on a network in training.
pub(super) fn training_config(config: &wire::Config) -> core::TrainingConfig {
    core::TrainingConfig {
        optimizer: optimizer_kind(config.optimizer),
        learning_rate: core::LearningRate::new(config.learning_rate.get()).expect(SAME_RANGE),
        weight_decay: core::WeightDecay::new(config.regularization.get()).expect(SAME_RANGE),
        batch_size: core::BatchSize::new(config.batch_size.get()).expect(SAME_RANGE),
    }
}

pub(super) fn hidden_layers(layers: &wire::HiddenLayers) -> core::HiddenLayers {
    core::HiddenLayers::new(layers.sizes().to_vec()).expect(SAME_RANGE)
}

/// Pairs the values of two enums by their names, both ways.
macro_rules! same_names {
    ($to_core:ident, $to_wire:ident, $wire:ty, $core:ty) => {
        pub(super) fn $to_core(value: $wire) -> $core {
            value.as_str().parse().expect(SAME_NAMES)
        }

        pub(super) fn $to_wire(value: $core) -> $wire {
            <$wire>::from_name(value.name()).expect(SAME_NAMES)
        }
    };
}

same_names!(
    activation,
    wire_activation,
    wire::Activation,
    core::Activation
);
same_names!(
    optimizer_kind,
    wire_optimizer,
    wire::Optimizer,
    core::OptimizerKind
);

pub(super) fn distribution(value: wire::Distribution) -> core::Distribution {
    value.as_str().parse().expect(SAME_NAMES)
}

pub(super) fn class_count(count: wire::ClassCount) -> core::ClassCount {
    core::ClassCount::new(count.get().into()).expect(SAME_RANGE)
}

pub(super) fn seeds(seeds: wire::Seeds) -> core::Seeds {
    core::Seeds {
        init: seeds.init.get(),
        batches: seeds.batches.get(),
        dropout: seeds.dropout.get(),
    }
}

pub(super) fn wire_seeds(seeds: &core::Seeds) -> wire::Seeds {
    let seed =
        |value| wire::Seed::new(value).expect("seeds come from clients or are drawn in range");
    wire::Seeds {
        init: seed(seeds.init),
        batches: seed(seeds.batches),
        dropout: seed(seeds.dropout),
    }
}

pub(super) fn dataset(points: &[wire::Point]) -> core::Dataset {
    points
        .iter()
        .map(|point| {
            let label = core::Label::new(point.label().get()).expect(SAME_RANGE);
            core::Point::new(point.x(), point.y(), label).expect(SAME_RANGE)
        })
        .collect()
}

pub(super) fn wire_points(data: &core::Dataset) -> Vec<wire::Point> {
    data.points()
        .iter()
        .map(|point| {
            let label = wire::Label::new(point.label().get()).expect(SAME_RANGE);
            wire::Point::new(point.x(), point.y(), label).expect(SAME_RANGE)
        })
        .collect()
}

/// Metrics as they may be sent: a loss beyond all numbers is the largest of them.
pub(super) fn wire_metrics(metrics: core::Metrics) -> wire::Metrics {
    wire::Metrics::new(metrics.loss.min(f32::MAX), metrics.accuracy)
        .expect("a loss is never NaN or below 0, and an accuracy is a share")
}

/// The weights in the rows and columns of version 1.
pub(super) fn wire_weights(mlp: &core::Mlp) -> wire::Weights {
    let layers = (0..mlp.n_layers())
        .map(|layer_idx| {
            let weights = mlp.weights(layer_idx);
            // The engine stores column by column, the wire has row by row.
            let rows = weights.transpose().as_slice().to_vec();
            let biases = mlp.biases(layer_idx).as_slice().to_vec();
            wire::Layer::new(weights.ncols(), rows, biases)
                .expect("the engine's weights are finite")
        })
        .collect();
    wire::Weights::new(layers).expect(SAME_RANGE)
}

/// The weights of version 1 as the engine's flat list: layer after layer, weights column by
/// column, then biases.
pub(super) fn parameters(model: &wire::Weights) -> Vec<f32> {
    let mut parameters = Vec::new();
    for layer in model.layers() {
        for input in 0..layer.n_in() {
            parameters.extend(layer.weights().iter().skip(input).step_by(layer.n_in()));
        }
        parameters.extend(layer.biases());
    }
    parameters
}

/// The network of a checkpoint.
fn core_architecture(architecture: &wire::Architecture) -> core::Architecture {
    let features = architecture.features.iter().map(|feature| {
        let name = feature.as_str();
        name.parse().expect(SAME_NAMES)
    });
    let layers = architecture.layers.iter().map(|layer| core::LayerSpec {
        units: layer.units.get().into(),
        activation: activation(layer.activation),
        dropout: core::Dropout::new(layer.dropout.get()).expect(SAME_RANGE),
    });
    core::Architecture::new(
        features.collect(),
        layers.collect(),
        architecture.outputs.get().into(),
    )
    .expect(SAME_RANGE)
}

/// A network as it is trained.
pub(super) fn wire_architecture(architecture: &core::Architecture) -> wire::Architecture {
    let features = architecture.features().iter().map(|feature| {
        let name = feature.name();
        wire::Feature::from_name(name).expect(SAME_NAMES)
    });
    let layers = architecture.layers().iter().map(|layer| wire::LayerSpec {
        units: wire::LayerUnits::try_from(layer.units as f64).expect(SAME_RANGE),
        activation: wire_activation(layer.activation),
        dropout: wire::Dropout::new(layer.dropout.get()).expect(SAME_RANGE),
    });
    wire::Architecture {
        features: features.collect(),
        layers: layers.collect(),
        outputs: wire::ClassCount::new(architecture.outputs() as u8).expect(SAME_RANGE),
    }
}

/// The engine's checkpoint.
pub(super) fn checkpoint(checkpoint: wire::Checkpoint) -> core::Checkpoint {
    let lists =
        |lists: Vec<wire::Floats>| lists.into_iter().map(wire::Floats::into_values).collect();
    core::Checkpoint {
        architecture: core_architecture(&checkpoint.architecture),
        parameters: checkpoint.parameters.into_values(),
        optimizer: core::OptimizerState {
            kind: optimizer_kind(checkpoint.optimizer.kind),
            steps: checkpoint.optimizer.steps,
            row_steps: checkpoint.optimizer.row_steps,
            slots: lists(checkpoint.optimizer.slots),
        },
        step: checkpoint.step,
        epoch: checkpoint.epoch,
        epoch_position: checkpoint.epoch_position,
        seeds: seeds(checkpoint.seeds),
        absent_rows: checkpoint
            .absent_rows
            .into_iter()
            .map(|row| core::AbsentRow {
                class: row.class.get().into(),
                parameters: row.parameters.into_values(),
                slots: lists(row.slots),
                steps: row.steps,
            })
            .collect(),
        last_good: checkpoint.last_good.map(|good| core::LastGood {
            parameters: good.parameters.into_values(),
            step: good.step,
            epoch: good.epoch,
            epoch_position: good.epoch_position,
            loss: good.loss,
            lowest_loss: good.lowest_loss,
        }),
        diverged: checkpoint.diverged,
    }
}

/// The checkpoint as it is sent.
pub(super) fn wire_checkpoint(checkpoint: core::Checkpoint, generation: u32) -> wire::Checkpoint {
    let floats = |values| wire::Floats::new(values).expect("the engine's state is finite");
    let lists = |lists: Vec<Vec<f32>>| lists.into_iter().map(floats).collect();
    wire::Checkpoint {
        generation,
        step: checkpoint.step,
        epoch: checkpoint.epoch,
        epoch_position: checkpoint.epoch_position,
        diverged: checkpoint.diverged,
        architecture: wire_architecture(&checkpoint.architecture),
        parameters: floats(checkpoint.parameters),
        optimizer: wire::OptimizerState {
            kind: wire_optimizer(checkpoint.optimizer.kind),
            steps: checkpoint.optimizer.steps,
            row_steps: checkpoint.optimizer.row_steps,
            slots: lists(checkpoint.optimizer.slots),
        },
        seeds: wire_seeds(&checkpoint.seeds),
        absent_rows: checkpoint
            .absent_rows
            .into_iter()
            .map(|row| wire::AbsentRow {
                class: wire::Label::new(row.class as u8).expect(SAME_RANGE),
                parameters: floats(row.parameters),
                slots: lists(row.slots),
                steps: row.steps,
            })
            .collect(),
        last_good: checkpoint.last_good.map(|good| wire::LastGood {
            parameters: floats(good.parameters),
            step: good.step,
            epoch: good.epoch,
            epoch_position: good.epoch_position,
            loss: good.loss,
            lowest_loss: good.lowest_loss,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_takes_every_extreme_of_the_protocol() {
        use wire::limits;
        let below_one = 1.0_f32.next_down();
        for (rate, decay, batch, dropout, layers) in [
            (f32::MIN_POSITIVE, 0.0, 0, 0.0, vec![]),
            (
                wire::LearningRate::RANGE.max as f32,
                wire::Regularization::RANGE.max as f32,
                wire::BatchSize::RANGE.max as u32,
                below_one,
                vec![limits::MAX_UNITS; limits::MAX_HIDDEN_LAYERS],
            ),
        ] {
            let config = wire::Config {
                learning_rate: wire::LearningRate::new(rate).unwrap(),
                architecture: wire::HiddenLayers::new(layers).unwrap(),
                activation: wire::Activation::Gelu,
                optimizer: wire::Optimizer::RmsProp,
                regularization: wire::Regularization::new(decay).unwrap(),
                batch_size: wire::BatchSize::new(batch).unwrap(),
                dropout: wire::Dropout::new(dropout).unwrap(),
            };
            let built = architecture(&config);
            assert_eq!(core_architecture(&wire_architecture(&built)), built);
            assert_eq!(training_config(&config).batch_size.get(), batch);
        }
        for label in 0..limits::MAX_CLASSES as u8 {
            let label = wire::Label::new(label).unwrap();
            let points = [wire::Point::new(-1.0, 1.0, label).unwrap()];
            assert_eq!(wire_points(&dataset(&points)), points);
        }
        for classes in limits::MIN_CLASSES..=limits::MAX_CLASSES {
            let count = wire::ClassCount::new(classes as u8).unwrap();
            assert_eq!(class_count(count).get(), classes);
        }
    }

    #[test]
    fn the_defaults_are_the_same() {
        let config = wire::Config::default();
        assert_eq!(architecture(&config), core::Architecture::default());
        assert_eq!(training_config(&config), core::TrainingConfig::default());
    }

    #[test]
    fn names_are_the_same() {
        for &value in wire::Activation::ALL {
            assert_eq!(wire_activation(activation(value)), value);
            assert_eq!(activation(value).to_string(), value.as_str());
        }
        for &value in wire::Optimizer::ALL {
            assert_eq!(wire_optimizer(optimizer_kind(value)), value);
            assert_eq!(optimizer_kind(value).to_string(), value.as_str());
        }
        for &value in wire::Distribution::ALL {
            assert_eq!(distribution(value).to_string(), value.as_str());
        }
    }

    #[test]
    fn weights_keep_their_places() {
        let layers = core::HiddenLayers::new(vec![3]).unwrap();
        let architecture = core::Architecture::default().with_hidden_layers(&layers);
        let mlp = core::Mlp::new(architecture, 1);
        let model = wire_weights(&mlp);
        for (layer_idx, layer) in model.layers().iter().enumerate() {
            for output in 0..layer.n_out() {
                for input in 0..layer.n_in() {
                    let on_wire = layer.weights()[output * layer.n_in() + input];
                    let in_engine = mlp.weights(layer_idx)[(output, input)];
                    assert_eq!(on_wire.to_bits(), in_engine.to_bits());
                }
            }
        }
        assert_eq!(parameters(&model), mlp.parameters());
    }
}
