//! The shape of a network: as the settings say it, and as it is trained.

use serde::{Deserialize, Serialize};

use crate::error::OutOfRange;
use crate::limits::MAX_HIDDEN_LAYERS;
use crate::names::{Activation, names};
use crate::numbers::{ClassCount, LayerUnits};
use crate::objects::only_from_objects;
use crate::settings::Dropout;

/// Sizes of the hidden layers from input to output: 0 to 10 layers of 1 to 100 units.
/// Default 10, 5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "Vec<LayerUnits>")]
pub struct HiddenLayers(Vec<usize>);

impl HiddenLayers {
    /// # Errors
    ///
    /// When there are too many layers, or a layer is empty or too large.
    pub fn new(sizes: Vec<usize>) -> Result<Self, OutOfRange> {
        check_n_layers(sizes.len())?;
        for &size in &sizes {
            LayerUnits::try_from(size as f64)?;
        }
        Ok(Self(sizes))
    }

    /// Units of each hidden layer, from input to output.
    #[must_use]
    pub fn sizes(&self) -> &[usize] {
        &self.0
    }
}

impl Default for HiddenLayers {
    fn default() -> Self {
        Self(vec![10, 5])
    }
}

impl TryFrom<Vec<LayerUnits>> for HiddenLayers {
    type Error = OutOfRange;

    fn try_from(sizes: Vec<LayerUnits>) -> Result<Self, OutOfRange> {
        Self::new(sizes.iter().map(|units| units.get().into()).collect())
    }
}

fn check_n_layers(n_layers: usize) -> Result<(), OutOfRange> {
    if n_layers <= MAX_HIDDEN_LAYERS {
        return Ok(());
    }
    Err(OutOfRange::sentence(format!(
        "A network has at most {MAX_HIDDEN_LAYERS} hidden layers, not {n_layers}"
    )))
}

names!(
    /// An input of a network, computed from the coordinates of a point.
    #[non_exhaustive]
    Feature, "Feature" {
        /// The first coordinate.
        X = "x",
        /// The second coordinate.
        Y = "y",
    }
);

/// A hidden layer as it is trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(remote = "Self")]
pub struct LayerSpec {
    /// How many units it has.
    pub units: LayerUnits,
    /// What follows its weighted sums.
    pub activation: Activation,
    /// Dropout after it.
    pub dropout: Dropout,
}

/// A network as it is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(remote = "Self")]
pub struct Architecture {
    /// Its inputs: at least one, each once.
    #[serde(deserialize_with = "features")]
    pub features: Vec<Feature>,
    /// Its hidden layers from input to output, at most 10.
    #[serde(deserialize_with = "layers")]
    pub layers: Vec<LayerSpec>,
    /// Its output units.
    pub outputs: ClassCount,
}
only_from_objects!(LayerSpec, Architecture);

impl Architecture {
    /// Number of weights and biases: of each layer, its inputs and one, for each unit.
    #[must_use]
    pub fn n_parameters(&self) -> usize {
        let mut n_in = self.features.len();
        let mut total = 0;
        for n_out in self.n_units() {
            total += (n_in + 1) * n_out;
            n_in = n_out;
        }
        total
    }

    /// Number of inputs of the output layer.
    #[must_use]
    pub fn n_last_inputs(&self) -> usize {
        let last = self.layers.last();
        last.map_or(self.features.len(), |layer| layer.units.get().into())
    }

    fn n_units(&self) -> impl Iterator<Item = usize> {
        let hidden = self.layers.iter().map(|layer| layer.units.get());
        hidden.chain([self.outputs.get()]).map(usize::from)
    }
}

fn features<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Feature>, D::Error> {
    let features = Vec::<Feature>::deserialize(from)?;
    let is_repeated = |idx: usize| features[..idx].contains(&features[idx]);
    if features.is_empty() || (0..features.len()).any(is_repeated) {
        let message = "A network has at least one feature, and each only once";
        return Err(serde::de::Error::custom(message));
    }
    Ok(features)
}

fn layers<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<LayerSpec>, D::Error> {
    let layers = Vec::<LayerSpec>::deserialize(from)?;
    check_n_layers(layers.len()).map_err(serde::de::Error::custom)?;
    Ok(layers)
}
