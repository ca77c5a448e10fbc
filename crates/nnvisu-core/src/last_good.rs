//! The state that a run goes back to when it diverges, chosen by the number of steps alone.

use crate::Mlp;
use crate::aligned::AlignedVec;

/// A state of a run whose loss over all points was finite and not far above the lowest.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct LastGood {
    /// Its parameters, as many as the run has now.
    pub parameters: Vec<f32>,
    /// How many steps it had made.
    pub step: u64,
    /// Its epoch.
    pub epoch: u64,
    /// How many points of that epoch it had used.
    pub epoch_position: u64,
    /// Its loss over all points. `None` where the points have changed since: the next step measures
    /// the state anew.
    pub loss: Option<f32>,
    /// The lowest loss that has been seen on these points; `None` where `loss` is.
    pub lowest_loss: Option<f32>,
}

/// What a state is judged by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Losses {
    /// The loss of the state.
    state: f32,
    /// The lowest loss that has been seen on these points.
    lowest: f32,
}

/// Where a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) step: u64,
    pub(crate) epoch: u64,
    /// How many points of the epoch have been used.
    pub(crate) in_epoch: usize,
}

impl Position {
    /// Ends an epoch that has begun.
    pub(crate) fn end_epoch(&mut self) {
        if self.in_epoch > 0 {
            self.epoch += 1;
            self.in_epoch = 0;
        }
    }
}

/// A [`LastGood`] in the making.
#[derive(Clone, Debug)]
pub(crate) struct LastGoodState {
    /// Padded like those of the network. Without a position they mean nothing.
    pub(crate) parameters: AlignedVec,
    pub(crate) position: Option<Position>,
    pub(crate) losses: Option<Losses>,
}

impl LastGoodState {
    /// How many epochs lie between two states that are judged, except at the beginning of a run.
    /// Measuring the loss of all points takes a third of the time that training on them takes, so
    /// this is less than two percent.
    const EPOCHS: u64 = 20;

    /// A state is good up to this multiple of the lowest loss …
    const MAX_RATIO: f32 = 5.0;

    /// … or of this one, if that is lower still.
    const NEGLIGIBLE_LOSS: f32 = 0.01;

    pub(crate) fn new(mlp: &Mlp) -> Self {
        Self {
            parameters: AlignedVec::zeros(mlp.padded_parameters().len()),
            position: None,
            losses: None,
        }
    }

    /// Whether the state after `step` steps is to be judged, where an epoch has `epoch_steps`: the
    /// first, those after 1, 2, 4, 8, … steps, and then one every few epochs.
    pub(crate) fn is_due(step: u64, epoch_steps: u64) -> bool {
        step.is_power_of_two() || step.is_multiple_of(Self::EPOCHS * epoch_steps)
    }

    /// Takes notice of a finite loss of a state that is not kept.
    pub(crate) fn note(&mut self, loss: f32) {
        if let Some(losses) = &mut self.losses {
            losses.lowest = losses.lowest.min(loss);
        }
    }

    /// Whether the state that is kept is not a good one beside a state of this loss: a loss can
    /// fall a long way between two states that are judged.
    pub(crate) fn is_outdone_by(&self, loss: f32) -> bool {
        self.losses
            .is_some_and(|losses| !Self::is_good(losses.state, loss))
    }

    fn is_good(loss: f32, lowest: f32) -> bool {
        loss <= Self::MAX_RATIO * lowest.max(Self::NEGLIGIBLE_LOSS)
    }

    /// Keeps the state of `mlp` if its finite loss is a good one.
    pub(crate) fn offer(&mut self, loss: f32, position: Position, mlp: &Mlp) {
        let lowest = self.losses.map_or(loss, |losses| losses.lowest.min(loss));
        if Self::is_good(loss, lowest) || self.position.is_none() {
            self.parameters.copy_from_slice(mlp.padded_parameters());
            self.position = Some(position);
            self.losses = Some(Losses {
                state: loss,
                lowest,
            });
        }
        self.note(loss);
    }

    /// The state has this loss on points that are new to it. If that is not finite, there is no
    /// good state.
    pub(crate) fn measured(&mut self, loss: f32, position: Position) {
        let losses = Losses {
            state: loss,
            lowest: loss,
        };
        self.losses = loss.is_finite().then_some(losses);
        self.position = loss.is_finite().then_some(position);
    }

    /// Other points have other losses, and a new epoch.
    pub(crate) fn points_changed(&mut self) {
        self.losses = None;
        if let Some(position) = &mut self.position {
            position.end_epoch();
        }
    }

    /// As plain data, for a network of `n_parameters`.
    pub(crate) fn to_plain(&self, n_parameters: usize) -> Option<LastGood> {
        self.position.map(|position| LastGood {
            parameters: self.parameters[..n_parameters].to_vec(),
            step: position.step,
            epoch: position.epoch,
            epoch_position: position.in_epoch as u64,
            loss: self.losses.map(|losses| losses.state),
            lowest_loss: self.losses.map(|losses| losses.lowest),
        })
    }

    /// From plain data whose lengths fit `mlp`.
    pub(crate) fn from_plain(plain: Option<&LastGood>, mlp: &Mlp) -> Self {
        plain.map_or_else(
            || Self::new(mlp),
            |plain| Self {
                parameters: AlignedVec::padded_copy(&plain.parameters),
                position: Some(Position {
                    step: plain.step,
                    epoch: plain.epoch,
                    in_epoch: plain.epoch_position as usize,
                }),
                losses: plain
                    .loss
                    .zip(plain.lowest_loss)
                    .map(|(state, lowest)| Losses { state, lowest }),
            },
        )
    }
}
