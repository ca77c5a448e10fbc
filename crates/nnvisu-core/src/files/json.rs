//! Networks as plain JSON, for people and small scripts.
//!
//! ```json
//! {
//!   "format": "nnvisu-model",
//!   "version": 1,
//!   "activation": "tanh",
//!   "layers": [
//!     {
//!       "weights": [
//!         [0.5, -0.25],
//!         [-1.5, 0.75]
//!       ],
//!       "biases": [0.125, -0.125]
//!     }
//!   ]
//! }
//! ```
//!
//! `weights` are out × in, a list per unit. The first layer has two inputs, x and y; the last has
//! an output per class; the activation stands between layers.

use super::{MAX_BYTES, json_of, row_major};
use crate::{Activation, HiddenLayers, InvalidHiddenLayers, InvalidParameters, Mlp};
use serde::Deserialize;
use std::fmt::Write as _;

/// What `format` says.
const FORMAT: &str = "nnvisu-model";

/// The version that [`write()`] writes. [`read`] reads it and all before it.
pub const VERSION: u64 = 1;

/// Why bytes are not a network as JSON.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidModel {
    /// It is larger than [`MAX_BYTES`].
    #[error("The file is larger than {} MiB", MAX_BYTES / (1024 * 1024))]
    TooLarge,
    /// It is something else, such as a session file.
    #[error("The file is not an nnvisu model as JSON")]
    NotAModel,
    /// A newer nnvisu wrote it.
    #[error(
        "The model file has format version {0}, and this nnvisu reads up to {VERSION}: \
         a newer nnvisu can open it"
    )]
    Newer(u64),
    /// It is cut short, or has other parts than there must be.
    #[error("The model file is damaged or incomplete: {0}")]
    Damaged(String),
    /// A list has another length than its neighbours ask for.
    #[error(
        "Layer {layer} has {n_units} units and needs as many biases and lists of {n_inputs} weights"
    )]
    Shape {
        /// The layer, counted from 1 at the input.
        layer: usize,
        /// How many lists of weights it has.
        n_units: usize,
        /// How many values come from the layer before.
        n_inputs: usize,
    },
    /// There are too many layers or units, or too few.
    #[error(transparent)]
    HiddenLayers(#[from] InvalidHiddenLayers),
    /// The number of outputs is not 2 to 8, or a number is not finite.
    #[error(transparent)]
    Parameters(#[from] InvalidParameters),
}

/// Just enough to tell what file it is.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "version")]
    _version: u64,
    activation: Activation,
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Layer {
    weights: Vec<Vec<f32>>,
    biases: Vec<f32>,
}

/// Writes a network, a unit in a line.
#[must_use]
pub fn write(mlp: &Mlp) -> String {
    let mut text = format!(
        "{{\n  \"format\": \"{FORMAT}\",\n  \"version\": {VERSION},\n  \
         \"activation\": \"{}\",\n  \"layers\": [",
        mlp.activation().name()
    );
    for layer in 0..mlp.n_layers() {
        let n_inputs = mlp.layer_sizes()[layer];
        let weights = row_major(mlp, layer);
        let units: Vec<String> = weights
            .chunks_exact(n_inputs)
            .map(|unit| json_of(&unit))
            .collect();
        write!(
            text,
            "{}\n    {{\n      \"weights\": [\n        {}\n      ],\n      \"biases\": {}\n    }}",
            if layer == 0 { "" } else { "," },
            units.join(",\n        "),
            json_of(&mlp.biases(layer).as_slice()),
        )
        .expect("a string takes any text");
    }
    text.push_str("\n  ]\n}\n");
    text
}

/// Reads a network.
///
/// # Errors
///
/// [`InvalidModel`] unless it is a network that this crate can have: two inputs, up to ten hidden
/// layers of up to 100 units, two to eight outputs.
pub fn read(bytes: &[u8]) -> Result<Mlp, InvalidModel> {
    let damaged = |error: serde_json::Error| InvalidModel::Damaged(error.to_string());
    if bytes.len() > MAX_BYTES {
        return Err(InvalidModel::TooLarge);
    }
    let header: Header = serde_json::from_slice(bytes).map_err(|error| {
        if super::begins_with_format(bytes, FORMAT) {
            damaged(error)
        } else {
            InvalidModel::NotAModel
        }
    })?;
    if header.format != FORMAT {
        return Err(InvalidModel::NotAModel);
    }
    if header.version > VERSION {
        return Err(InvalidModel::Newer(header.version));
    }
    let file: File = serde_json::from_slice(bytes).map_err(damaged)?;
    file.network()
}

impl File {
    fn network(self) -> Result<Mlp, InvalidModel> {
        let Some((last, hidden)) = self.layers.split_last() else {
            return Err(InvalidParameters::ClassCount(0).into());
        };
        let hidden = HiddenLayers::new(hidden.iter().map(|layer| layer.weights.len()).collect())?;
        let mut parameters = Vec::new();
        let mut n_inputs = 2;
        for (i, layer) in self.layers.iter().enumerate() {
            let n_units = layer.weights.len();
            let fits = layer.weights.iter().all(|unit| unit.len() == n_inputs);
            if !fits || layer.biases.len() != n_units {
                return Err(InvalidModel::Shape {
                    layer: i + 1,
                    n_units,
                    n_inputs,
                });
            }
            for input in 0..n_inputs {
                parameters.extend(layer.weights.iter().map(|unit| unit[input]));
            }
            parameters.extend(&layer.biases);
            n_inputs = n_units;
        }
        let n_classes = last.weights.len();
        Ok(Mlp::from_parameters(
            &hidden,
            n_classes,
            self.activation,
            &parameters,
        )?)
    }
}
