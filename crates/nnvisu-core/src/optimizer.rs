//! The optimizers and the state they keep between steps.

use crate::aligned::AlignedVec;
use crate::kernels::dispatch;
use crate::kernels::update::{Adam, RmsProp, Sgd, State};
use crate::mlp::OutputRows;
use crate::{Mlp, OptimizerKind, TrainingConfig};

/// The constants of `PyTorch`'s defaults.
const ADAM_BETA1: f64 = 0.9;
const ADAM_BETA2: f64 = 0.999;
const RMSPROP_ALPHA: f64 = 0.99;
const EPS: f32 = 1e-8;

/// What an optimizer remembers from step to step, as plain data.
///
/// The moments are laid out like [`Mlp::parameters`]; an optimizer that does not use one leaves
/// it empty.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OptimizerState {
    /// Which optimizer.
    pub kind: OptimizerKind,
    /// How many updates it has made, which Adam's bias correction needs.
    pub steps: u64,
    /// Adam's running mean of gradients.
    pub first_moment: Vec<f32>,
    /// Adam's and `RMSProp`'s running mean of squared gradients.
    pub second_moment: Vec<f32>,
}

impl OptimizerState {
    /// The state of an optimizer of `n_parameters` that has not made a step.
    #[must_use]
    pub fn fresh(kind: OptimizerKind, n_parameters: usize) -> Self {
        let (first, second) = Self::moment_lengths(kind, n_parameters);
        Self {
            kind,
            steps: 0,
            first_moment: vec![0.0; first],
            second_moment: vec![0.0; second],
        }
    }

    /// How many values (first moment, second moment) an optimizer keeps for `n` parameters.
    pub(crate) fn moment_lengths(kind: OptimizerKind, n: usize) -> (usize, usize) {
        match kind {
            OptimizerKind::Sgd => (0, 0),
            OptimizerKind::Adam => (n, n),
            OptimizerKind::RmsProp => (0, n),
        }
    }
}

/// An optimizer at work on one network.
#[derive(Clone, Debug)]
pub(crate) struct Optimizer {
    kind: OptimizerKind,
    steps: u64,
    first_moment: AlignedVec,
    second_moment: AlignedVec,
    /// The parameters and moments before the last update, or room for the next ones.
    spare_parameters: AlignedVec,
    spare_first: AlignedVec,
    spare_second: AlignedVec,
    /// Whether the spare room holds the state before the last update.
    can_undo: bool,
}

impl Optimizer {
    /// An optimizer that has not made a step.
    pub(crate) fn new(kind: OptimizerKind, mlp: &Mlp) -> Self {
        let n = mlp.parameters().len();
        let (first, second) = OptimizerState::moment_lengths(kind, n);
        Self::from_parts(kind, 0, &vec![0.0; first], &vec![0.0; second], n)
    }

    /// An optimizer with a state whose lengths fit `mlp`.
    pub(crate) fn from_state(state: &OptimizerState, mlp: &Mlp) -> Self {
        Self::from_parts(
            state.kind,
            state.steps,
            &state.first_moment,
            &state.second_moment,
            mlp.parameters().len(),
        )
    }

    fn from_parts(
        kind: OptimizerKind,
        steps: u64,
        first: &[f32],
        second: &[f32],
        n_parameters: usize,
    ) -> Self {
        let first_moment = AlignedVec::padded_copy(first);
        let second_moment = AlignedVec::padded_copy(second);
        Self {
            kind,
            steps,
            spare_parameters: AlignedVec::zeros(crate::aligned::padded(n_parameters)),
            spare_first: first_moment.clone(),
            spare_second: second_moment.clone(),
            first_moment,
            second_moment,
            can_undo: false,
        }
    }

    pub(crate) fn kind(&self) -> OptimizerKind {
        self.kind
    }

    /// The state for a network of `n_parameters`.
    pub(crate) fn state(&self, n_parameters: usize) -> OptimizerState {
        let (first, second) = OptimizerState::moment_lengths(self.kind, n_parameters);
        OptimizerState {
            kind: self.kind,
            steps: self.steps,
            first_moment: self.first_moment[..first].to_vec(),
            second_moment: self.second_moment[..second].to_vec(),
        }
    }

    /// Follows [`Mlp::resize_output`]: the moments of rows that stay are kept, new ones are 0.
    pub(crate) fn resize_output(&mut self, rows: OutputRows, mlp: &Mlp) {
        let resize = |moment: &AlignedVec| match moment.len() {
            0 => Vec::new(),
            _ => rows.resize(moment, mlp.n_classes(), |_| 0.0),
        };
        let (first, second) = (resize(&self.first_moment), resize(&self.second_moment));
        *self = Self::from_parts(
            self.kind,
            self.steps,
            &first,
            &second,
            mlp.parameters().len(),
        );
    }

    /// Makes one update from `gradient` (padded like the parameters). If anything would become
    /// infinite or NaN, nothing changes and the result is false.
    #[must_use]
    pub(crate) fn update(
        &mut self,
        arch: pulp::Arch,
        config: &TrainingConfig,
        gradient: &[f32],
        mlp: &mut Mlp,
    ) -> bool {
        let learning_rate = config.learning_rate.get();
        let weight_decay = config.weight_decay.get();
        let old = State {
            parameters: &**mlp.padded_parameters(),
            first_moment: &*self.first_moment,
            second_moment: &*self.second_moment,
        };
        let new = State {
            parameters: &mut *self.spare_parameters,
            first_moment: &mut *self.spare_first,
            second_moment: &mut *self.spare_second,
        };
        let finite = match self.kind {
            OptimizerKind::Sgd => dispatch(
                arch,
                Sgd {
                    learning_rate,
                    weight_decay,
                    gradient,
                    old: old.parameters,
                    new: new.parameters,
                },
            ),
            OptimizerKind::Adam => {
                let t = (self.steps + 1) as f64;
                let correction1 = 1.0 - ADAM_BETA1.powf(t);
                let correction2 = 1.0 - ADAM_BETA2.powf(t);
                let adam = Adam {
                    beta2: ADAM_BETA2 as f32,
                    one_minus_beta1: (1.0 - ADAM_BETA1) as f32,
                    one_minus_beta2: (1.0 - ADAM_BETA2) as f32,
                    eps: EPS,
                    weight_decay,
                    step_size: (f64::from(learning_rate) / correction1) as f32,
                    inv_sqrt_correction: (1.0 / correction2.sqrt()) as f32,
                    gradient,
                    old,
                    new,
                };
                dispatch(arch, adam)
            }
            OptimizerKind::RmsProp => dispatch(
                arch,
                RmsProp {
                    alpha: RMSPROP_ALPHA as f32,
                    one_minus_alpha: (1.0 - RMSPROP_ALPHA) as f32,
                    eps: EPS,
                    weight_decay,
                    learning_rate,
                    gradient,
                    old,
                    new,
                },
            ),
        };
        if finite {
            self.exchange(mlp);
            self.steps += 1;
        }
        self.can_undo = finite;
        finite
    }

    /// Takes the last update back, if it is still known, and tells whether it was.
    pub(crate) fn undo(&mut self, mlp: &mut Mlp) -> bool {
        let undone = self.can_undo;
        if undone {
            self.exchange(mlp);
            self.steps -= 1;
            self.can_undo = false;
        }
        undone
    }

    fn exchange(&mut self, mlp: &mut Mlp) {
        mlp.swap_parameters(&mut self.spare_parameters);
        std::mem::swap(&mut self.first_moment, &mut self.spare_first);
        std::mem::swap(&mut self.second_moment, &mut self.spare_second);
    }
}
