//! The seven settings of a session, complete or in part.

use serde::{Deserialize, Serialize};

use crate::settings::{
    Activation, BatchSize, Dropout, HiddenLayers, LearningRate, Optimizer, Regularization,
};

/// A complete configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// Learning rate of the optimizer.
    pub learning_rate: LearningRate,
    /// Hidden layers of the next fresh network.
    pub architecture: HiddenLayers,
    /// Activation of the next fresh network.
    pub activation: Activation,
    /// Optimizer.
    pub optimizer: Optimizer,
    /// L2 regularization.
    pub regularization: Regularization,
    /// Points per step; 0 means all.
    pub batch_size: BatchSize,
    /// Dropout of the next fresh network.
    pub dropout: Dropout,
}

impl Config {
    /// Takes over every setting that the update names.
    pub fn apply(&mut self, update: &ConfigUpdate) {
        fn take<T: Clone>(setting: &mut T, update: Option<&T>) {
            if let Some(value) = update {
                setting.clone_from(value);
            }
        }
        take(&mut self.learning_rate, update.learning_rate.as_ref());
        take(&mut self.architecture, update.architecture.as_ref());
        take(&mut self.activation, update.activation.as_ref());
        take(&mut self.optimizer, update.optimizer.as_ref());
        take(&mut self.regularization, update.regularization.as_ref());
        take(&mut self.batch_size, update.batch_size.as_ref());
        take(&mut self.dropout, update.dropout.as_ref());
    }
}

/// Some of the settings, to be merged into a configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfigUpdate {
    /// Acts on the running network.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub learning_rate: Option<LearningRate>,
    /// Acts at the next fresh network.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub architecture: Option<HiddenLayers>,
    /// Acts at the next fresh network.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub activation: Option<Activation>,
    /// Acts on the running network.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub optimizer: Option<Optimizer>,
    /// Acts on the running network.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub regularization: Option<Regularization>,
    /// Acts on the running network.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub batch_size: Option<BatchSize>,
    /// Acts at the next fresh network.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub dropout: Option<Dropout>,
}
