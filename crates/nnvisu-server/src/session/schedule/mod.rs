//! When to do what: pure arithmetic on instants that are passed in, so that tests need no clock.

mod pacer;
mod pictures;
mod rate;

pub(super) use pacer::Pacer;
pub(super) use pictures::{PictureSchedule, Rendering};
pub(super) use rate::RateMeter;

use std::time::{Duration, Instant};

/// Lets something happen at most once per interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct AtMostEvery {
    interval: Duration,
    last: Option<Instant>,
}

impl AtMostEvery {
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            last: None,
        }
    }

    /// When it may happen again; `None` if it has not happened yet.
    pub(super) fn next(&self) -> Option<Instant> {
        self.last.map(|last| last + self.interval)
    }

    /// Whether it may happen at `now`.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next().is_none_or(|next| now >= next)
    }

    /// Notes that it happened at `now`.
    pub(super) fn happened(&mut self, now: Instant) {
        self.last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_per_interval() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut once = AtMostEvery::new(second);
        assert!(once.is_due(start));
        once.happened(start);
        assert!(!once.is_due(start + second / 2));
        assert!(once.is_due(start + second));
    }
}
