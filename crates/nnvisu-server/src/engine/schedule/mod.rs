//! When to do what: pure arithmetic on moments that are passed in.

mod frames;
mod pacer;
mod quality;
mod rate;
mod weights;

pub(super) use frames::{FrameSchedule, Rendering};
pub(super) use pacer::Pacer;
pub(super) use quality::{POSTERIOR_LADDER, Quality, QualityController, full};
pub(super) use rate::RateMeter;
pub(super) use weights::WeightsSchedule;
