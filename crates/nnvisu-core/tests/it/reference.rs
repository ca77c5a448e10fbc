//! The network, its gradient and the optimizers once more, in `f64` and in the
//! plainest loops there are: what the engine is measured against.
//!
//! Nothing here is shared with the engine, not even the activation functions.
//! The gradient is itself checked by central differences (`reference_gradient`).

use nnvisu_core::{Activation, Dataset, Feature, Mlp, OptimizerKind, OptimizerState};

/// A multi-layer perceptron. Parameters are laid out as in [`Mlp`].
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) sizes: Vec<usize>,
    pub(crate) features: Vec<Feature>,
    /// Of each hidden layer.
    pub(crate) activations: Vec<Activation>,
    pub(crate) parameters: Vec<f64>,
}

/// The numbers of one sample in the forward pass.
pub(crate) struct Trace {
    /// Weighted sums of each layer; the last are the logits.
    pub(crate) sums: Vec<Vec<f64>>,
    /// Inputs of each layer: the point, then the hidden activations (with dropout applied).
    inputs: Vec<Vec<f64>>,
}

/// Loss and gradient of a batch.
pub(crate) struct Gradient {
    pub(crate) loss: f64,
    /// dLoss/dParameter, laid out like the parameters.
    pub(crate) values: Vec<f64>,
    /// The largest sum of magnitudes that went into one of `values`: rounding
    /// errors are relative to this, not to a sum whose terms cancel.
    pub(crate) scale: f64,
    /// The largest input of any layer, points and activations, in magnitude.
    pub(crate) largest_input: f64,
}

/// For each hidden layer the factor of each unit.
pub(crate) type Mask = Vec<Vec<f64>>;

impl Network {
    /// The same network as `mlp`.
    pub(crate) fn of(mlp: &Mlp) -> Self {
        Self {
            sizes: mlp.layer_sizes().to_vec(),
            features: mlp.architecture().features().to_vec(),
            activations: mlp
                .architecture()
                .layers()
                .iter()
                .map(|l| l.activation)
                .collect(),
            parameters: mlp.parameters().iter().map(|&p| f64::from(p)).collect(),
        }
    }

    pub(crate) fn n_layers(&self) -> usize {
        self.sizes.len() - 1
    }

    /// Index of the weight from unit `from` to unit `to` of `layer` in the flat slice.
    pub(crate) fn weight_index(&self, layer: usize, to: usize, from: usize) -> usize {
        self.start(layer) + from * self.sizes[layer + 1] + to
    }

    /// Index of the bias of unit `to` of `layer` in the flat slice.
    pub(crate) fn bias_index(&self, layer: usize, to: usize) -> usize {
        self.start(layer) + self.sizes[layer] * self.sizes[layer + 1] + to
    }

    fn start(&self, layer: usize) -> usize {
        (0..layer)
            .map(|l| self.sizes[l] * self.sizes[l + 1] + self.sizes[l + 1])
            .sum()
    }

    /// Runs one point through the network; `mask` multiplies the hidden activations.
    pub(crate) fn forward(&self, point: [f64; 2], mask: Option<&Mask>) -> Trace {
        let feature = |feature: &Feature| match feature {
            Feature::X => point[0],
            Feature::Y => point[1],
            other => unreachable!("{other} has no reference"),
        };
        let mut inputs = vec![self.features.iter().map(feature).collect::<Vec<f64>>()];
        let mut sums = Vec::new();
        for layer in 0..self.n_layers() {
            let mut z = Vec::new();
            for to in 0..self.sizes[layer + 1] {
                let mut sum = self.parameters[self.bias_index(layer, to)];
                for (from, input) in inputs[layer].iter().enumerate() {
                    sum += self.parameters[self.weight_index(layer, to, from)] * input;
                }
                z.push(sum);
            }
            if layer + 1 < self.n_layers() {
                let hidden = |(unit, &z): (usize, &f64)| {
                    value(self.activations[layer], z) * mask.map_or(1.0, |mask| mask[layer][unit])
                };
                inputs.push(z.iter().enumerate().map(hidden).collect());
            }
            sums.push(z);
        }
        Trace { sums, inputs }
    }

    /// The probability of each class at a point.
    pub(crate) fn posteriors(&self, point: [f64; 2]) -> Vec<f64> {
        softmax(self.forward(point, None).sums.last().unwrap())
    }

    /// Mean cross-entropy over `data`, and its gradient.
    pub(crate) fn gradient(&self, data: &Dataset) -> Gradient {
        self.gradient_with_masks(data, &[])
    }

    /// [`Self::gradient`] with a dropout mask for each point, or none.
    pub(crate) fn gradient_with_masks(&self, data: &Dataset, masks: &[Mask]) -> Gradient {
        let weight = 1.0 / data.len() as f64;
        let mut loss = 0.0;
        let mut largest_input = 0.0_f64;
        let mut values = vec![0.0; self.parameters.len()];
        let mut magnitudes = vec![0.0; self.parameters.len()];
        for (row, point) in data.points().iter().enumerate() {
            let mask = masks.get(row);
            let trace = self.forward([point.x().into(), point.y().into()], mask);
            let logits = trace.sums.last().unwrap();
            let label = point.label().index();
            let inputs = trace.inputs.iter().flatten();
            largest_input = inputs.fold(largest_input, |largest, input| largest.max(input.abs()));
            loss += weight * cross_entropy(logits, label);

            // d(loss)/d(logits) = softmax − one-hot
            let mut delta = softmax(logits);
            delta[label] -= 1.0;
            for d in &mut delta {
                *d *= weight;
            }
            for layer in (0..self.n_layers()).rev() {
                for (to, &d) in delta.iter().enumerate() {
                    let mut add = |index: usize, term: f64| {
                        values[index] += term;
                        magnitudes[index] += term.abs();
                    };
                    add(self.bias_index(layer, to), d);
                    for from in 0..self.sizes[layer] {
                        let index = self.weight_index(layer, to, from);
                        add(index, d * trace.inputs[layer][from]);
                    }
                }
                if layer > 0 {
                    let below = |from: usize| {
                        let mut sum = 0.0;
                        for (to, &d) in delta.iter().enumerate() {
                            sum += self.parameters[self.weight_index(layer, to, from)] * d;
                        }
                        let factor = mask.map_or(1.0, |mask| mask[layer - 1][from]);
                        sum * factor
                            * derivative(self.activations[layer - 1], trace.sums[layer - 1][from])
                    };
                    delta = (0..self.sizes[layer]).map(below).collect();
                }
            }
        }
        Gradient {
            loss,
            values,
            scale: magnitudes.into_iter().fold(0.0, f64::max),
            largest_input,
        }
    }

    /// How close a hidden unit comes to the kink of a ReLU, over all points.
    pub(crate) fn distance_to_kink(&self, data: &Dataset) -> f64 {
        let mut closest = f64::INFINITY;
        for point in data.points() {
            let trace = self.forward([point.x().into(), point.y().into()], None);
            for z in trace.sums[..self.n_layers() - 1].iter().flatten() {
                closest = closest.min(z.abs());
            }
        }
        closest
    }
}

fn value(activation: Activation, z: f64) -> f64 {
    match activation {
        Activation::Tanh => z.tanh(),
        Activation::Relu => z.max(0.0),
        Activation::LeakyRelu => z.max(0.01 * z),
        Activation::Gelu => 0.5 * z * (1.0 + libm::erf(z / 2.0_f64.sqrt())),
        other => panic!("{other} has no reference"),
    }
}

fn derivative(activation: Activation, z: f64) -> f64 {
    let step = |below| if z > 0.0 { 1.0 } else { below };
    match activation {
        Activation::Tanh => 1.0 - z.tanh().powi(2),
        Activation::Relu => step(0.0),
        Activation::LeakyRelu => step(0.01),
        Activation::Gelu => {
            let density = (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt();
            0.5 * (1.0 + libm::erf(z / 2.0_f64.sqrt())) + z * density
        }
        other => panic!("{other} has no reference"),
    }
}

fn max_logit(logits: &[f64]) -> f64 {
    logits.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

pub(crate) fn softmax(logits: &[f64]) -> Vec<f64> {
    let max_logit = max_logit(logits);
    let exponentials: Vec<f64> = logits.iter().map(|z| (z - max_logit).exp()).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.into_iter().map(|e| e / sum).collect()
}

/// −ln softmax(logits)[label]
pub(crate) fn cross_entropy(logits: &[f64], label: usize) -> f64 {
    let max_logit = max_logit(logits);
    let sum: f64 = logits.iter().map(|z| (z - max_logit).exp()).sum();
    (max_logit - logits[label]) + sum.ln()
}

/// The mean of gradients and that of their squares, empty where the optimizer has none.
pub(crate) fn moments(state: &OptimizerState) -> (&[f32], &[f32]) {
    match &state.slots[..] {
        [] => (&[], &[]),
        [squares] => (&[], squares),
        [mean, squares] => (mean, squares),
        more => panic!("{} slots", more.len()),
    }
}

/// An optimizer as `torch.optim` documents it.
#[derive(Clone, Debug)]
pub(crate) struct Optimizer {
    pub(crate) kind: OptimizerKind,
    pub(crate) learning_rate: f64,
    pub(crate) weight_decay: f64,
    /// Of each parameter by itself.
    pub(crate) steps: Vec<i32>,
    pub(crate) first_moment: Vec<f64>,
    pub(crate) second_moment: Vec<f64>,
}

impl Optimizer {
    pub(crate) fn from_state(
        state: &OptimizerState,
        sizes: &[usize],
        rate: f32,
        decay: f32,
    ) -> Self {
        let hidden: usize = sizes[..sizes.len() - 1]
            .windows(2)
            .map(|pair| (pair[0] + 1) * pair[1])
            .sum();
        let n_columns = sizes[sizes.len() - 2] + 1;
        let mut steps = vec![state.steps; hidden];
        for _ in 0..n_columns {
            steps.extend(&state.row_steps);
        }
        let n = steps.len();
        let (first, second) = moments(state);
        let widen = |moment: &[f32]| {
            let mut values: Vec<f64> = moment.iter().map(|&v| f64::from(v)).collect();
            values.resize(n, 0.0);
            values
        };
        Self {
            kind: state.kind,
            learning_rate: rate.into(),
            weight_decay: decay.into(),
            steps: steps
                .into_iter()
                .map(|s| i32::try_from(s).unwrap())
                .collect(),
            first_moment: widen(first),
            second_moment: widen(second),
        }
    }

    pub(crate) fn step(&mut self, parameters: &mut [f64], gradient: &[f64]) {
        const BETA1: f64 = 0.9;
        const BETA2: f64 = 0.999;
        const ALPHA: f64 = 0.99;
        const EPS: f64 = 1e-8;
        self.steps.iter_mut().for_each(|steps| *steps += 1);
        for i in 0..parameters.len() {
            let (m, v) = (&mut self.first_moment[i], &mut self.second_moment[i]);
            let g = gradient[i] + self.weight_decay * parameters[i];
            match self.kind {
                OptimizerKind::Sgd => parameters[i] -= self.learning_rate * g,
                OptimizerKind::Adam => {
                    *m = BETA1 * *m + (1.0 - BETA1) * g;
                    *v = BETA2 * *v + (1.0 - BETA2) * g * g;
                    let m_hat = *m / (1.0 - BETA1.powi(self.steps[i]));
                    let v_hat = *v / (1.0 - BETA2.powi(self.steps[i]));
                    parameters[i] -= self.learning_rate * m_hat / (v_hat.sqrt() + EPS);
                }
                OptimizerKind::RmsProp => {
                    *v = ALPHA * *v + (1.0 - ALPHA) * g * g;
                    parameters[i] -= self.learning_rate * g / (v.sqrt() + EPS);
                }
                other => panic!("{other} has no reference"),
            }
        }
    }
}

/// Values of known answers, so that a slip here is not mistaken for one of the engine.
mod tests {
    use super::*;

    #[test]
    fn softmax_and_cross_entropy_are_right_and_stable() {
        let third = softmax(&[5.0, 5.0, 5.0]);
        assert!(third.iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-15));
        assert!((cross_entropy(&[0.0, 0.0], 1) - 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(cross_entropy(&[1e4, -1e4], 0), 0.0);
        assert_eq!(cross_entropy(&[1e4, -1e4], 1), 2e4);
        assert_eq!(softmax(&[-1e4, 1e4]), [0.0, 1.0]);
    }

    #[test]
    fn a_network_written_out_by_hand() {
        // 2-1-2, tanh: h = tanh(0.5·x − 0.25·y + 0.1), logits (2h − 1, −h).
        let network = Network {
            sizes: vec![2, 1, 2],
            features: vec![Feature::X, Feature::Y],
            activations: vec![Activation::Tanh],
            parameters: vec![0.5, -0.25, 0.1, 2.0, -1.0, -1.0, 0.0],
        };
        let trace = network.forward([0.6, -0.8], None);
        let h = 0.6_f64.tanh();
        assert!((trace.sums[0][0] - 0.6).abs() < 1e-15);
        assert!((trace.sums[1][0] - (2.0 * h - 1.0)).abs() < 1e-15);
        assert!((trace.sums[1][1] + h).abs() < 1e-15);
    }
}
