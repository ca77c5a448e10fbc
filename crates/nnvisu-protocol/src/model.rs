//! The weights of a network as version 1 writes them: nested lists of numbers.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits::{MAX_CLASSES, MAX_HIDDEN_LAYERS, MAX_UNITS, MIN_CLASSES};
use crate::settings::HiddenLayers;

/// Number of inputs of every network: x and y.
pub const N_INPUTS: usize = 2;

/// One layer: `weights[out][in]` in one list, row by row, and `biases[out]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    n_in: usize,
    weights: Vec<f32>,
    biases: Vec<f32>,
}

impl Layer {
    /// `weights` has one row of `n_in` values per unit, one row after the other.
    ///
    /// # Errors
    ///
    /// When the weights are not `biases.len()` rows of `n_in`, or a value is not finite. The
    /// layer of the error is 0.
    pub fn new(n_in: usize, weights: Vec<f32>, biases: Vec<f32>) -> Result<Self, InvalidModel> {
        if weights.len() != n_in * biases.len() {
            return Err(InvalidModel {
                field: "weights[0]".to_owned(),
                message: format!(
                    "A layer of {} units with {n_in} inputs has {} weights, not {}",
                    biases.len(),
                    n_in * biases.len(),
                    weights.len()
                ),
            });
        }
        for (name, values) in [("weights", &weights), ("biases", &biases)] {
            if values.iter().any(|value| !value.is_finite()) {
                return Err(InvalidModel {
                    field: format!("{name}[0]"),
                    message: format!("The {name} of a layer must be finite numbers"),
                });
            }
        }
        Ok(Self {
            n_in,
            weights,
            biases,
        })
    }

    /// Number of inputs.
    #[must_use]
    pub fn n_in(&self) -> usize {
        self.n_in
    }

    /// Number of units.
    #[must_use]
    pub fn n_out(&self) -> usize {
        self.biases.len()
    }

    /// The weights, row by row: the weight from input `i` to unit `o` is at `o * n_in + i`.
    #[must_use]
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The biases, one per unit.
    #[must_use]
    pub fn biases(&self) -> &[f32] {
        &self.biases
    }
}

/// The weights of a whole network whose layers fit each other: 2 inputs, at most 10 hidden
/// layers of 1 to 100 units, 2 to 8 outputs.
///
/// On the wire `{"weights": [layer][out][in], "biases": [layer][out]}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "NestedModel", into = "NestedModel")]
pub struct Model {
    layers: Vec<Layer>,
}

/// Why lists of weights and biases are not the weights of a network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct InvalidModel {
    /// The list that is wrong, such as `weights[1]`.
    pub field: String,
    /// What is wrong and what is expected, for a person.
    pub message: String,
}

impl Model {
    /// # Errors
    ///
    /// When the layers do not fit each other or are outside the limits.
    pub fn new(layers: Vec<Layer>) -> Result<Self, InvalidModel> {
        let refuse = |field: String, message: String| Err(InvalidModel { field, message });
        let Some(last) = layers.len().checked_sub(1) else {
            return refuse(
                "weights".to_owned(),
                "A network has at least one layer".to_owned(),
            );
        };
        if last > MAX_HIDDEN_LAYERS {
            return refuse(
                "weights".to_owned(),
                format!(
                    "A network has at most {} layers, not {}",
                    MAX_HIDDEN_LAYERS + 1,
                    layers.len()
                ),
            );
        }
        let mut n_in = N_INPUTS;
        for (idx, layer) in layers.iter().enumerate() {
            if layer.n_in != n_in {
                return refuse(
                    format!("weights[{idx}]"),
                    format!(
                        "The weights of layer {} must be {} × {n_in} (units × inputs), not {} × {}",
                        idx + 1,
                        layer.n_out(),
                        layer.n_out(),
                        layer.n_in
                    ),
                );
            }
            n_in = layer.n_out();
            let (what, allowed) = if idx == last {
                ("The output layer", MIN_CLASSES..=MAX_CLASSES)
            } else {
                ("A hidden layer", 1..=MAX_UNITS)
            };
            if !allowed.contains(&n_in) {
                return refuse(
                    format!("biases[{idx}]"),
                    format!(
                        "{what} has {} to {} units, not {n_in}",
                        allowed.start(),
                        allowed.end()
                    ),
                );
            }
        }
        Ok(Self { layers })
    }

    /// The layers from input to output.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Number of outputs, one per class.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.layers.last().map_or(MIN_CLASSES, Layer::n_out)
    }

    /// The sizes of the hidden layers.
    #[must_use]
    pub fn hidden_layers(&self) -> HiddenLayers {
        let n_hidden = self.layers.len() - 1;
        let sizes = self.layers[..n_hidden].iter().map(Layer::n_out).collect();
        HiddenLayers::new(sizes).unwrap_or_default()
    }
}

#[derive(Serialize, Deserialize)]
struct NestedModel {
    weights: Vec<Vec<Vec<f32>>>,
    biases: Vec<Vec<f32>>,
}

impl From<Model> for NestedModel {
    fn from(model: Model) -> Self {
        let (weights, biases) = model
            .layers
            .into_iter()
            .map(|layer| {
                let rows = layer
                    .weights
                    .chunks(layer.n_in)
                    .map(<[f32]>::to_vec)
                    .collect();
                (rows, layer.biases)
            })
            .unzip();
        Self { weights, biases }
    }
}

impl TryFrom<NestedModel> for Model {
    type Error = InvalidModel;

    fn try_from(nested: NestedModel) -> Result<Self, InvalidModel> {
        from_nested(nested.weights, nested.biases)
    }
}

/// Builds a network from `weights[layer][out][in]` and `biases[layer][out]`, each of which has
/// to have the shape that the layer before it and its biases ask for.
pub(crate) fn from_nested(
    weights: Vec<Vec<Vec<f32>>>,
    biases: Vec<Vec<f32>>,
) -> Result<Model, InvalidModel> {
    if weights.len() != biases.len() {
        return Err(InvalidModel {
            field: "biases".to_owned(),
            message: format!(
                "There are weights for {} layers, but biases for {}",
                weights.len(),
                biases.len()
            ),
        });
    }
    let mut n_in = N_INPUTS;
    let mut layers = Vec::with_capacity(weights.len());
    for (idx, (rows, biases)) in weights.into_iter().zip(biases).enumerate() {
        let n_out = biases.len();
        let wrong_row = rows.iter().map(Vec::len).find(|&len| len != n_in);
        if rows.len() != n_out || wrong_row.is_some() {
            let given_in = wrong_row.unwrap_or(n_in);
            return Err(InvalidModel {
                field: format!("weights[{idx}]"),
                message: format!(
                    "The weights of layer {} must be {n_out} × {n_in} (units × inputs), not {} × {given_in}",
                    idx + 1,
                    rows.len(),
                ),
            });
        }
        layers.push(Layer::new(n_in, rows.concat(), biases)?);
        n_in = n_out;
    }
    Model::new(layers)
}
