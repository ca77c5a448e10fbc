//! The weights of a network as version 1 writes them: nested lists of numbers.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::architecture::HiddenLayers;
use crate::limits::{MAX_CLASSES, MAX_HIDDEN_LAYERS, MAX_UNITS, MIN_CLASSES};
use crate::lists::Bounded;
use crate::numbers::Finite;
use crate::objects::only_read_from_objects;

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
    /// When the weights are not `biases.len()` rows of `n_in`, or a value is not finite.
    pub fn new(n_in: usize, weights: Vec<f32>, biases: Vec<f32>) -> Result<Self, InvalidWeights> {
        let expected = n_in * biases.len();
        if weights.len() != expected {
            return Err(InvalidWeights::new(
                "weights",
                format!(
                    "A layer of {} units with {n_in} inputs has {expected} weights, not {}",
                    biases.len(),
                    weights.len()
                ),
            ));
        }
        for (name, values) in [("weights", &weights), ("biases", &biases)] {
            if values.iter().any(|value| !value.is_finite()) {
                let message = format!("The {name} of a layer must be finite numbers");
                return Err(InvalidWeights::new(name, message));
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
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "UncheckedWeights", into = "NestedWeights")]
#[cfg_attr(test, ts(type = "{ weights: number[][][], biases: number[][], }"))]
pub struct Weights {
    layers: Vec<Layer>,
    hidden_layers: HiddenLayers,
}

/// Why lists of weights and biases are not the weights of a network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct InvalidWeights {
    /// The list that is wrong, such as `weights[1]`.
    pub field: String,
    /// What is wrong and what is expected, for a person.
    pub message: String,
}

impl InvalidWeights {
    fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl Weights {
    /// # Errors
    ///
    /// When the layers do not fit each other or are outside the limits.
    pub fn new(layers: Vec<Layer>) -> Result<Self, InvalidWeights> {
        let Some((output, hidden)) = layers.split_last() else {
            return Err(InvalidWeights::new(
                "weights",
                "A network has at least its output layer",
            ));
        };
        let hidden_layers = HiddenLayers::new(hidden.iter().map(Layer::n_out).collect())
            .map_err(|error| InvalidWeights::new("biases", error.to_string()))?;
        if !(MIN_CLASSES..=MAX_CLASSES).contains(&output.n_out()) {
            return Err(InvalidWeights::new(
                format!("biases[{}]", hidden.len()),
                format!(
                    "The output layer has {MIN_CLASSES} to {MAX_CLASSES} units, not {}",
                    output.n_out()
                ),
            ));
        }
        let mut n_in = N_INPUTS;
        for (idx, layer) in layers.iter().enumerate() {
            if layer.n_in != n_in {
                return Err(wrong_weights(
                    idx,
                    (layer.n_out(), n_in),
                    (layer.n_out(), layer.n_in),
                ));
            }
            n_in = layer.n_out();
        }
        Ok(Self {
            layers,
            hidden_layers,
        })
    }

    /// The layers from input to output.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The sizes of the hidden layers.
    #[must_use]
    pub fn hidden_layers(&self) -> &HiddenLayers {
        &self.hidden_layers
    }

    /// Number of outputs, one per class.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.layers.last().map_or(MIN_CLASSES, Layer::n_out)
    }
}

#[derive(Serialize)]
struct NestedWeights {
    weights: Vec<Vec<Vec<f32>>>,
    biases: Vec<Vec<f32>>,
}

/// A layer has at most 100 units, and as many inputs.
type Units<T> = Bounded<T, MAX_UNITS>;
type Layers<T> = Bounded<T, { MAX_HIDDEN_LAYERS + 1 }>;

/// Lists of weights and biases that need not be those of a network.
#[derive(Deserialize)]
#[serde(remote = "Self")]
pub(crate) struct UncheckedWeights {
    weights: Layers<Units<Units<Finite>>>,
    biases: Layers<Units<Finite>>,
}
only_read_from_objects!(UncheckedWeights);

impl UncheckedWeights {
    /// Whether there are none at all, which stands for fresh weights.
    pub(crate) fn are_fresh(&self) -> bool {
        self.weights.0.is_empty() && self.biases.0.is_empty()
    }
}

impl From<Weights> for NestedWeights {
    fn from(model: Weights) -> Self {
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

impl TryFrom<UncheckedWeights> for Weights {
    type Error = InvalidWeights;

    fn try_from(unchecked: UncheckedWeights) -> Result<Self, InvalidWeights> {
        checked(unchecked, None)
    }
}

/// Builds a network from `weights[layer][out][in]` and `biases[layer][out]`. If the hidden
/// layers are `configured`, the lists have to be the weights of that network.
pub(crate) fn checked(
    unchecked: UncheckedWeights,
    configured: Option<&HiddenLayers>,
) -> Result<Weights, InvalidWeights> {
    let UncheckedWeights {
        weights: Bounded(weights),
        biases: Bounded(biases),
    } = unchecked;
    let numbers = |Bounded(numbers): Units<Finite>| numbers.into_iter().map(|number| number.0);
    let biases: Vec<Vec<f32>> = biases
        .into_iter()
        .map(|biases| numbers(biases).collect())
        .collect();
    if weights.len() != biases.len() {
        return Err(InvalidWeights::new(
            "biases",
            format!(
                "Weights and biases must be of equally many layers, not {} and {}",
                weights.len(),
                biases.len()
            ),
        ));
    }
    if let Some(hidden_layers) = configured {
        check_biases(&biases, hidden_layers)?;
    }
    let mut n_in = N_INPUTS;
    let mut layers = Vec::with_capacity(weights.len());
    for (idx, (Bounded(rows), biases)) in weights.into_iter().zip(biases).enumerate() {
        let n_out = biases.len();
        let odd_row = rows.iter().map(|row| row.0.len()).find(|&len| len != n_in);
        if rows.len() != n_out || odd_row.is_some() {
            let given = (rows.len(), odd_row.unwrap_or(n_in));
            return Err(wrong_weights(idx, (n_out, n_in), given));
        }
        let weights = rows.into_iter().flat_map(numbers).collect();
        let layer = Layer::new(n_in, weights, biases).map_err(|error| {
            InvalidWeights::new(format!("{}[{idx}]", error.field), error.message)
        })?;
        layers.push(layer);
        n_in = n_out;
    }
    Weights::new(layers)
}

/// Checks that there are as many layers and hidden units as the configuration says.
fn check_biases(biases: &[Vec<f32>], configured: &HiddenLayers) -> Result<(), InvalidWeights> {
    let n_layers = configured.sizes().len() + 1;
    if biases.len() != n_layers {
        return Err(InvalidWeights::new(
            "weights",
            format!(
                "The configured architecture has {n_layers} layers with weights, not {}",
                biases.len()
            ),
        ));
    }
    for (idx, (biases, &n_out)) in biases.iter().zip(configured.sizes()).enumerate() {
        if biases.len() != n_out {
            return Err(InvalidWeights::new(
                format!("biases[{idx}]"),
                format!(
                    "Layer {} has {n_out} units and as many biases, not {}",
                    idx + 1,
                    biases.len()
                ),
            ));
        }
    }
    Ok(())
}

/// The error for weights whose shape (units, inputs) is not the expected one.
fn wrong_weights(idx: usize, expected: (usize, usize), given: (usize, usize)) -> InvalidWeights {
    InvalidWeights::new(
        format!("weights[{idx}]"),
        format!(
            "The weights of layer {} must be {} × {} (units × inputs), not {} × {}",
            idx + 1,
            expected.0,
            expected.1,
            given.0,
            given.1
        ),
    )
}
