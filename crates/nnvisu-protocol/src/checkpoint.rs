//! A whole training run in one message: what the server hands out and takes back.

use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use crate::architecture::Architecture;
use crate::floats::Floats;
use crate::names::Optimizer;
use crate::numbers::{Finite, Label, Seeds, count, id};
use crate::objects::only_from_objects;

/// Weights, optimizer state, step, epoch and seeds. Clients keep it as it came and hand it back in
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
    /// The epoch it is in, from 0.
    #[serde(deserialize_with = "count")]
    pub epoch: u64,
    /// How many points of that epoch have been used.
    #[serde(deserialize_with = "count")]
    pub epoch_position: u64,
    /// Whether the run has diverged and gone back to `lastGood`: it makes no step until a setting
    /// of the training or the points change.
    pub diverged: bool,
    /// The network; its outputs are those that it has now.
    pub architecture: Architecture,
    /// Weights and biases of all layers, in the server's order.
    pub parameters: Floats,
    /// State of the optimizer.
    pub optimizer: OptimizerState,
    /// Seeds of the run.
    pub seeds: Seeds,
    /// The output rows of classes that have left the data, in ascending order.
    pub absent_rows: Vec<AbsentRow>,
    /// Where the run goes back to if it diverges; `null` before the first step.
    pub last_good: Option<LastGood>,
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
    /// Steps of each output row since it was fresh.
    #[serde(deserialize_with = "counts")]
    pub row_steps: Vec<u64>,
    /// Running means, each as long as `parameters`: none for `sgd`, that of the squared gradients
    /// for `rmsprop`, those of the gradients and of the squared gradients for `adam`.
    pub slots: Vec<Floats>,
}

/// The output row of a class that has left the data, kept for when it comes back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct AbsentRow {
    /// The class; the network has no output for it now.
    pub class: Label,
    /// Its weights, then its bias.
    pub parameters: Floats,
    /// Its part of the optimizer's running means.
    pub slots: Vec<Floats>,
    /// Its steps since it was fresh.
    #[serde(deserialize_with = "count")]
    pub steps: u64,
}

/// The newest state whose loss over all points was finite and not many times the lowest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct LastGood {
    /// Weights and biases, as many as the run has now.
    pub parameters: Floats,
    /// Optimizer steps done then.
    #[serde(deserialize_with = "count")]
    pub step: u64,
    /// The epoch then.
    #[serde(deserialize_with = "count")]
    pub epoch: u64,
    /// How many points of that epoch had been used.
    #[serde(deserialize_with = "count")]
    pub epoch_position: u64,
    /// The loss over all points; `null` where the points have changed since.
    #[serde(deserialize_with = "finite_or_null")]
    pub loss: Option<f32>,
    /// The lowest loss seen on these points; `null` where `loss` is.
    #[serde(deserialize_with = "finite_or_null")]
    pub lowest_loss: Option<f32>,
}

only_from_objects!(Checkpoint, OptimizerState, AbsentRow, LastGood);

fn counts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u64>, D::Error> {
    /// One of them.
    #[derive(Deserialize)]
    struct Count(#[serde(deserialize_with = "count")] u64);

    let counts = Vec::<Count>::deserialize(from)?;
    Ok(counts.into_iter().map(|Count(count)| count).collect())
}

fn finite_or_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f32>, D::Error> {
    let number = Option::<Finite>::deserialize(from)?;
    Ok(number.map(|Finite(number)| number))
}

/// Why the parts of a checkpoint do not fit each other.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct InvalidCheckpoint {
    /// The part that is wrong, such as `parameters`.
    pub field: String,
    /// What is wrong and what is expected, for a person.
    pub message: String,
}

impl Checkpoint {
    /// Checks that the parts are as long as the network asks for; every checkpoint out of
    /// [`parse_request`](crate::parse_request) is.
    ///
    /// # Errors
    ///
    /// When a list has another length, or a class that is set aside has an output.
    pub fn check(&self) -> Result<(), InvalidCheckpoint> {
        let n_parameters = self.architecture.n_parameters();
        has_length("parameters", &self.parameters, n_parameters)?;
        self.optimizer
            .check(n_parameters, self.architecture.outputs.get().into())?;
        self.check_absent_rows()?;
        match &self.last_good {
            Some(good) => has_length("lastGood.parameters", &good.parameters, n_parameters),
            None => Ok(()),
        }
    }

    fn check_absent_rows(&self) -> Result<(), InvalidCheckpoint> {
        let n_parameters = self.architecture.n_last_inputs() + 1;
        let mut lowest = self.architecture.outputs.get();
        for (row_idx, row) in self.absent_rows.iter().enumerate() {
            let field = format!("absentRows[{row_idx}]");
            if row.class.get() < lowest {
                let message = "The rows of absent classes have to be in ascending order, of classes \
                               without an output";
                return refuse(format!("{field}.class"), message.to_owned());
            }
            lowest = row.class.get() + 1;
            has_length(
                &format!("{field}.parameters"),
                &row.parameters,
                n_parameters,
            )?;
            have_length(&format!("{field}.slots"), &row.slots, n_parameters)?;
        }
        Ok(())
    }
}

impl OptimizerState {
    fn check(&self, n_parameters: usize, n_outputs: usize) -> Result<(), InvalidCheckpoint> {
        let n_row_steps = self.row_steps.len();
        if n_row_steps != n_outputs {
            let message = format!(
                "The optimizer counts the steps of {n_outputs} output rows, not {n_row_steps}"
            );
            return refuse("optimizer.rowSteps".to_owned(), message);
        }
        have_length("optimizer.slots", &self.slots, n_parameters)
    }
}

fn have_length(field: &str, lists: &[Floats], expected: usize) -> Result<(), InvalidCheckpoint> {
    for (idx, list) in lists.iter().enumerate() {
        has_length(&format!("{field}[{idx}]"), list, expected)?;
    }
    Ok(())
}

fn has_length(field: &str, list: &Floats, expected: usize) -> Result<(), InvalidCheckpoint> {
    let given = list.values().len();
    if given == expected {
        return Ok(());
    }
    let message = format!("The network has {expected} parameters here, not {given}");
    refuse(field.to_owned(), message)
}

fn refuse(field: String, message: String) -> Result<(), InvalidCheckpoint> {
    Err(InvalidCheckpoint { field, message })
}
