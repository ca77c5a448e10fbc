//! How many messages a client may send: over the limit its messages are read later, and none is
//! lost.

use std::{num::NonZeroU32, time::Instant};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, MonotonicClock},
    state::{InMemoryState, NotKeyed},
};

/// Permits to read messages, one at a time.
pub(super) struct Throttle {
    limiter: Option<RateLimiter<NotKeyed, InMemoryState, MonotonicClock>>,
    has_permit: bool,
}

impl Throttle {
    /// At most `per_second` messages in a second, as many at once after a quiet second; any
    /// number without it.
    pub(super) fn new(per_second: Option<NonZeroU32>) -> Self {
        let limiter = per_second
            .map(|n| RateLimiter::direct_with_clock(Quota::per_second(n), MonotonicClock));
        Self {
            limiter,
            has_permit: false,
        }
    }

    /// Asks for a permit to read one message; it is kept until it is [consumed](Self::consume).
    /// Returns when to poll again if there is none yet.
    pub(super) fn poll(&mut self) -> Option<Instant> {
        let Some(limiter) = &self.limiter else {
            return None;
        };
        if self.has_permit {
            return None;
        }
        match limiter.check() {
            Ok(()) => {
                self.has_permit = true;
                None
            }
            Err(too_early) => {
                let now = MonotonicClock.now();
                Some(now + too_early.wait_time_from(now))
            }
        }
    }

    /// A message has been read.
    pub(super) fn consume(&mut self) {
        self.has_permit = false;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_there_is_a_wait() {
        // One more in a thousandth of a second; no machine is so slow that it makes 1,000 of them.
        let mut throttle = Throttle::new(NonZeroU32::new(1000));
        let mut n_read = 0;
        let next = loop {
            if let Some(next) = throttle.poll() {
                break next;
            }
            throttle.consume();
            n_read += 1;
        };
        assert!(n_read >= 1000, "{n_read}");
        assert!(
            next <= Instant::now() + Duration::from_millis(1),
            "{next:?}"
        );
    }

    #[test]
    fn a_permit_is_kept_until_it_is_consumed() {
        let mut throttle = Throttle::new(NonZeroU32::new(1));
        for _ in 0..100 {
            assert_eq!(throttle.poll(), None);
        }
        throttle.consume();
        assert!(throttle.poll().is_some());
    }

    #[test]
    fn without_a_limit_there_is_no_wait() {
        let mut throttle = Throttle::new(None);
        for _ in 0..100_000 {
            assert_eq!(throttle.poll(), None);
            throttle.consume();
        }
    }
}
