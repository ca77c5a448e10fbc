//! The optimizers and the state they keep between steps.

use crate::aligned::{AlignedVec, padded};
use crate::error::{Quoted, UnknownName};
use crate::kernels::dispatch;
use crate::kernels::update::{Adam, Coefficients, RmsProp, Sgd, Update, UpdateRule};
use crate::output_rows::{AbsentRow, OutputRows};
use crate::{InstructionSet, Mlp, TrainingConfig};
use std::{fmt, str::FromStr};

/// Evaluates `$body` with the update rule of an optimizer, which has the constants of `PyTorch`'s
/// defaults.
macro_rules! with_rule {
    ($kind:expr, $rule:ident => $body:expr) => {
        match $kind {
            OptimizerKind::Sgd => {
                let $rule = Sgd;
                $body
            }
            OptimizerKind::Adam => {
                let $rule = Adam {
                    beta1: 0.9,
                    beta2: 0.999,
                    eps: 1e-8,
                };
                $body
            }
            OptimizerKind::RmsProp => {
                let $rule = RmsProp {
                    alpha: 0.99,
                    eps: 1e-8,
                };
                $body
            }
        }
    };
}

/// The rule that turns gradients into updates, with PyTorch's definitions and
/// default coefficients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OptimizerKind {
    /// Gradient descent without momentum.
    Sgd,
    /// Kingma and Ba (2015), β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
    #[default]
    Adam,
    /// Tieleman and Hinton (2012), α = 0.99, ε = 1e-8 outside the root, not
    /// centred, no momentum.
    RmsProp,
}

impl OptimizerKind {
    /// Every optimizer, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Sgd, Self::Adam, Self::RmsProp];

    /// How many values it remembers for each parameter.
    #[must_use]
    pub fn n_slots(self) -> usize {
        fn n_slots_of<const N: usize>(_: impl UpdateRule<N>) -> usize {
            N
        }
        with_rule!(self, rule => n_slots_of(rule))
    }

    /// The name used in messages and files: `sgd`, `adam`, `rmsprop`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Adam => "adam",
            Self::RmsProp => "rmsprop",
        }
    }
}

impl fmt::Display for OptimizerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for OptimizerKind {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownName::Optimizer(Quoted::new(name)))
    }
}

/// What an optimizer remembers from step to step, as plain data.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OptimizerState {
    /// Which optimizer.
    pub kind: OptimizerKind,
    /// How many updates of the hidden layers it has made, which Adam's bias correction needs.
    pub steps: u64,
    /// How many updates of each output unit's weights and bias it has made. A unit that is added
    /// later begins at 0, as a new parameter does in `PyTorch`.
    pub row_steps: Vec<u64>,
    /// What it remembers for each parameter, [`OptimizerKind::n_slots`] lists laid out like
    /// [`Mlp::parameters`]: Adam's means of the gradients and of their squares, `RMSProp`'s mean
    /// of squared gradients.
    pub slots: Vec<Vec<f32>>,
}

impl OptimizerState {
    /// The state of an optimizer that has not made a step, for `n_parameters` of a network with
    /// `outputs` output units.
    #[must_use]
    pub fn fresh(kind: OptimizerKind, n_parameters: usize, outputs: usize) -> Self {
        Self {
            kind,
            steps: 0,
            row_steps: vec![0; outputs],
            slots: vec![vec![0.0; n_parameters]; kind.n_slots()],
        }
    }
}

/// An optimizer at work on one network.
#[derive(Clone, Debug)]
pub(crate) struct Optimizer {
    kind: OptimizerKind,
    steps: u64,
    row_steps: Vec<u64>,
    slots: Vec<AlignedVec>,
    /// Room for the next parameters and slots; between two steps, those before the last one.
    spare_parameters: AlignedVec,
    spare_slots: Vec<AlignedVec>,
    /// Each parameter's own coefficients, where rows have made different numbers of steps.
    own_coefficients: Option<[AlignedVec; 2]>,
}

impl Optimizer {
    /// An optimizer that has not made a step.
    pub(crate) fn new(kind: OptimizerKind, mlp: &Mlp) -> Self {
        let n_parameters = mlp.parameters().len();
        Self::from_state(OptimizerState::fresh(kind, n_parameters, mlp.n_classes()))
            .with_room_for(mlp)
    }

    /// An optimizer for `mlp` with a state whose lengths fit it.
    pub(crate) fn with_state(state: OptimizerState, mlp: &Mlp) -> Self {
        Self::from_state(state).with_room_for(mlp)
    }

    fn from_state(state: OptimizerState) -> Self {
        let slots = state.slots.iter();
        Self {
            kind: state.kind,
            steps: state.steps,
            row_steps: state.row_steps,
            slots: slots.map(|slot| AlignedVec::padded_copy(slot)).collect(),
            spare_parameters: AlignedVec::zeros(0),
            spare_slots: Vec::new(),
            own_coefficients: None,
        }
    }

    fn with_room_for(mut self, mlp: &Mlp) -> Self {
        let n = padded(mlp.parameters().len());
        self.spare_parameters = AlignedVec::zeros(n);
        self.spare_slots = self.slots.clone();
        let is_uniform = self.row_steps.iter().all(|&steps| steps == self.steps);
        let room = || [AlignedVec::zeros(n), AlignedVec::zeros(n)];
        self.own_coefficients = (!is_uniform).then(room);
        self
    }

    pub(crate) fn kind(&self) -> OptimizerKind {
        self.kind
    }

    /// The state for a network of `n_parameters`.
    pub(crate) fn state(&self, n_parameters: usize) -> OptimizerState {
        let slots = self.slots.iter();
        OptimizerState {
            kind: self.kind,
            steps: self.steps,
            row_steps: self.row_steps.clone(),
            slots: slots.map(|slot| slot[..n_parameters].to_vec()).collect(),
        }
    }

    /// The optimizer's part of an output row that is about to leave the network.
    pub(crate) fn row(&self, rows: OutputRows, row: usize) -> (Vec<Vec<f32>>, u64) {
        let slots = self.slots.iter().map(|slot| rows.row(slot, row)).collect();
        (slots, self.row_steps[row])
    }

    /// Follows a change of the output layer from `rows` to that of `mlp`. Rows that stay keep
    /// their state, those in `returning` bring theirs along, and others begin at 0.
    pub(crate) fn resize_output(&mut self, rows: OutputRows, mlp: &Mlp, returning: &[AbsentRow]) {
        let n_rows = mlp.n_classes();
        let of = |row: usize| returning.iter().find(|absent| absent.class == row);
        let mut state = self.state(rows.n_parameters());
        for (i, slot) in state.slots.iter_mut().enumerate() {
            *slot = rows.resize(slot, n_rows, |row, column| {
                of(row).map_or(0.0, |absent| absent.slots[i][column])
            });
        }
        let added = state.row_steps.len()..n_rows;
        state.row_steps.truncate(n_rows);
        let steps = added.map(|row| of(row).map_or(0, |absent| absent.steps));
        state.row_steps.extend(steps);
        *self = Self::with_state(state, mlp);
    }

    /// The parameters before the last update, if one has been made since the network's shape or
    /// the kind of optimizer changed.
    pub(crate) fn previous_parameters(&self) -> &[f32] {
        &self.spare_parameters
    }

    /// Makes one update from `gradient` (padded like the parameters). If anything would become
    /// infinite or NaN, nothing changes and the result is false.
    #[must_use]
    pub(crate) fn update(
        &mut self,
        arch: InstructionSet,
        config: &TrainingConfig,
        gradient: &[f32],
        mlp: &mut Mlp,
    ) -> bool {
        with_rule!(self.kind, rule => self.apply(rule, arch, config, gradient, mlp))
    }

    fn apply<R: UpdateRule<N_SLOTS>, const N_SLOTS: usize>(
        &mut self,
        rule: R,
        arch: InstructionSet,
        config: &TrainingConfig,
        gradient: &[f32],
        mlp: &mut Mlp,
    ) -> bool {
        let coefficients = |steps: u64| rule.coefficients(config.learning_rate.get(), steps + 1);
        if let Some(own) = &mut self.own_coefficients {
            for (i, own) in own.iter_mut().enumerate() {
                own.fill(coefficients(self.steps)[i]);
                let row_steps = &self.row_steps;
                mlp.output_rows()
                    .fill(own, |row| coefficients(row_steps[row])[i]);
            }
        }
        let mut spare_slots = self.spare_slots.iter_mut();
        let update = Update {
            rule,
            coefficients: match &self.own_coefficients {
                None => Coefficients::Uniform(coefficients(self.steps)),
                Some([a, b]) => Coefficients::PerParameter([a, b]),
            },
            weight_decay: config.weight_decay.get(),
            gradient,
            old_parameters: mlp.padded_parameters(),
            new_parameters: &mut self.spare_parameters,
            old_slots: std::array::from_fn(|i| &*self.slots[i]),
            new_slots: std::array::from_fn(|_| {
                &mut **spare_slots.next().expect("a rule has as many slots")
            }),
        };
        let finite = dispatch(arch, update);
        if finite {
            mlp.swap_parameters(&mut self.spare_parameters);
            std::mem::swap(&mut self.slots, &mut self.spare_slots);
            self.steps += 1;
            self.row_steps.iter_mut().for_each(|steps| *steps += 1);
        }
        finite
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optimizer_names_are_read_back() {
        for kind in OptimizerKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert_eq!(
            "adamw".parse::<OptimizerKind>().unwrap_err().to_string(),
            "Optimizer must be sgd, adam or rmsprop, not \"adamw\""
        );
    }
}
