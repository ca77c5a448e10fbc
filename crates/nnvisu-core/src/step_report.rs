//! What the last optimizer step did to each layer.

use crate::{HiddenLayers, Mlp};

/// What one optimizer step did, computed when asked for from what the step leaves behind.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepReport {
    /// The loss of the step's batch before the step.
    pub batch_loss: f32,
    n_layers: usize,
    layers: [LayerReport; HiddenLayers::MAX_LAYERS + 1],
}

/// What one optimizer step did to a layer's weights and biases.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LayerReport {
    /// The Euclidean norm of the gradient of the loss (without L2 regularization).
    pub gradient_norm: f32,
    /// The norm of the change over the norm of the parameters before it. Around 1e-3 is usual.
    pub update_ratio: f32,
}

impl StepReport {
    pub(crate) fn new(batch_loss: f32, gradient: &[f32], before: &[f32], mlp: &Mlp) -> Self {
        let mut layers = [LayerReport::default(); HiddenLayers::MAX_LAYERS + 1];
        for (layer, report) in layers[..mlp.n_layers()].iter_mut().enumerate() {
            let after = mlp.layer_parameters(layer);
            let place = mlp.layer_start(layer)..mlp.layer_start(layer) + after.len();
            let (before, gradient) = (&before[place.clone()], &gradient[place]);
            let change = norm(
                after
                    .iter()
                    .zip(before)
                    .map(|(after, before)| after - before),
            );
            let size = norm(before.iter().copied());
            *report = LayerReport {
                gradient_norm: norm(gradient.iter().copied()) as f32,
                update_ratio: if change == 0.0 {
                    0.0
                } else {
                    (change / size) as f32
                },
            };
        }
        Self {
            batch_loss,
            n_layers: mlp.n_layers(),
            layers,
        }
    }

    /// The layers, input side first; the last is the output layer.
    #[must_use]
    pub fn layers(&self) -> &[LayerReport] {
        &self.layers[..self.n_layers]
    }

    /// The Euclidean norm of the gradient of all layers.
    #[must_use]
    pub fn gradient_norm(&self) -> f32 {
        norm(self.layers().iter().map(|layer| layer.gradient_norm)) as f32
    }
}

fn norm(values: impl Iterator<Item = f32>) -> f64 {
    values
        .map(|v| f64::from(v) * f64::from(v))
        .sum::<f64>()
        .sqrt()
}
