//! Everything that a training run needs to continue later exactly as if it had not been interrupted.

use crate::mlp::InvalidParameters;
use crate::{Architecture, Mlp, OptimizerKind, OptimizerState, Seeds};

/// A training run at one step, as plain data: with the same settings and points, it continues
/// bit for bit like the run it was taken from.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Checkpoint {
    /// What the network is made of; its outputs are those that it has now.
    pub architecture: Architecture,
    /// Its parameters, laid out as in [`Mlp`].
    pub parameters: Vec<f32>,
    /// The optimizer's memory.
    pub optimizer: OptimizerState,
    /// How many steps the run has made.
    pub step: u64,
    /// The seeds of the run.
    pub seeds: Seeds,
}

/// Why a [`Checkpoint`] cannot be continued.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCheckpoint {
    /// Its parameters do not fit its own shape.
    #[error("The checkpoint's network is damaged: {0}")]
    Parameters(#[from] InvalidParameters),
    /// The optimizer's state does not fit the network.
    #[error("The checkpoint's optimizer state is damaged: {0}")]
    Optimizer(&'static str),
}

impl Checkpoint {
    /// A run that begins with these parameters: step 0, and an optimizer that has not made a step.
    #[must_use]
    pub fn at_start(
        architecture: Architecture,
        parameters: Vec<f32>,
        optimizer: OptimizerKind,
        seeds: Seeds,
    ) -> Self {
        Self {
            architecture,
            optimizer: OptimizerState::fresh(optimizer, parameters.len()),
            parameters,
            step: 0,
            seeds,
        }
    }

    /// Checks the checkpoint against itself and gives its network.
    pub(crate) fn network(&self) -> Result<Mlp, InvalidCheckpoint> {
        let mlp = Mlp::from_parameters(self.architecture.clone(), &self.parameters)?;
        let state = &self.optimizer;
        let (first, second) = OptimizerState::moment_lengths(state.kind, self.parameters.len());
        if (state.first_moment.len(), state.second_moment.len()) != (first, second) {
            return Err(InvalidCheckpoint::Optimizer(
                "its moments are not as long as the parameters",
            ));
        }
        let mut moments = state.first_moment.iter().chain(&state.second_moment);
        if !moments.all(|value| value.is_finite()) {
            return Err(InvalidCheckpoint::Optimizer(
                "its moments are not all finite",
            ));
        }
        if state.second_moment.iter().any(|&value| value < 0.0) {
            return Err(InvalidCheckpoint::Optimizer(
                "its mean of squared gradients is negative",
            ));
        }
        Ok(mlp)
    }
}
