//! A network's shape, its parameters' layout and their first values.

use nnvisu_core::{Activation, Architecture, Feature, HiddenLayers, Mlp};

use crate::reference::{Network, softmax};
use crate::support::{Random, architecture, bits, hidden, mixed_architecture};

#[test]
fn parameters_lie_as_documented() {
    let n_parameters = 2 * 3 + 3 + 3 * 2 + 2;
    let parameters: Vec<f32> = (0..n_parameters).map(|i| i as f32).collect();
    let architecture = architecture(&hidden("3"), Activation::Tanh);
    let mlp = Mlp::from_parameters(architecture, &parameters).unwrap();
    assert_eq!(mlp.layer_sizes(), [2, 3, 2]);
    assert_eq!(mlp.n_layers(), 2);
    assert_eq!(mlp.n_classes(), 2);
    // Column-major: first all weights from x, then all from y, then the biases.
    assert_eq!(mlp.weights(0).shape(), (3, 2));
    assert_eq!(mlp.weights(0)[(2, 0)], 2.0);
    assert_eq!(mlp.weights(0)[(0, 1)], 3.0);
    assert_eq!(mlp.biases(0).as_slice(), [6.0, 7.0, 8.0]);
    assert_eq!(mlp.weights(1).shape(), (2, 3));
    assert_eq!(mlp.weights(1)[(1, 2)], 14.0);
    assert_eq!(mlp.biases(1).as_slice(), [15.0, 16.0]);
    assert_eq!(mlp.parameters(), parameters);
}

#[test]
fn damaged_parameters_are_refused() {
    let of = |parameters: &[f32]| {
        let architecture = architecture(&hidden("0"), Activation::Tanh);
        Mlp::from_parameters(architecture, parameters).unwrap_err()
    };
    let error = of(&[0.0; 5]);
    let expected = "A network with the layers [2, 2] has 6 parameters, not 5";
    assert_eq!(error.to_string(), expected);
    let error = of(&[0.0, f32::NAN, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(
        error.to_string(),
        "Parameter 1 is NaN; all parameters must be finite"
    );
}

/// As `torch.nn.Linear` draws them: uniform in ±1/√(inputs of the layer), weights and
/// biases alike.
#[test]
fn fresh_parameters_are_uniform_within_the_fan_in_bound() {
    for (layers, fan_ins) in [("100-100", [2, 100, 100]), ("9-64", [2, 9, 64])] {
        let mut samples = vec![Vec::new(); 3];
        for seed in 0..40 {
            let architecture = architecture(&hidden(layers), Activation::Tanh);
            let mlp = Mlp::new(architecture.with_outputs(8).unwrap(), seed);
            for (layer, samples) in samples.iter_mut().enumerate() {
                samples.extend(mlp.weights(layer).iter().copied());
                samples.extend(mlp.biases(layer).iter().copied());
            }
        }
        for (samples, fan_in) in samples.iter().zip(fan_ins) {
            let bound = 1.0 / (fan_in as f32).sqrt();
            let n = samples.len() as f32;
            assert!(samples.iter().all(|w| w.abs() <= bound));
            let scaled: Vec<f32> = samples.iter().map(|w| w / bound).collect();
            // Uniform in ±1: mean 0 ± 0.58/√n, mean square 1/3 ± 0.3/√n, ends nearly reached.
            let mean = scaled.iter().sum::<f32>() / n;
            let mean_square = scaled.iter().map(|w| w * w).sum::<f32>() / n;
            assert!(mean.abs() < 3.0 / n.sqrt(), "{layers} {fan_in}: {mean}");
            assert!(
                (mean_square - 1.0 / 3.0).abs() < 1.5 / n.sqrt(),
                "{fan_in}: {mean_square}"
            );
            assert!(scaled.iter().copied().fold(0.0, f32::max) > 0.98);
            assert!(scaled.iter().copied().fold(0.0, f32::min) < -0.98);
        }
    }
}

#[test]
fn fresh_parameters_follow_from_the_seed() {
    let architecture = architecture(&HiddenLayers::default(), Activation::Tanh);
    let fresh = |seed| Mlp::new(architecture.clone(), seed);
    assert_eq!(bits(fresh(1).parameters()), bits(fresh(1).parameters()));
    assert_ne!(bits(fresh(1).parameters()), bits(fresh(2).parameters()));
    let distinct: std::collections::HashSet<u32> =
        bits(fresh(1).parameters()).into_iter().collect();
    assert!(distinct.len() > fresh(1).parameters().len() * 9 / 10);
}

#[test]
fn logits_and_posteriors_of_one_point_are_the_definition() {
    let mut random = Random::new(1);
    for activation in Activation::ALL {
        for layers in ["0", "4", "7-3-5"] {
            let architecture = architecture(&hidden(layers), activation);
            let mlp = Mlp::new(architecture.with_outputs(4).unwrap(), 3);
            let network = Network::of(&mlp);
            let (x, y) = (random.in_unit_range(), random.in_unit_range());
            let trace = network.forward([x.into(), y.into()], None);
            let logits = trace.sums.last().unwrap();
            for (actual, expected) in mlp.logits(x, y).iter().zip(logits) {
                assert!((f64::from(*actual) - expected).abs() < 1e-5);
            }
            for (actual, expected) in mlp.posteriors(x, y).iter().zip(softmax(logits)) {
                assert!((f64::from(*actual) - expected).abs() < 1e-5);
            }
        }
    }
}

/// Inputs come from the features in their order, and each layer has its own activation.
#[test]
fn features_and_layers_are_those_of_the_architecture() {
    let layers = mixed_architecture(&hidden("3-4"), &[Activation::Gelu, Activation::Relu]);
    for features in [vec![Feature::Y], vec![Feature::Y, Feature::X]] {
        let n_inputs = features.len();
        let architecture = Architecture::new(features, layers.layers().to_vec(), 3).unwrap();
        let mlp = Mlp::new(architecture, 5);
        assert_eq!(mlp.layer_sizes(), [n_inputs, 3, 4, 3]);
        let trace = Network::of(&mlp).forward([0.25, -0.75], None);
        let logits = trace.sums.last().unwrap();
        for (actual, expected) in mlp.logits(0.25, -0.75).iter().zip(logits) {
            assert!((f64::from(*actual) - expected).abs() < 1e-6);
        }
    }
}
