//! Time as the engine knows it: passed in by the caller, counted from a moment of its choosing.

use std::{
    ops::{Add, AddAssign},
    time::Duration,
};

/// A moment, as the time since the caller's origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(Duration);

impl Timestamp {
    /// The origin.
    #[cfg(test)]
    pub(crate) const ZERO: Self = Self(Duration::ZERO);

    /// The moment `elapsed` after the origin.
    pub(crate) const fn after_origin(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// The time since the origin.
    pub(crate) const fn since_origin(self) -> Duration {
        self.0
    }

    /// The time since `earlier`; `None` if that is later.
    pub(crate) fn checked_duration_since(self, earlier: Self) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }

    /// The time since `earlier`; zero if that is later.
    pub(crate) fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

impl AddAssign<Duration> for Timestamp {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

/// Where the engine takes the time from: the machine's clock, or that of a simulation.
pub(crate) trait Clock {
    /// The present moment; never earlier than what it said before.
    fn now(&self) -> Timestamp;
}
