//! The multi-layer perceptron: its shape and its parameters.

use crate::Architecture;
use crate::aligned::AlignedVec;
use crate::output_rows::{AbsentRow, OutputRows};
use crate::seeds::{self, Stream};
use nalgebra::{DMatrixView, DVector, DVectorView};
use rand_distr::{Distribution as _, Uniform};

/// A multi-layer perceptron from a point of the plane to one logit per class.
///
/// # Shapes and memory layout
///
/// [`layer_sizes`](Self::layer_sizes) is `[inputs, hidden…, outputs]`. Layer `l` maps
/// `layer_sizes[l]` inputs to `layer_sizes[l + 1]` outputs: `z = W·a + b`, followed by the layer's
/// activation function in all layers but the last. All parameters lie in one flat slice, layer
/// after layer: first `W` (out × in, column-major as everywhere in nalgebra: the weights from
/// input 0 to all outputs, then those from input 1, …), then `b` (out). Seen as a matrix of
/// out × (in + 1), the biases are its last column.
#[derive(Clone, Debug)]
pub struct Mlp {
    architecture: Architecture,
    layer_sizes: Vec<usize>,
    n_parameters: usize,
    /// Padded with zeros to whole vector registers.
    parameters: AlignedVec,
}

/// Why a slice of numbers cannot be the parameters of a network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidParameters {
    /// The slice does not have the length that the network's shape asks for.
    #[error("A network with the layers {layer_sizes:?} has {expected} parameters, not {actual}")]
    Length {
        /// Input, hidden and output units.
        layer_sizes: Vec<usize>,
        /// What the shape asks for.
        expected: usize,
        /// What was given.
        actual: usize,
    },
    /// A parameter is NaN or infinite.
    #[error("Parameter {index} is {value}; all parameters must be finite")]
    NotFinite {
        /// Its index in the flat slice.
        index: usize,
        /// What it is.
        value: f32,
    },
}

impl Mlp {
    /// A network with fresh random parameters: weights and biases of a layer uniform in
    /// ±1/√(fan-in), as `torch.nn.Linear` draws them. The same arguments give the same network.
    #[must_use]
    pub fn new(architecture: Architecture, seed: u64) -> Self {
        let mut mlp = Self::zeros(architecture);
        let mut rng = seeds::rng(seed, Stream::Init, 0);
        let mut parameters = &mut mlp.parameters[..];
        for sizes in mlp.layer_sizes.windows(2) {
            let (layer, rest) = parameters.split_at_mut(n_layer_parameters(sizes[0], sizes[1]));
            let initial = initial_distribution(sizes[0]);
            layer.fill_with(|| initial.sample(&mut rng));
            parameters = rest;
        }
        mlp
    }

    /// A network with the given parameters, laid out as described for the type.
    ///
    /// # Errors
    ///
    /// [`InvalidParameters`] if their number is wrong or one of them is not finite.
    pub fn from_parameters(
        architecture: Architecture,
        parameters: &[f32],
    ) -> Result<Self, InvalidParameters> {
        let mut mlp = Self::zeros(architecture);
        if parameters.len() != mlp.n_parameters {
            return Err(InvalidParameters::Length {
                expected: mlp.n_parameters,
                actual: parameters.len(),
                layer_sizes: mlp.layer_sizes,
            });
        }
        if let Some(index) = parameters.iter().position(|value| !value.is_finite()) {
            return Err(InvalidParameters::NotFinite {
                index,
                value: parameters[index],
            });
        }
        mlp.parameters[..parameters.len()].copy_from_slice(parameters);
        Ok(mlp)
    }

    fn zeros(architecture: Architecture) -> Self {
        let layer_sizes = architecture.layer_sizes();
        let n_parameters = layer_sizes
            .windows(2)
            .map(|sizes| n_layer_parameters(sizes[0], sizes[1]))
            .sum();
        Self {
            architecture,
            layer_sizes,
            n_parameters,
            parameters: AlignedVec::zeros(crate::aligned::padded(n_parameters)),
        }
    }

    /// What the network is made of.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The number of output units, [`MIN_CLASSES`](crate::MIN_CLASSES) to
    /// [`MAX_CLASSES`](crate::MAX_CLASSES).
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.architecture.outputs()
    }

    /// Input, hidden and output units: `[inputs, hidden…, outputs]`.
    #[must_use]
    pub fn layer_sizes(&self) -> &[usize] {
        &self.layer_sizes
    }

    /// The number of layers with parameters: one more than there are hidden layers.
    #[must_use]
    pub fn n_layers(&self) -> usize {
        self.layer_sizes.len() - 1
    }

    /// All parameters, laid out as described for the type.
    #[must_use]
    pub fn parameters(&self) -> &[f32] {
        &self.parameters[..self.n_parameters]
    }

    /// The weights of layer `layer`, out × in.
    ///
    /// # Panics
    ///
    /// If `layer` is not below [`n_layers`](Self::n_layers).
    #[must_use]
    pub fn weights(&self, layer: usize) -> DMatrixView<'_, f32> {
        let (n_in, n_out) = (self.layer_sizes[layer], self.layer_sizes[layer + 1]);
        DMatrixView::from_slice(&self.layer_parameters(layer)[..n_in * n_out], n_out, n_in)
    }

    /// The biases of layer `layer`, one per output.
    ///
    /// # Panics
    ///
    /// If `layer` is not below [`n_layers`](Self::n_layers).
    #[must_use]
    pub fn biases(&self, layer: usize) -> DVectorView<'_, f32> {
        let (n_in, n_out) = (self.layer_sizes[layer], self.layer_sizes[layer + 1]);
        DVectorView::from_slice(&self.layer_parameters(layer)[n_in * n_out..], n_out)
    }

    /// The logits at one point, one per class, straight from the definition. To evaluate many
    /// points at once, [`Rasterizer`](crate::Rasterizer) is far faster.
    #[must_use]
    pub fn logits(&self, x: f32, y: f32) -> DVector<f32> {
        let features = self.architecture.features();
        let inputs = features.iter().map(|feature| feature.value(x, y));
        let mut values = DVector::from_iterator(features.len(), inputs);
        for layer in 0..self.n_layers() {
            values = self.weights(layer) * values + self.biases(layer);
            if let Some(hidden) = self.architecture.layers().get(layer) {
                values.apply(|z| *z = hidden.activation.apply(*z));
            }
        }
        values
    }

    /// The probability of each class at one point: the softmax of [`logits`](Self::logits).
    #[must_use]
    pub fn posteriors(&self, x: f32, y: f32) -> DVector<f32> {
        let logits = self.logits(x, y);
        let exponentials = logits.add_scalar(-logits.max()).map(f32::exp);
        &exponentials / exponentials.sum()
    }

    /// The parameters of one layer: `W`, then `b`.
    pub(crate) fn layer_parameters(&self, layer: usize) -> &[f32] {
        let start = self.layer_start(layer);
        let n = n_layer_parameters(self.layer_sizes[layer], self.layer_sizes[layer + 1]);
        &self.parameters[start..start + n]
    }

    /// Where the parameters of `layer` begin in the flat slice.
    pub(crate) fn layer_start(&self, layer: usize) -> usize {
        self.layer_sizes[..=layer]
            .windows(2)
            .map(|sizes| n_layer_parameters(sizes[0], sizes[1]))
            .sum()
    }

    /// All parameters, followed by zeros up to whole vector registers.
    pub(crate) fn padded_parameters(&self) -> &AlignedVec {
        &self.parameters
    }

    /// Replaces the parameters by `other`, which has the same length.
    pub(crate) fn copy_parameters(&mut self, other: &AlignedVec) {
        self.parameters.copy_from_slice(other);
    }

    /// Exchanges the parameters for `other`, which has the same length.
    pub(crate) fn swap_parameters(&mut self, other: &mut AlignedVec) {
        debug_assert_eq!(self.parameters.len(), other.len());
        std::mem::swap(&mut self.parameters, other);
    }

    /// The rows of the output layer, and where they begin in the flat slice.
    pub(crate) fn output_rows(&self) -> OutputRows {
        let last = self.n_layers() - 1;
        OutputRows {
            start: self.layer_start(last),
            n_rows: self.n_classes(),
            n_columns: self.layer_sizes[last] + 1,
        }
    }

    /// Gives the output layer `n_classes` units. Rows that stay keep their parameters bit for bit,
    /// those in `returning` bring theirs along, and others are drawn like those of a fresh network.
    /// `last_good` are parameters of the same shape that follow along.
    pub(crate) fn resize_output(
        &mut self,
        n_classes: usize,
        seed: u64,
        returning: &[AbsentRow],
        last_good: &mut AlignedVec,
    ) {
        let rows = self.output_rows();
        let initial = initial_distribution(rows.n_columns - 1);
        let new_row = |class: usize| {
            if let Some(row) = returning.iter().find(|row| row.class == class) {
                return row.parameters.clone();
            }
            let mut rng = seeds::rng(seed, Stream::Grow, class as u64);
            let draw = |_| initial.sample(&mut rng);
            (0..rows.n_columns).map(draw).collect()
        };
        let new_rows: Vec<Vec<f32>> = (rows.n_rows..n_classes).map(new_row).collect();
        let resize = |flat: &[f32]| {
            let fill = |row: usize, column: usize| new_rows[row - rows.n_rows][column];
            rows.resize(flat, n_classes, fill)
        };
        *last_good = AlignedVec::padded_copy(&resize(last_good));
        let resized = resize(&self.parameters);
        self.n_parameters = resized.len();
        self.parameters = AlignedVec::padded_copy(&resized);
        self.architecture.set_outputs(n_classes);
        self.layer_sizes = self.architecture.layer_sizes();
    }
}

impl PartialEq for Mlp {
    fn eq(&self, other: &Self) -> bool {
        self.architecture == other.architecture && self.parameters() == other.parameters()
    }
}

fn n_layer_parameters(n_in: usize, n_out: usize) -> usize {
    n_out * (n_in + 1)
}

/// The distribution of initial weights and biases, uniform in ±1/√(fan-in), as in
/// `torch.nn.Linear.reset_parameters`.
fn initial_distribution(fan_in: usize) -> Uniform<f32> {
    let bound = 1.0 / (fan_in as f32).sqrt();
    Uniform::new_inclusive(-bound, bound).expect("the bound is finite and positive")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Dropout};

    /// Seeds are stored by people: the same seed must keep meaning the same network, also after
    /// an update of the crate that turns random bits into floats.
    #[test]
    fn a_seed_keeps_its_meaning() {
        let hidden = "3".parse().unwrap();
        let architecture = Architecture::uniform(&hidden, Activation::Tanh, Dropout::default());
        let mut mlp = Mlp::new(architecture, 7);
        let before = mlp.parameters().to_vec();
        assert_eq!(
            format!("{:?}", &before[..4]),
            "[-0.6909721, 0.36414486, 0.38810736, 0.41727298]"
        );
        let mut last_good = AlignedVec::padded_copy(&before);
        mlp.resize_output(3, 7, &[], &mut last_good);
        assert_eq!(last_good[..mlp.parameters().len()], *mlp.parameters());
        assert_eq!(mlp.parameters()[..9], before[..9], "the layer below");
        let grown: Vec<f32> = mlp.weights(1).row(2).iter().copied().collect();
        assert_eq!(
            format!("{grown:?}"),
            "[-0.034864604, 0.30932438, 0.5653094]"
        );
    }
}
