//! The settings of a run, one row each: from this table follow the whole configuration, a partial
//! one, how both are read, and what documents and pages say about them.

use serde::{Deserialize, Deserializer, Serialize};

use crate::architecture::HiddenLayers;
use crate::limits::MAX_HIDDEN_LAYERS;
use crate::names::{Activation, Optimizer};
use crate::numbers::{LayerUnits, NumberRange, checked_number};
use crate::objects::only_from_objects;

/// When a change of a setting acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TakesEffect {
    /// On the running network, from the next step on.
    Live,
    /// With the next fresh network.
    NewNetwork,
}

/// Which values a setting can have.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum SettingValues {
    /// A number.
    Number(NumberRange),
    /// One of these names.
    Name(&'static [&'static str]),
    /// A list of the units of each hidden layer.
    HiddenLayers {
        /// Most layers; there can be none.
        max_layers: usize,
        /// Units of one layer.
        units: NumberRange,
    },
}

/// One row of the table: what a setting is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Setting {
    /// Its name on the wire, in [`Config`] and [`ConfigUpdate`].
    pub name: &'static str,
    /// Which values it can have.
    pub values: SettingValues,
    /// Its value where none is given, as JSON text.
    pub default: String,
    /// When a change acts.
    pub takes_effect: TakesEffect,
}

/// A type of value that a setting can have.
trait SettingType: Default + Serialize {
    const VALUES: SettingValues;
}

macro_rules! number_settings {
    ($($name:ident),+) => {
        $(impl SettingType for $name {
            const VALUES: SettingValues = SettingValues::Number(Self::RANGE);
        })+
    };
}
number_settings!(LearningRate, Regularization, BatchSize, Dropout);

macro_rules! name_settings {
    ($($name:ident),+) => {
        $(impl SettingType for $name {
            const VALUES: SettingValues = SettingValues::Name(Self::NAMES);
        })+
    };
}
name_settings!(Activation, Optimizer);

impl SettingType for HiddenLayers {
    const VALUES: SettingValues = SettingValues::HiddenLayers {
        max_layers: MAX_HIDDEN_LAYERS,
        units: LayerUnits::RANGE,
    };
}

/// Defines [`Config`], [`ConfigUpdate`] and [`settings`] from the rows of the table.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ident = $wire:literal, $takes_effect:ident;)+) => {
        /// A complete configuration. Read from JSON, a setting that is left out has its default,
        /// and names that this version does not know are ignored.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[serde(remote = "Self", default)]
        pub struct Config {
            $($(#[doc = $doc])+ #[serde(rename = $wire)] pub $field: $type,)+
        }

        /// Some of the settings, to be merged into a configuration.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[serde(remote = "Self")]
        pub struct ConfigUpdate {
            $(
                $(#[doc = $doc])+
                #[serde(
                    rename = $wire,
                    default,
                    deserialize_with = "present",
                    skip_serializing_if = "Option::is_none"
                )]
                #[cfg_attr(test, ts(optional))]
                pub $field: Option<$type>,
            )+
        }

        impl Config {
            /// Takes over every setting that the update names.
            pub fn apply(&mut self, update: &ConfigUpdate) {
                $(if let Some(value) = &update.$field {
                    self.$field.clone_from(value);
                })+
            }
        }

        impl ConfigUpdate {
            /// Takes over every setting that the other update names.
            pub(crate) fn merge(&mut self, other: Self) {
                $(self.$field = other.$field.or(self.$field.take());)+
            }
        }

        /// The table of settings, in the order in which documents list them.
        #[must_use]
        pub fn settings() -> Vec<Setting> {
            vec![$(Setting {
                name: $wire,
                values: <$type as SettingType>::VALUES,
                default: serde_json::to_string(&$type::default()).expect("settings are JSON"),
                takes_effect: TakesEffect::$takes_effect,
            },)+]
        }
    };
}

// The numbers of the table.
checked_number!(
    /// Learning rate of the optimizer: above 0, at most 10. Default 0.01.
    LearningRate(f32), "Learning rate", NumberRange::positive(10.0, "")
);
checked_number!(
    /// L2 regularization (weight decay that enters the gradient): 0 to 10. Default 0.
    #[derive(Default)]
    Regularization(f32), "L2 regularization", NumberRange::closed(0.0, 10.0)
);
checked_number!(
    /// Probability of dropping a hidden unit in training: 0 or more, below 1. Default 0.
    #[derive(Default)]
    Dropout(f32), "Dropout", NumberRange::below(1.0)
);
checked_number!(
    /// Points per optimizer step, 0 to 1,000,000; 0 means all of them. Default 0.
    #[derive(Default)]
    BatchSize(u32), "Batch size", NumberRange::whole(0.0, 1_000_000.0)
);

impl Default for LearningRate {
    fn default() -> Self {
        Self(0.01)
    }
}

settings! {
    /// Learning rate of the optimizer.
    learning_rate: LearningRate = "learningRate", Live;
    /// Hidden layers.
    architecture: HiddenLayers = "architecture", NewNetwork;
    /// Activation of the hidden layers.
    activation: Activation = "activation", NewNetwork;
    /// Optimizer; a change starts its state afresh.
    optimizer: Optimizer = "optimizer", Live;
    /// L2 regularization.
    regularization: Regularization = "regularization", Live;
    /// Points per step; 0 means all.
    batch_size: BatchSize = "batchSize", Live;
    /// Dropout after the hidden layers.
    dropout: Dropout = "dropout", NewNetwork;
}
only_from_objects!(Config, ConfigUpdate);

/// Reads a field that may be left out, but not be `null`.
pub(crate) fn present<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(from).map(Some)
}
