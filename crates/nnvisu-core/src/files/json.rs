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
//! `weights` are out × in, a list per unit. The inputs of the first layer are x and y; the last has
//! an output per class; the activation stands between layers. Networks whose hidden layers have
//! different activations are written as version 2, in which each hidden layer has its own:
//! `{"activation": "relu", "weights": …, "biases": …}`.

use super::{MAX_BYTES, json_of, row_major};
use crate::{
    Activation, Architecture, Dropout, Feature, InvalidArchitecture, InvalidParameters, LayerSpec,
    Mlp,
};
use serde::Deserialize;
use std::fmt::Write as _;

/// What `format` says.
const FORMAT: &str = "nnvisu-model";

/// The newest version, which [`write()`] writes where version 1 cannot hold the network. [`read`]
/// reads it and all before it.
pub const VERSION: u64 = 2;

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
    /// There are too many layers, units or outputs, or too few.
    #[error(transparent)]
    Architecture(#[from] InvalidArchitecture),
    /// A number is not finite.
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
    /// In version 1: of all hidden layers.
    activation: Option<Activation>,
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Layer {
    /// In version 2: of a hidden layer.
    activation: Option<Activation>,
    weights: Vec<Vec<f32>>,
    biases: Vec<f32>,
}

/// Writes a network, a unit in a line.
#[must_use]
pub fn write(mlp: &Mlp) -> String {
    let layers = mlp.architecture().layers();
    let activation = layers
        .first()
        .map_or_else(Activation::default, |l| l.activation);
    let is_uniform = layers.iter().all(|layer| layer.activation == activation);
    let head = if is_uniform {
        format!("1,\n  \"activation\": \"{activation}\"")
    } else {
        VERSION.to_string()
    };
    let mut text =
        format!("{{\n  \"format\": \"{FORMAT}\",\n  \"version\": {head},\n  \"layers\": [");
    for layer in 0..mlp.n_layers() {
        let n_inputs = mlp.layer_sizes()[layer];
        let weights = row_major(mlp, layer);
        let units: Vec<String> = weights
            .chunks_exact(n_inputs)
            .map(|unit| json_of(&unit))
            .collect();
        write!(
            text,
            "{}\n    {{\n{}      \"weights\": [\n        {}\n      ],\n      \"biases\": {}\n    }}",
            if layer == 0 { "" } else { "," },
            match layers.get(layer) {
                Some(hidden) if !is_uniform =>
                    format!("      \"activation\": \"{}\",\n", hidden.activation),
                _ => String::new(),
            },
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
/// [`InvalidModel`] unless it is a network that this crate can have; see [`Architecture::new`].
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
            return Err(InvalidArchitecture::Outputs(0).into());
        };
        let (features, n_classes) = (Feature::ALL.to_vec(), last.weights.len());
        let specs: Result<Vec<_>, _> = hidden.iter().map(|layer| self.spec(layer)).collect();
        let mut n_inputs = features.len();
        let specs = specs?;
        let mut parameters = Vec::new();
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
        let architecture = Architecture::new(features, specs, n_classes)?;
        Ok(Mlp::from_parameters(architecture, &parameters)?)
    }

    fn spec(&self, layer: &Layer) -> Result<LayerSpec, InvalidModel> {
        let activation = layer.activation.or(self.activation);
        let missing = || InvalidModel::Damaged("a hidden layer has no activation".to_owned());
        Ok(LayerSpec {
            units: layer.weights.len(),
            activation: activation.ok_or_else(missing)?,
            dropout: Dropout::default(),
        })
    }
}
