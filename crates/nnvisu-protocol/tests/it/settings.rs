//! Ranges and defaults of the settings, as Rust code meets them.

use std::time::Duration;

use nnvisu_protocol::{
    Activation, BatchSize, Config, Dropout, HiddenLayers, InvalidWeights, Label, Layer,
    LearningRate, Optimizer, Regularization, Seed, StepsPerSecond, Weights,
};

#[test]
fn defaults() {
    let config = Config::default();
    assert_eq!(config.learning_rate, LearningRate::new(0.01).unwrap());
    assert_eq!(config.architecture.sizes(), [10, 5]);
    assert_eq!(config.activation, Activation::Tanh);
    assert_eq!(config.optimizer, Optimizer::Adam);
    assert_eq!(config.regularization, Regularization::new(0.0).unwrap());
    assert_eq!(config.batch_size, BatchSize::new(0).unwrap());
    assert_eq!(config.dropout, Dropout::new(0.0).unwrap());
}

#[test]
fn ends_of_the_ranges() {
    assert!(LearningRate::new(f32::MIN_POSITIVE).is_ok());
    assert!(LearningRate::new(10.0).is_ok());
    assert!(LearningRate::new(10.000_001).is_err());
    assert!(Dropout::new(1.0 - f32::EPSILON).is_ok());
    assert!(BatchSize::new(1_000_000).is_ok());
    assert!(BatchSize::new(1_000_001).is_err());
    assert!(Seed::new((1 << 53) - 1).is_ok());
    assert!(Seed::new(1 << 53).is_err());
    assert!(Seed::new(u64::MAX).is_err());
    assert!(HiddenLayers::new(vec![100; 10]).is_ok());
    assert!(HiddenLayers::new(vec![1; 11]).is_err());
    assert_eq!(
        Label::new(8).unwrap_err().to_string(),
        "Label must be a whole number from 0 to 7, not 8"
    );
}

#[test]
fn the_time_between_steps_is_always_one_that_a_clock_can_wait_for() {
    let interval = |speed| StepsPerSecond::new(speed).unwrap().interval();
    assert_eq!(interval(4.0), Duration::from_millis(250));
    assert_eq!(interval(1e6), Duration::from_micros(1));
    assert_eq!(interval(f32::MIN_POSITIVE), Duration::from_secs(86_400));
}

#[test]
fn a_model_has_layers_that_fit() {
    let layer = |n_in: usize, n_out: usize| {
        Layer::new(n_in, vec![0.0; n_in * n_out], vec![0.0; n_out]).unwrap()
    };
    let model = Weights::new(vec![layer(2, 3), layer(3, 8)]).unwrap();
    assert_eq!(model.hidden_layers().sizes(), [3]);
    assert_eq!(model.n_classes(), 8);

    let field = |layers| {
        let InvalidWeights { field, .. } = Weights::new(layers).unwrap_err();
        field
    };
    assert_eq!(field(vec![]), "weights");
    assert_eq!(field(vec![layer(2, 9)]), "biases[0]");
    assert_eq!(field(vec![layer(3, 2)]), "weights[0]");
    assert_eq!(field(vec![layer(2, 3), layer(2, 2)]), "weights[1]");
    assert_eq!(field(vec![layer(2, 101), layer(101, 2)]), "biases");
    assert!(Layer::new(2, vec![0.0; 5], vec![0.0; 3]).is_err());
}
