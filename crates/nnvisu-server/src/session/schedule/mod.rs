//! When to do what: pure arithmetic on instants that are passed in, so that tests need no clock.

mod frames;
mod pacer;
mod quality;
mod rate;
mod weights;

pub(super) use frames::{FrameSchedule, Rendering};
pub(super) use pacer::Pacer;
pub(super) use quality::{Quality, QualityController};
pub(super) use rate::RateMeter;
pub(super) use weights::WeightsSchedule;
