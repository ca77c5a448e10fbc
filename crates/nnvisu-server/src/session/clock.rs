//! The machine's clock, as the engine reads it.

use std::{sync::LazyLock, time::Instant};

use crate::engine::{Clock, Timestamp};

/// What timestamps count from: some moment before all of them.
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The machine's monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp::after_origin(ORIGIN.elapsed())
    }
}

/// The moment that a timestamp of [`WallClock`] stands for.
pub(crate) fn instant(timestamp: Timestamp) -> Instant {
    *ORIGIN + timestamp.since_origin()
}
