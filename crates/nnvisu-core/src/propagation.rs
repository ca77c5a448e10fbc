//! A block of samples passed through the network, forward and backward.

use crate::kernels::dense::{DenseBackward, DenseForward, Derivatives};
use crate::kernels::dropout::{DropUnits, Mask};
use crate::kernels::gradient::WeightGradient;
use crate::kernels::softmax::{Measure, Posteriors, SoftmaxGradient, Targets};
use crate::kernels::{Columns, dispatch};
use crate::{Activation, Architecture, Feature, Mlp, Point};

/// The most rows that are worked on at a time. Large enough that the sums over samples seldom
/// have to be added up across lanes, small enough that a layer stays in the second-level cache.
pub(crate) const BLOCK_ROWS: usize = 1024;

/// The work space for one block: made once for a network's shape, then reused without allocating.
#[derive(Clone, Debug)]
pub(crate) struct Propagation {
    arch: pulp::Arch,
    capacity: usize,
    n_rows: usize,
    /// What goes into each layer; then the logits.
    activations: Vec<Columns>,
    /// `f'(z)` of each hidden layer for which it has to be kept.
    derivatives: Vec<Option<Columns>>,
    /// The gradient of the loss with respect to the layer under work, and to the one below.
    delta: Columns,
    delta_below: Columns,
    targets: Targets,
}

impl Propagation {
    /// Room for up to `capacity` rows through the layers `layer_sizes`, with the instructions of
    /// `arch`.
    pub(crate) fn new(arch: pulp::Arch, layer_sizes: &[usize], capacity: usize) -> Self {
        let n_classes = layer_sizes[layer_sizes.len() - 1];
        let widest = layer_sizes.iter().copied().max().unwrap_or(0);
        let columns = |&n: &usize| Columns::zeros(capacity, n);
        Self {
            arch,
            capacity,
            n_rows: 0,
            activations: layer_sizes.iter().map(columns).collect(),
            derivatives: Vec::new(),
            delta: Columns::zeros(capacity, widest),
            delta_below: Columns::zeros(capacity, widest),
            targets: Targets::zeros(capacity, n_classes),
        }
    }

    /// Whether there is room for any row.
    pub(crate) fn has_room(&self) -> bool {
        self.capacity > 0
    }

    /// The instruction set in use.
    pub(crate) fn arch(&self) -> pulp::Arch {
        self.arch
    }

    /// Makes the room for derivatives that [`forward_training`](Self::forward_training) needs, so
    /// that training does not have to.
    pub(crate) fn reserve_derivatives(&mut self, architecture: &Architecture) {
        let layers = architecture.layers().iter();
        self.derivatives = layers
            .map(|layer| {
                let is_stored = layer.dropout.get() > 0.0 || layer.activation == Activation::Gelu;
                is_stored.then(|| Columns::zeros(self.capacity, layer.units))
            })
            .collect();
    }

    /// Loads samples with their labels; each counts `weight` in all sums.
    pub(crate) fn load_samples(
        &mut self,
        features: &[Feature],
        samples: impl ExactSizeIterator<Item = Point>,
        weight: f32,
    ) {
        self.n_rows = samples.len();
        let rows = self.n_rows;
        let n_classes = self.targets.one_hot.n_columns();
        for class in 0..n_classes {
            self.targets.one_hot.column_mut(class)[..rows].fill(0.0);
        }
        for (row, point) in samples.enumerate() {
            for (input, feature) in features.iter().enumerate() {
                self.activations[0].column_mut(input)[row] = feature.value(point.x(), point.y());
            }
            self.targets.one_hot.column_mut(point.label().index())[row] = 1.0;
        }
        // What an earlier block left behind must not overflow beside this one.
        for input in 0..features.len() {
            self.activations[0].column_mut(input)[rows..].fill(0.0);
        }
        let weights = self.targets.sample_weight.column_mut(0);
        weights[..rows].fill(weight);
        weights[rows..].fill(0.0);
    }

    /// The columns for `n_rows` points without labels: one per input feature.
    pub(crate) fn inputs_mut(&mut self, n_rows: usize) -> &mut Columns {
        self.n_rows = n_rows;
        &mut self.activations[0]
    }

    /// Computes the logits of the loaded block, in evaluation mode.
    pub(crate) fn forward(&mut self, mlp: &Mlp) {
        for layer in 0..mlp.n_layers() {
            self.dense(mlp, layer, false);
        }
    }

    /// Computes the logits of the loaded block, keeping what the backward pass needs.
    ///
    /// `masks` gives the dropout mask of each hidden layer that has one; `first_row` is the index
    /// of the block's first row in the batch.
    pub(crate) fn forward_training(&mut self, mlp: &Mlp, first_row: usize, masks: &[Option<Mask>]) {
        for layer in 0..mlp.n_layers() {
            self.dense(mlp, layer, true);
            if let Some(&Some(mask)) = masks.get(layer) {
                let derivatives = self.derivatives[layer].as_mut();
                let drop = DropUnits {
                    mask,
                    n_columns: mlp.layer_sizes()[layer + 1],
                    first_row,
                    n_rows: self.n_rows,
                    values: &mut self.activations[layer + 1],
                    derivatives: derivatives.expect("room is reserved where there is dropout"),
                };
                dispatch(self.arch, drop);
            }
        }
    }

    fn dense(&mut self, mlp: &Mlp, layer: usize, keep_derivatives: bool) {
        let (input, out) = self.activations.split_at_mut(layer + 1);
        let dense = DenseForward {
            parameters: mlp.layer_parameters(layer),
            n_in: mlp.layer_sizes()[layer],
            n_out: mlp.layer_sizes()[layer + 1],
            n_rows: self.n_rows,
            input: &input[layer],
            out: &mut out[0],
            activation: mlp.architecture().layers().get(layer).map(|l| l.activation),
            derivatives: match self.derivatives.get_mut(layer) {
                Some(derivatives) if keep_derivatives => derivatives.as_mut(),
                _ => None,
            },
        };
        dispatch(self.arch, dense);
    }

    /// After [`forward_training`](Self::forward_training): adds the gradient of the loss to
    /// `gradient`, laid out like the parameters, and returns the block's share of the loss.
    pub(crate) fn backward(&mut self, mlp: &Mlp, gradient: &mut [f32]) -> f32 {
        let n_rows = self.n_rows;
        let loss = dispatch(
            self.arch,
            SoftmaxGradient {
                n_rows,
                n_classes: mlp.n_classes(),
                logits: &self.activations[mlp.n_layers()],
                targets: &self.targets,
                delta: &mut self.delta,
            },
        );
        for layer in (0..mlp.n_layers()).rev() {
            let (n_in, n_out) = (mlp.layer_sizes()[layer], mlp.layer_sizes()[layer + 1]);
            let parameters = mlp.layer_parameters(layer);
            let weights = WeightGradient {
                n_in,
                n_out,
                n_rows,
                input: &self.activations[layer],
                delta: &self.delta,
                gradient: &mut gradient[mlp.layer_start(layer)..][..parameters.len()],
            };
            dispatch(self.arch, weights);
            if layer > 0 {
                let below = DenseBackward {
                    parameters,
                    n_in,
                    n_out,
                    n_rows,
                    delta: &self.delta,
                    derivatives: match &self.derivatives[layer - 1] {
                        Some(stored) => Derivatives::Stored(stored),
                        None => Derivatives::FromValues(
                            mlp.architecture().layers()[layer - 1].activation,
                            &self.activations[layer],
                        ),
                    },
                    out: &mut self.delta_below,
                };
                dispatch(self.arch, below);
                std::mem::swap(&mut self.delta, &mut self.delta_below);
            }
        }
        loss
    }

    /// After [`forward`](Self::forward): the block's share of the loss, and how many of its samples
    /// are classified rightly.
    pub(crate) fn measure(&self) -> (f32, f32) {
        dispatch(
            self.arch,
            Measure {
                n_rows: self.n_rows,
                n_classes: self.targets.one_hot.n_columns(),
                logits: &self.activations[self.activations.len() - 1],
                targets: &self.targets,
            },
        )
    }

    /// After [`forward`](Self::forward): `total` times the probability of each class, one column
    /// each.
    pub(crate) fn posteriors(&mut self, total: f32) -> &Columns {
        let last = self.activations.len() - 1;
        let logits = &mut self.activations[last];
        dispatch(
            self.arch,
            Posteriors {
                n_rows: self.n_rows,
                n_classes: logits.n_columns(),
                total,
                logits,
            },
        );
        &self.activations[last]
    }
}
