//! Everything that a training run needs to continue later exactly as if it had not been interrupted.

use crate::mlp::InvalidParameters;
use crate::{
    AbsentRow, Architecture, LastGood, MAX_CLASSES, Mlp, OptimizerKind, OptimizerState, Seeds,
};

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
    /// The epoch it is in, from 0.
    pub epoch: u64,
    /// How many points of that epoch it has used.
    pub epoch_position: u64,
    /// The seeds of the run.
    pub seeds: Seeds,
    /// The output rows of classes that have left the data, in ascending order.
    pub absent_rows: Vec<AbsentRow>,
    /// Where the run goes back to if it diverges; `None` before the first step.
    pub last_good: Option<LastGood>,
    /// Whether it has diverged and gone back: it makes no step until a setting of the training or
    /// the points change.
    pub diverged: bool,
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
    /// The rows set aside do not fit the network.
    #[error("The checkpoint's rows of absent classes are damaged: {0}")]
    AbsentRows(&'static str),
    /// The state to go back to does not fit the network.
    #[error("The checkpoint's last good state is damaged: {0}")]
    LastGood(&'static str),
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
        let optimizer = OptimizerState::fresh(optimizer, parameters.len(), architecture.outputs());
        Self {
            architecture,
            parameters,
            optimizer,
            step: 0,
            epoch: 0,
            epoch_position: 0,
            seeds,
            absent_rows: Vec::new(),
            last_good: None,
            diverged: false,
        }
    }

    /// Checks the checkpoint against itself and gives its network.
    pub(crate) fn network(&self) -> Result<Mlp, InvalidCheckpoint> {
        let mlp = Mlp::from_parameters(self.architecture.clone(), &self.parameters)?;
        self.check_optimizer()
            .map_err(InvalidCheckpoint::Optimizer)?;
        self.check_absent_rows(&mlp)
            .map_err(InvalidCheckpoint::AbsentRows)?;
        self.check_last_good()
            .map_err(InvalidCheckpoint::LastGood)?;
        Ok(mlp)
    }

    fn check_optimizer(&self) -> Result<(), &'static str> {
        let state = &self.optimizer;
        if state.row_steps.len() != self.architecture.outputs() {
            return Err("it counts the steps of another number of output units");
        }
        check_slots(state.kind, &state.slots, self.parameters.len())
    }

    fn check_absent_rows(&self, mlp: &Mlp) -> Result<(), &'static str> {
        let mut next_class = mlp.n_classes();
        let length = mlp.output_rows().n_columns;
        for row in &self.absent_rows {
            if !(next_class..MAX_CLASSES).contains(&row.class) {
                return Err("their classes are not in ascending order behind those of the network");
            }
            next_class = row.class + 1;
            if row.parameters.len() != length {
                return Err("a row is not as long as those of the network");
            }
            if !row.parameters.iter().all(|value| value.is_finite()) {
                return Err("a parameter is not finite");
            }
            check_slots(self.optimizer.kind, &row.slots, length)?;
        }
        Ok(())
    }

    fn check_last_good(&self) -> Result<(), &'static str> {
        let Some(good) = &self.last_good else {
            return Ok(());
        };
        if good.parameters.len() != self.parameters.len() {
            return Err("it has another number of parameters");
        }
        if !good.parameters.iter().all(|value| value.is_finite()) {
            return Err("a parameter is not finite");
        }
        let is_loss = |loss: f32| loss.is_finite() && loss >= 0.0;
        match (good.loss, good.lowest_loss) {
            (None, None) => Ok(()),
            (Some(loss), Some(lowest)) if is_loss(loss) && is_loss(lowest) => Ok(()),
            (Some(_), Some(_)) => Err("a loss is not a finite number of at least 0"),
            _ => Err("one of its losses is missing"),
        }
    }
}

/// Checks what an optimizer remembers of `length` parameters.
fn check_slots(kind: OptimizerKind, slots: &[Vec<f32>], length: usize) -> Result<(), &'static str> {
    if slots.len() != kind.n_slots() {
        return Err("it has as many slots as another optimizer");
    }
    if slots.iter().any(|slot| slot.len() != length) {
        return Err("its slots are not as long as the parameters");
    }
    if !slots.iter().flatten().all(|value| value.is_finite()) {
        return Err("its slots are not all finite");
    }
    // Of the slots there are, the last is a mean of squares.
    if slots
        .last()
        .is_some_and(|slot| slot.iter().any(|&value| value < 0.0))
    {
        return Err("its mean of squared gradients is negative");
    }
    Ok(())
}
