//! A block of samples passed through the network, forward and backward.

use crate::kernels::activation::keeps_derivative;
use crate::kernels::dense::{DenseBackward, DenseForward, Derivatives};
use crate::kernels::dropout::{DropUnits, Mask};
use crate::kernels::gradient::WeightGradient;
use crate::kernels::softmax::{Measure, Posteriors, SoftmaxGradient, Targets};
use crate::kernels::{Columns, Rows, dispatch};
use crate::samples::Samples;
use crate::{Architecture, InstructionSet, Mlp};
use std::ops::Range;

/// The most rows that are worked on at a time. Large enough that the sums over samples seldom
/// have to be added up across lanes, small enough that a layer stays in the second-level cache.
const BLOCK_ROWS: usize = 1024;

/// The same for networks of more than [`LARGE_NETWORK`] parameters, so that a block takes no more
/// than a few milliseconds.
const BLOCK_ROWS_OF_LARGE_NETWORK: usize = 256;

const LARGE_NETWORK: usize = 20_000;

/// How many rows of `mlp` are worked on at a time.
pub(crate) fn block_rows(mlp: &Mlp) -> usize {
    if mlp.parameters().len() > LARGE_NETWORK {
        BLOCK_ROWS_OF_LARGE_NETWORK
    } else {
        BLOCK_ROWS
    }
}

/// Cuts rows into blocks.
pub(crate) fn blocks(rows: Range<usize>, block_rows: usize) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(block_rows)
        .map(move |start| start..end.min(start + block_rows))
}

/// The work space for one block: made once for a network's shape, then reused without allocating.
#[derive(Clone, Debug)]
pub(crate) struct Propagation {
    arch: InstructionSet,
    capacity: usize,
    /// What each layer gives: the hidden activations, then the logits.
    outputs: Vec<Columns>,
    /// `f'(z)` of each hidden layer for which it has to be kept.
    derivatives: Vec<Option<Columns>>,
    /// The gradient of the loss with respect to the layer under work, and to the one below.
    delta: Columns,
    delta_below: Columns,
    /// One column: what each sample counts in sums, and 0 in padding rows.
    sample_weight: Columns,
    /// What `sample_weight` holds: the number of rows and their weight.
    weighted: (usize, f32),
    /// One column: the class that the network gives each sample.
    predicted: Columns,
}

impl Propagation {
    /// Room for up to `capacity` rows through the layers `layer_sizes`, with the instructions of
    /// `arch`.
    pub(crate) fn new(arch: InstructionSet, layer_sizes: &[usize], capacity: usize) -> Self {
        let widest = layer_sizes.iter().copied().max().unwrap_or(0);
        let columns = |&n: &usize| Columns::zeros(capacity, n);
        Self {
            arch,
            capacity,
            outputs: layer_sizes[1..].iter().map(columns).collect(),
            derivatives: Vec::new(),
            delta: Columns::zeros(capacity, widest),
            delta_below: Columns::zeros(capacity, widest),
            sample_weight: Columns::zeros(capacity, 1),
            weighted: (0, 0.0),
            predicted: Columns::zeros(capacity, 1),
        }
    }

    /// Whether there is room for any row.
    pub(crate) fn has_room(&self) -> bool {
        self.capacity > 0
    }

    /// The instruction set in use.
    pub(crate) fn arch(&self) -> InstructionSet {
        self.arch
    }

    /// Makes the room for derivatives that [`forward_training`](Self::forward_training) needs, so
    /// that training does not have to.
    pub(crate) fn reserve_derivatives(&mut self, architecture: &Architecture) {
        let layers = architecture.layers().iter();
        self.derivatives = layers
            .map(|layer| {
                let is_stored = layer.dropout.get() > 0.0 || keeps_derivative(layer.activation);
                is_stored.then(|| Columns::zeros(self.capacity, layer.units))
            })
            .collect();
    }

    /// Computes the logits of `n_rows` samples, in evaluation mode.
    pub(crate) fn forward(&mut self, mlp: &Mlp, inputs: Rows<'_>, n_rows: usize) {
        for layer in 0..mlp.n_layers() {
            self.dense(mlp, layer, inputs, n_rows, false);
        }
    }

    /// Computes the logits of a block of `samples`, keeping what the backward pass needs.
    ///
    /// `masks` gives the dropout mask of each hidden layer that has one; `first_row` is the index
    /// of the block's first row in the batch.
    pub(crate) fn forward_training(
        &mut self,
        mlp: &Mlp,
        samples: &Samples,
        block: &Range<usize>,
        masks: &[Option<Mask>],
    ) {
        let inputs = samples.inputs.rows_from(block.start);
        for layer in 0..mlp.n_layers() {
            self.dense(mlp, layer, inputs, block.len(), true);
            if let Some(&Some(mask)) = masks.get(layer) {
                let derivatives = self.derivatives[layer].as_mut();
                let drop = DropUnits {
                    mask,
                    n_columns: mlp.layer_sizes()[layer + 1],
                    first_row: block.start,
                    n_rows: block.len(),
                    values: &mut self.outputs[layer],
                    derivatives: derivatives.expect("room is reserved where there is dropout"),
                };
                dispatch(self.arch, drop);
            }
        }
    }

    fn dense(
        &mut self,
        mlp: &Mlp,
        layer: usize,
        inputs: Rows<'_>,
        n_rows: usize,
        keep_derivatives: bool,
    ) {
        let (below, out) = self.outputs.split_at_mut(layer);
        let dense = DenseForward {
            parameters: mlp.layer_parameters(layer),
            n_in: mlp.layer_sizes()[layer],
            n_out: mlp.layer_sizes()[layer + 1],
            n_rows,
            input: below.last().map_or(inputs, |values| values.rows_from(0)),
            out: &mut out[0],
            activation: mlp.architecture().layers().get(layer).map(|l| l.activation),
            derivatives: match self.derivatives.get_mut(layer) {
                Some(derivatives) if keep_derivatives => derivatives.as_mut(),
                _ => None,
            },
        };
        dispatch(self.arch, dense);
    }

    /// Makes the first `n_rows` samples count `weight` each in all sums, and the others nothing.
    fn weigh(&mut self, n_rows: usize, weight: f32) {
        if self.weighted != (n_rows, weight) {
            let weights = self.sample_weight.column_mut(0);
            weights[..n_rows].fill(weight);
            weights[n_rows..].fill(0.0);
            self.weighted = (n_rows, weight);
        }
    }

    /// After [`forward_training`](Self::forward_training) of the same block: adds the gradient of
    /// the loss, in which each sample counts `weight`, to `gradient`, laid out like the parameters,
    /// and returns the block's share of the loss.
    pub(crate) fn backward(
        &mut self,
        mlp: &Mlp,
        samples: &Samples,
        block: &Range<usize>,
        weight: f32,
        gradient: &mut [f32],
    ) -> f32 {
        let n_rows = block.len();
        self.weigh(n_rows, weight);
        let loss = dispatch(
            self.arch,
            SoftmaxGradient {
                n_rows,
                n_classes: mlp.n_classes(),
                logits: &self.outputs[mlp.n_layers() - 1],
                targets: Targets {
                    one_hot: samples.one_hot.rows_from(block.start),
                    sample_weight: &self.sample_weight,
                },
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
                input: match layer.checked_sub(1) {
                    Some(below) => self.outputs[below].rows_from(0),
                    None => samples.inputs.rows_from(block.start),
                },
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
                            &self.outputs[layer - 1],
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

    /// Passes a block of `samples` forward, in evaluation mode. Returns the sum of their losses,
    /// and the class that the network gives each of them, as numbers.
    pub(crate) fn measure(
        &mut self,
        mlp: &Mlp,
        samples: &Samples,
        block: &Range<usize>,
    ) -> (f32, &[f32]) {
        let n_rows = block.len();
        self.forward(mlp, samples.inputs.rows_from(block.start), n_rows);
        self.weigh(n_rows, 1.0);
        let loss = dispatch(
            self.arch,
            Measure {
                n_rows,
                n_classes: mlp.n_classes(),
                logits: &self.outputs[mlp.n_layers() - 1],
                targets: Targets {
                    one_hot: samples.one_hot.rows_from(block.start),
                    sample_weight: &self.sample_weight,
                },
                predicted: &mut self.predicted,
            },
        );
        (loss, &self.predicted.column(0)[..n_rows])
    }

    /// After [`measure`](Self::measure) or [`forward`](Self::forward): the activations of hidden
    /// layer `layer`, one column per unit, of which `n_rows` rows were computed.
    pub(crate) fn activations(&self, layer: usize) -> &Columns {
        &self.outputs[layer]
    }

    /// After [`forward`](Self::forward) of `n_rows` samples: `total` times the probability of each
    /// class, one column each.
    pub(crate) fn posteriors(&mut self, n_rows: usize, total: f32) -> &Columns {
        let logits = self.outputs.last_mut().expect("a network has layers");
        dispatch(
            self.arch,
            Posteriors {
                n_rows,
                n_classes: logits.n_columns(),
                total,
                logits,
            },
        );
        logits
    }
}
