//! What a network is made of: input features, hidden layers and outputs.

use crate::error::{Quoted, UnknownName};
use crate::{Activation, Dropout, HiddenLayers, InvalidHiddenLayers, MAX_CLASSES, MIN_CLASSES};
use std::{fmt, str::FromStr};

/// A function of a point's coordinates that is an input of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// The horizontal coordinate.
    X,
    /// The vertical coordinate.
    Y,
}

impl Feature {
    /// Every feature, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::X, Self::Y];

    /// The name used in messages and files: `x`, `y`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::Y => "y",
        }
    }

    /// The value at a point of the plane.
    #[must_use]
    pub fn value(self, x: f32, y: f32) -> f32 {
        match self {
            Self::X => x,
            Self::Y => y,
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Feature {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|feature| feature.name() == name)
            .ok_or_else(|| UnknownName::Feature(Quoted::new(name)))
    }
}

/// One hidden layer: fully connected units, their activation function, then dropout.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct LayerSpec {
    /// The number of units, 1 to [`HiddenLayers::MAX_UNITS`].
    pub units: usize,
    /// The function after the weighted sum of each unit.
    pub activation: Activation,
    /// Applied after the activation, in training only.
    pub dropout: Dropout,
}

/// The architecture of a multi-layer perceptron: its input features, its hidden layers (input side
/// first) and its number of output units, one per class.
///
/// The default is x and y, hidden layers of 10 and 5 units with tanh, and two outputs.
///
/// ```
/// use nnvisu_core::{Activation, Architecture, Dropout};
///
/// let hidden = "8-4".parse()?;
/// let architecture = Architecture::uniform(&hidden, Activation::Relu, Dropout::default());
/// assert_eq!(architecture.layer_sizes(), [2, 8, 4, 2]);
/// # Ok::<(), nnvisu_core::InvalidHiddenLayers>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Architecture {
    features: Vec<Feature>,
    layers: Vec<LayerSpec>,
    outputs: usize,
}

/// Why something is not an [`Architecture`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidArchitecture {
    /// There is no input.
    #[error("A network needs at least one input feature")]
    NoFeatures,
    /// A feature is there twice.
    #[error("The input feature {0} is there more than once")]
    RepeatedFeature(Feature),
    /// There are too many hidden layers, or one has no unit or too many.
    #[error(transparent)]
    HiddenLayers(#[from] InvalidHiddenLayers),
    /// The number of outputs is outside [`MIN_CLASSES`] to [`MAX_CLASSES`].
    #[error("A network has {MIN_CLASSES} to {MAX_CLASSES} output units, not {0}")]
    Outputs(usize),
}

impl Architecture {
    /// Checks an architecture.
    ///
    /// # Errors
    ///
    /// [`InvalidArchitecture`] if there is no feature or one twice, if there are more than
    /// [`HiddenLayers::MAX_LAYERS`] layers or one has not 1 to [`HiddenLayers::MAX_UNITS`] units,
    /// or if there are not [`MIN_CLASSES`] to [`MAX_CLASSES`] outputs.
    pub fn new(
        features: Vec<Feature>,
        layers: Vec<LayerSpec>,
        outputs: usize,
    ) -> Result<Self, InvalidArchitecture> {
        if features.is_empty() {
            return Err(InvalidArchitecture::NoFeatures);
        }
        for (i, &feature) in features.iter().enumerate() {
            if features[..i].contains(&feature) {
                return Err(InvalidArchitecture::RepeatedFeature(feature));
            }
        }
        HiddenLayers::new(layers.iter().map(|layer| layer.units).collect())?;
        if !(MIN_CLASSES..=MAX_CLASSES).contains(&outputs) {
            return Err(InvalidArchitecture::Outputs(outputs));
        }
        Ok(Self {
            features,
            layers,
            outputs,
        })
    }

    /// The inputs x and y, hidden layers that all have the same activation function and dropout,
    /// and [`MIN_CLASSES`] outputs.
    #[must_use]
    pub fn uniform(hidden_layers: &HiddenLayers, activation: Activation, dropout: Dropout) -> Self {
        let layer = |&units| LayerSpec {
            units,
            activation,
            dropout,
        };
        Self {
            features: Feature::ALL.to_vec(),
            layers: hidden_layers.sizes().iter().map(layer).collect(),
            outputs: MIN_CLASSES,
        }
    }

    /// The same with another number of outputs.
    ///
    /// # Errors
    ///
    /// [`InvalidArchitecture::Outputs`] unless they are [`MIN_CLASSES`] to [`MAX_CLASSES`].
    pub fn with_outputs(self, outputs: usize) -> Result<Self, InvalidArchitecture> {
        Self::new(self.features, self.layers, outputs)
    }

    /// The same with hidden layers of other sizes, all like the first (or the default) one.
    #[must_use]
    pub fn with_hidden_layers(mut self, hidden_layers: &HiddenLayers) -> Self {
        if self.hidden_layers() != *hidden_layers {
            let (activation, dropout) = self.layers.first().map_or_else(Default::default, both);
            self.layers = Self::uniform(hidden_layers, activation, dropout).layers;
        }
        self
    }

    /// The same with one activation function in all hidden layers.
    #[must_use]
    pub fn with_activation(mut self, activation: Activation) -> Self {
        self.layers
            .iter_mut()
            .for_each(|layer| layer.activation = activation);
        self
    }

    /// The same with one dropout after all hidden layers.
    #[must_use]
    pub fn with_dropout(mut self, dropout: Dropout) -> Self {
        self.layers
            .iter_mut()
            .for_each(|layer| layer.dropout = dropout);
        self
    }

    /// The inputs, in order.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The hidden layers, input side first.
    #[must_use]
    pub fn layers(&self) -> &[LayerSpec] {
        &self.layers
    }

    /// The number of output units, [`MIN_CLASSES`] to [`MAX_CLASSES`].
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The number of units of each hidden layer, whose text form is `10-5`.
    #[must_use]
    pub fn hidden_layers(&self) -> HiddenLayers {
        HiddenLayers::of_layers(&self.layers)
    }

    /// The activation function and the dropout of all hidden layers, or `None` if they differ from
    /// layer to layer. Without hidden layers, the defaults.
    #[must_use]
    pub fn uniform_layers(&self) -> Option<(Activation, Dropout)> {
        let first = self.layers.first().map_or_else(Default::default, both);
        let is_like_first = |layer| both(layer) == first;
        self.layers.iter().all(is_like_first).then_some(first)
    }

    /// The activation functions as text: `tanh`, or `tanh,relu` where they differ from layer to
    /// layer.
    #[must_use]
    pub fn activation_names(&self) -> String {
        let first = self
            .layers
            .first()
            .map_or_else(Activation::default, |l| l.activation);
        if self.layers.iter().all(|layer| layer.activation == first) {
            return first.to_string();
        }
        let names = self.layers.iter().map(|layer| layer.activation.name());
        names.collect::<Vec<_>>().join(",")
    }

    /// Input, hidden and output units.
    #[must_use]
    pub fn layer_sizes(&self) -> Vec<usize> {
        let hidden = self.layers.iter().map(|layer| layer.units);
        std::iter::once(self.features.len())
            .chain(hidden)
            .chain(std::iter::once(self.outputs))
            .collect()
    }

    pub(crate) fn set_outputs(&mut self, outputs: usize) {
        debug_assert!((MIN_CLASSES..=MAX_CLASSES).contains(&outputs));
        self.outputs = outputs;
    }
}

fn both(layer: &LayerSpec) -> (Activation, Dropout) {
    (layer.activation, layer.dropout)
}

impl Default for Architecture {
    fn default() -> Self {
        Self::uniform(
            &HiddenLayers::default(),
            Activation::default(),
            Dropout::default(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(features: &[Feature], units: &[usize], outputs: usize) -> String {
        let layer = |&units| LayerSpec {
            units,
            activation: Activation::Relu,
            dropout: Dropout::default(),
        };
        let layers = units.iter().map(layer).collect();
        let refused = Architecture::new(features.to_vec(), layers, outputs);
        refused.unwrap_err().to_string()
    }

    #[test]
    fn refusals_say_what_is_allowed() {
        use Feature::{X, Y};
        assert_eq!(
            refusal(&[], &[], 2),
            "A network needs at least one input feature"
        );
        assert_eq!(
            refusal(&[X, Y, X], &[], 2),
            "The input feature x is there more than once"
        );
        assert_eq!(
            refusal(&[X], &[5, 101], 2),
            "Each hidden layer must have 1 to 100 units, but layer 2 has 101"
        );
        assert_eq!(
            refusal(&[X], &[1; 11], 2),
            "There can be at most 10 hidden layers, not 11"
        );
        for outputs in [0, 1, 9] {
            assert_eq!(
                refusal(&[X, Y], &[3], outputs),
                format!("A network has 2 to 8 output units, not {outputs}")
            );
        }
    }

    #[test]
    fn inputs_follow_from_the_features() {
        let layers = Architecture::default().layers().to_vec();
        let one = Architecture::new(vec![Feature::Y], layers, 3).unwrap();
        assert_eq!(one.layer_sizes(), [1, 10, 5, 3]);
        assert_eq!(Architecture::default().layer_sizes(), [2, 10, 5, 2]);
        assert_eq!(one.hidden_layers(), HiddenLayers::default());
    }

    #[test]
    fn layers_are_uniform_or_not() {
        let mut layers = Architecture::default().layers().to_vec();
        let same = Architecture::default().uniform_layers();
        assert_eq!(same, Some((Activation::Tanh, Dropout::default())));
        layers[1].activation = Activation::Gelu;
        let mixed = Architecture::new(Feature::ALL.to_vec(), layers, 2).unwrap();
        assert_eq!(mixed.uniform_layers(), None);
        assert_eq!(mixed.activation_names(), "tanh,gelu");
        let relu = mixed.clone().with_activation(Activation::Relu);
        assert_eq!(relu.activation_names(), "relu");
        let longer = mixed.with_hidden_layers(&"4-3-2".parse().unwrap());
        assert_eq!(longer.layer_sizes(), [2, 4, 3, 2, 2]);
        assert_eq!(longer.activation_names(), "tanh");
        let linear =
            Architecture::uniform(&HiddenLayers::none(), Activation::Gelu, Dropout::default());
        assert_eq!(linear.uniform_layers(), same);
    }

    #[test]
    fn feature_names_are_read_back() {
        for feature in Feature::ALL {
            assert_eq!(feature.to_string().parse(), Ok(feature));
        }
        assert_eq!(
            "z".parse::<Feature>().unwrap_err().to_string(),
            "Input feature must be x or y, not \"z\""
        );
    }
}
