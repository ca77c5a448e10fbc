//! When to do what: pure arithmetic on instants that are passed in, so that tests need no clock.

mod pacer;
mod pictures;
mod quality;
mod rate;
mod weights;

pub(super) use pacer::Pacer;
pub(super) use pictures::{PictureSchedule, Rendering};
pub(super) use quality::{LineFit, Quality};
pub(super) use rate::RateMeter;
pub(super) use weights::WeightsSchedule;
