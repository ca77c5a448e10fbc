//! How many messages a client may send: over the limit it is read more slowly, and nothing that
//! it sends is lost.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, MonotonicClock},
    state::{InMemoryState, NotKeyed},
};

/// Leave to read messages, one at a time.
pub(super) struct Throttle {
    limiter: Option<RateLimiter<NotKeyed, InMemoryState, MonotonicClock>>,
    has_leave: bool,
}

impl Throttle {
    /// At most `per_second` messages in a second, as many at once after a quiet second; any
    /// number without it.
    pub(super) fn new(per_second: Option<NonZeroU32>) -> Self {
        let limiter = per_second
            .map(|n| RateLimiter::direct_with_clock(Quota::per_second(n), MonotonicClock));
        Self {
            limiter,
            has_leave: false,
        }
    }

    /// Asks for leave to read one message; it stays until that is [spent](Self::spend). Returns
    /// how long to wait before asking again if there is none yet.
    pub(super) fn ask(&mut self) -> Option<Duration> {
        let Some(limiter) = &self.limiter else {
            return None;
        };
        if self.has_leave {
            return None;
        }
        match limiter.check() {
            Ok(()) => {
                self.has_leave = true;
                None
            }
            Err(too_early) => Some(too_early.wait_time_from(MonotonicClock.now())),
        }
    }

    /// A message has been read.
    pub(super) fn spend(&mut self) {
        self.has_leave = false;
    }
}

/// Waits for `delay` from `since` on; for ever without one.
pub(super) async fn pass(since: Instant, delay: Option<Duration>) {
    match delay {
        Some(delay) => tokio::time::sleep_until((since + delay).into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_there_is_a_wait() {
        // One more in a thousandth of a second; nobody is so slow that it makes 1,000 of them.
        let mut throttle = Throttle::new(NonZeroU32::new(1000));
        let mut n_read = 0;
        let wait = loop {
            if let Some(wait) = throttle.ask() {
                break wait;
            }
            throttle.spend();
            n_read += 1;
        };
        assert!(n_read >= 1000, "{n_read}");
        assert!(wait <= Duration::from_millis(1), "{wait:?}");
    }

    #[test]
    fn leave_stays_until_it_is_spent() {
        let mut throttle = Throttle::new(NonZeroU32::new(1));
        for _ in 0..100 {
            assert_eq!(throttle.ask(), None);
        }
        throttle.spend();
        assert!(throttle.ask().is_some());
    }

    #[test]
    fn without_a_limit_there_is_no_wait() {
        let mut throttle = Throttle::new(None);
        for _ in 0..100_000 {
            assert_eq!(throttle.ask(), None);
            throttle.spend();
        }
    }
}
