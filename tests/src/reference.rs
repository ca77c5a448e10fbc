//! One optimizer step of a small network, in double precision and as slowly as
//! the definition reads: gradients are central differences of the loss.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::data::LabelledPoint;

/// Weights `[layer][out][in]` and biases `[layer][out]`; the last layer gives
/// logits.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Weights `[layer][out][in]`.
    pub weights: Vec<Vec<Vec<f64>>>,
    /// Biases `[layer][out]`.
    pub biases: Vec<Vec<f64>>,
}

impl Model {
    /// A model with the given layer sizes, input first, whose parameters are
    /// moderate and all different.
    pub fn of_sizes(sizes: &[usize]) -> Self {
        let mut count = 0.0_f64;
        let mut parameter = || {
            count += 1.0;
            (count * 2.399_963).sin() * 0.8
        };
        let layers = || sizes.windows(2).map(|pair| (pair[0], pair[1]));
        Self {
            weights: layers()
                .map(|(fan_in, fan_out)| {
                    (0..fan_out)
                        .map(|_| (0..fan_in).map(|_| parameter()).collect())
                        .collect()
                })
                .collect(),
            biases: layers()
                .map(|(_, fan_out)| (0..fan_out).map(|_| parameter()).collect())
                .collect(),
        }
    }

    /// The model in the JSON of `train_step` and `step_result`.
    pub fn from_json(json: &Value) -> Self {
        let parse = |name: &str| json[name].clone();
        Self {
            weights: serde_json::from_value(parse("weights")).expect("weights[layer][out][in]"),
            biases: serde_json::from_value(parse("biases")).expect("biases[layer][out]"),
        }
    }

    /// The model in a v2 checkpoint: for each layer its weights, column after
    /// column of the out×in matrix, then its biases.
    pub fn from_checkpoint(checkpoint: &Value) -> Self {
        let sizes = layer_sizes(&checkpoint["architecture"]);
        let sizes: Vec<_> = sizes.into_iter().map(|size| size as usize).collect();
        let parameters = floats_from_base64(&checkpoint["parameters"]);
        let mut model = Self::of_sizes(&sizes);
        assert_eq!(parameters.len(), model.parameters().len(), "{sizes:?}");
        let mut rest = parameters.into_iter();
        for (weights, biases) in model.weights.iter_mut().zip(&mut model.biases) {
            for input in 0..weights[0].len() {
                for row in weights.iter_mut() {
                    row[input] = rest.next().expect("as many as counted");
                }
            }
            for bias in biases {
                *bias = rest.next().expect("as many as counted");
            }
        }
        model
    }

    /// The model as `train_step` takes it.
    pub fn to_json(&self) -> Value {
        json!({"weights": self.weights, "biases": self.biases})
    }

    /// Layer sizes, input first.
    pub fn sizes(&self) -> Vec<usize> {
        let input = self.weights.first().map_or(0, |layer| layer[0].len());
        std::iter::once(input)
            .chain(self.biases.iter().map(Vec::len))
            .collect()
    }

    /// All parameters, in any order that is always the same.
    pub fn parameters(&self) -> Vec<f64> {
        let weights = self.weights.iter().flatten().flatten();
        let biases = self.biases.iter().flatten();
        weights.chain(biases).copied().collect()
    }

    fn parameters_mut(&mut self) -> impl Iterator<Item = &mut f64> {
        let weights = self.weights.iter_mut().flatten().flatten();
        weights.chain(self.biases.iter_mut().flatten())
    }

    fn logits(&self, activation: Activation, x: f64, y: f64) -> Vec<f64> {
        let mut values = vec![x, y];
        for (layer, (weights, biases)) in self.weights.iter().zip(&self.biases).enumerate() {
            values = weights
                .iter()
                .zip(biases)
                .map(|(row, bias)| row.iter().zip(&values).map(|(w, v)| w * v).sum::<f64>() + bias)
                .collect();
            if layer + 1 < self.weights.len() {
                for value in &mut values {
                    *value = activation.apply(*value);
                }
            }
        }
        values
    }

    /// The classes' posterior probabilities at a place.
    pub fn posteriors(&self, activation: Activation, x: f64, y: f64) -> Vec<f64> {
        let logits = self.logits(activation, x, y);
        let greatest = logits.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = logits.iter().map(|logit| (logit - greatest).exp()).sum();
        logits
            .iter()
            .map(|logit| (logit - greatest).exp() / sum)
            .collect()
    }

    /// Mean softmax cross-entropy, and the share of points classified right.
    pub fn loss_and_accuracy(&self, activation: Activation, data: &[LabelledPoint]) -> (f64, f64) {
        let mut loss = 0.0;
        let mut right = 0.0;
        for &(x, y, label) in data {
            let logits = self.logits(activation, x, y);
            let target = logits[usize::from(label)];
            let greatest = logits.iter().copied().fold(f64::MIN, f64::max);
            let sum: f64 = logits.iter().map(|logit| (logit - greatest).exp()).sum();
            loss += sum.ln() + greatest - target;
            right += f64::from(u8::from(target >= greatest));
        }
        (loss / data.len() as f64, right / data.len() as f64)
    }

    /// The model after the first step of a fresh optimizer on all of `data`.
    #[must_use]
    pub fn after_step(&self, step: &Step, data: &[LabelledPoint]) -> Self {
        const DIFFERENCE: f64 = 1e-5;
        let loss_with = |index: usize, change: f64| {
            let mut changed = self.clone();
            *changed
                .parameters_mut()
                .nth(index)
                .expect("an existing parameter") += change;
            changed.loss_and_accuracy(step.activation, data).0
        };
        let mut next = self.clone();
        for (index, parameter) in next.parameters_mut().enumerate() {
            let slope = loss_with(index, DIFFERENCE) - loss_with(index, -DIFFERENCE);
            let gradient = slope / (2.0 * DIFFERENCE) + step.weight_decay * *parameter;
            *parameter -= step.learning_rate * step.optimizer.first_direction(gradient);
        }
        next
    }
}

/// What a step depends on, apart from model and data.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Update rule.
    pub optimizer: Optimizer,
    /// Learning rate.
    pub learning_rate: f64,
    /// L2 regularization, added to the gradient.
    pub weight_decay: f64,
}

/// Activation of the hidden layers.
#[derive(Clone, Copy, Debug)]
pub enum Activation {
    /// Hyperbolic tangent.
    Tanh,
    /// max(0, z).
    Relu,
    /// z, or 0.01 z below 0.
    LeakyRelu,
    /// z Φ(z).
    Gelu,
}

impl Activation {
    /// Every activation.
    pub const ALL: [Self; 4] = [Self::Tanh, Self::Relu, Self::LeakyRelu, Self::Gelu];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky_relu",
            Self::Gelu => "gelu",
        }
    }

    fn apply(self, z: f64) -> f64 {
        match self {
            Self::Tanh => z.tanh(),
            Self::Relu => z.max(0.0),
            Self::LeakyRelu => z.max(0.01 * z),
            Self::Gelu => z * 0.5 * (1.0 + erf(z / std::f64::consts::SQRT_2)),
        }
    }
}

/// An update rule with PyTorch's defaults.
#[derive(Clone, Copy, Debug)]
pub enum Optimizer {
    /// Plain gradient descent.
    Sgd,
    /// Betas 0.9 and 0.999, epsilon 1e-8.
    Adam,
    /// Alpha 0.99, epsilon 1e-8.
    RmsProp,
}

impl Optimizer {
    /// Every update rule.
    pub const ALL: [Self; 3] = [Self::Sgd, Self::Adam, Self::RmsProp];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Adam => "adam",
            Self::RmsProp => "rmsprop",
        }
    }

    /// What the first step subtracts, in units of the learning rate.
    fn first_direction(self, gradient: f64) -> f64 {
        match self {
            Self::Sgd => gradient,
            // Bias correction undoes both averages' start from zero.
            Self::Adam => gradient / (gradient.abs() + 1e-8),
            Self::RmsProp => gradient / ((0.01 * gradient * gradient).sqrt() + 1e-8),
        }
    }
}

/// The numbers in base64 of little-endian `f32`.
pub fn floats_from_base64(text: &Value) -> Vec<f64> {
    let bytes = BASE64_STANDARD
        .decode(text.as_str().expect("a text"))
        .expect("base64");
    assert_eq!(bytes.len() % 4, 0, "four bytes a number");
    bytes
        .chunks_exact(4)
        .map(|chunk| f64::from(f32::from_le_bytes(chunk.try_into().expect("four bytes"))))
        .collect()
}

/// The error function to 1e-8, by its Maclaurin series.
fn erf(z: f64) -> f64 {
    // Beyond, the series cancels away its digits; here it is 1 to 1.6e-8 already.
    if z.abs() > 4.0 {
        return z.signum();
    }
    let mut term = z;
    let mut sum = z;
    for n in 1..100 {
        let n = f64::from(n);
        term *= -z * z / n;
        sum += term / (2.0 * n + 1.0);
    }
    sum * 2.0 / std::f64::consts::PI.sqrt()
}

/// The sizes of the layers of a network on the wire, input first.
pub fn layer_sizes(network: &Value) -> Vec<u64> {
    let n_features = network["features"].as_array().expect("a list").len() as u64;
    let layers = network["layers"].as_array().expect("a list");
    let hidden = layers
        .iter()
        .map(|layer| layer["units"].as_u64().expect("a number"));
    let outputs = network["outputs"].as_u64().expect("a number");
    std::iter::once(n_features)
        .chain(hidden)
        .chain([outputs])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::erf;

    #[test]
    fn erf_has_its_known_values() {
        assert!((erf(0.5) - 0.520_499_877_813_046_5).abs() < 1e-12);
        assert!((erf(-2.0) + 0.995_322_265_018_952_7).abs() < 1e-12);
    }
}
