//! A whole training run in one message: what the server hands out and takes back.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::architecture::HiddenLayers;
use crate::floats::Floats;
use crate::names::{Activation, Optimizer};
use crate::numbers::{ClassCount, Seeds, count, id};
use crate::objects::only_from_objects;
use crate::weights::N_INPUTS;

/// Weights, optimizer state, step and seeds. Clients keep it as it came and hand it back in
/// `restore`; the order of the numbers inside is the server's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Checkpoint {
    /// Generation of the session when the checkpoint was made. Not used by `restore`.
    #[serde(deserialize_with = "id")]
    pub generation: u32,
    /// Optimizer steps done.
    #[serde(deserialize_with = "count")]
    pub step: u64,
    /// Sizes of the hidden layers.
    pub hidden_layers: HiddenLayers,
    /// Output units.
    pub classes: ClassCount,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Weights and biases of all layers, in the server's order.
    pub parameters: Floats,
    /// State of the optimizer.
    pub optimizer: OptimizerState,
    /// Seeds of the run.
    pub seeds: Seeds,
}

/// What the optimizer remembers between steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct OptimizerState {
    /// Which optimizer this state belongs to.
    pub kind: Optimizer,
    /// Steps since the optimizer was fresh.
    #[serde(deserialize_with = "count")]
    pub steps: u64,
    /// Running mean of the gradients, like `parameters`; empty where there is none.
    pub first_moment: Floats,
    /// Running mean of the squared gradients, like `parameters`; empty where there is none.
    pub second_moment: Floats,
}

only_from_objects!(Checkpoint, OptimizerState);

/// Why the parts of a checkpoint do not fit each other.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct InvalidCheckpoint {
    /// The part that is wrong, such as `parameters`.
    pub field: &'static str,
    /// What is wrong and what is expected, for a person.
    pub message: String,
}

impl Checkpoint {
    /// Checks that the parts fit each other; every checkpoint out of
    /// [`parse_request`](crate::parse_request) does.
    ///
    /// # Errors
    ///
    /// When a list of numbers has not the length that the layers ask for, or a mean of squares
    /// is negative.
    pub fn check(&self) -> Result<(), InvalidCheckpoint> {
        let refuse = |field, message| Err(InvalidCheckpoint { field, message });
        let expected = n_parameters(&self.hidden_layers, self.classes.get() as usize);
        let given = self.parameters.values().len();
        if given != expected {
            return refuse(
                "parameters",
                format!("A network of these layers has {expected} parameters, not {given}"),
            );
        }
        for (field, moment) in [
            ("optimizer.firstMoment", &self.optimizer.first_moment),
            ("optimizer.secondMoment", &self.optimizer.second_moment),
        ] {
            let given = moment.values().len();
            if given != 0 && given != expected {
                return refuse(
                    field,
                    format!("The optimizer keeps 0 or {expected} numbers here, not {given}"),
                );
            }
        }
        if self
            .optimizer
            .second_moment
            .values()
            .iter()
            .any(|&v| v < 0.0)
        {
            return refuse(
                "optimizer.secondMoment",
                "Means of squares cannot be negative".to_owned(),
            );
        }
        Ok(())
    }
}

/// Number of weights and biases of a network with these layers.
#[must_use]
pub fn n_parameters(hidden_layers: &HiddenLayers, n_classes: usize) -> usize {
    let mut n_in = N_INPUTS;
    let mut total = 0;
    for &n_out in hidden_layers.sizes().iter().chain([&n_classes]) {
        total += (n_in + 1) * n_out;
        n_in = n_out;
    }
    total
}
