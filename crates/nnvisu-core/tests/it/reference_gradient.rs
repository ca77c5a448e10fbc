//! The reference's gradient against central differences of its own loss.

use nnvisu_core::Activation;

use crate::reference::Network;
use crate::support::{hidden, points, trainer};

/// Step of the difference. Its error is O(H²) from the third derivative and
/// O(1e-16 / H) from rounding: about 1e-10 here.
const H: f64 = 1e-5;

fn check(activation: Activation, hidden_layers: &str, n_classes: usize) {
    // Shallow and deep networks alike, with weights large enough that ten
    // layers still pass a gradient on.
    let data = points(11, 9, n_classes);
    let mut network = Network::of(trainer(&hidden(hidden_layers), activation, &data).mlp());
    for parameter in &mut network.parameters {
        *parameter *= 2.0;
    }
    if matches!(activation, Activation::Relu | Activation::LeakyRelu) {
        // No difference may straddle a kink: every |z| must exceed what a change
        // of one parameter by H can do. 100·H leaves a wide margin.
        let distance = network.distance_to_kink(&data);
        assert!(distance > 100.0 * H, "choose other points: {distance}");
    }
    let gradient = network.gradient(&data).values;
    let mut largest = 0.0_f64;
    for (index, &analytic) in gradient.iter().enumerate() {
        let loss_at = |offset: f64| {
            let mut moved = network.clone();
            moved.parameters[index] += offset;
            moved.gradient(&data).loss
        };
        let numeric = (loss_at(H) - loss_at(-H)) / (2.0 * H);
        let tolerance = 1e-8 + 1e-6 * analytic.abs();
        assert!(
            (numeric - analytic).abs() < tolerance,
            "{activation} {hidden_layers}: parameter {index}: {analytic}, numerically {numeric}"
        );
        largest = largest.max(analytic.abs());
    }
    assert!(
        largest > 1e-3,
        "{activation} {hidden_layers}: there is no gradient to check"
    );
}

#[test]
fn gradient_is_that_of_the_loss() {
    for activation in Activation::ALL {
        for n_classes in [2, 3, 8] {
            check(activation, "0", n_classes);
            check(activation, "5", n_classes);
            check(activation, "4-3", n_classes);
            check(activation, "4-4-4-4-4-4-4-4-4-4", n_classes);
        }
    }
}
