//! Limits how fast access tokens can be guessed, for each client subnet.
//!
//! A token that comes too early is not even compared, else the right one would be told from the
//! others by its being let in. It waits for its turn instead, as long as few wait: so a person who
//! has mistyped the token often gets in a second later.
//!
//! The rate is that of the generic cell rate algorithm. The crate `governor`, which does the same
//! for messages, counts every request that it is asked about; here only wrong tokens count.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::{access::ClientSubnet, admission::AdmissionLimiter, deadline::reached};

/// So many wrong tokens may come at once.
const BURST: u32 = 10;
/// After them, one in this time.
const INTERVAL: Duration = Duration::from_secs(1);
/// How many requests may wait for their turn, in all and from one subnet.
const MAX_WAITING: usize = 256;
const MAX_WAITING_PER_SUBNET: usize = 8;
/// With this many subnets, those are forgotten whose wrong tokens are long ago.
const MAX_REMEMBERED: usize = 10_000;

/// Where a request comes from, which is unknown for a few kinds of socket.
type Source = Option<ClientSubnet>;

/// Limits the tokens that are compared.
pub(crate) struct GuessLimiter {
    /// When the wrong tokens that have come would have come at one in each interval.
    theoretical_arrivals: Mutex<HashMap<Source, Instant>>,
    waiting: AdmissionLimiter,
}

/// Too many wrong tokens have come from this subnet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooManyGuesses;

impl GuessLimiter {
    pub(crate) fn new() -> Self {
        Self {
            theoretical_arrivals: Mutex::default(),
            waiting: AdmissionLimiter::new(MAX_WAITING, MAX_WAITING_PER_SUBNET),
        }
    }

    /// Waits until a token from `source` may be compared, and counts it as wrong until
    /// [`forgive`](Self::forgive) is called.
    pub(crate) async fn turn(&self, source: Source) -> Result<(), TooManyGuesses> {
        let Err(next) = self.take_turn(source, Instant::now()) else {
            return Ok(());
        };
        let _waiting = self.waiting.admit(source).map_err(|_| TooManyGuesses)?;
        reached(Some(next)).await;
        // Another request may have had this turn.
        self.take_turn(source, Instant::now())
            .map_err(|_| TooManyGuesses)
    }

    /// The token from `source` that has had its turn was right, which does not count.
    pub(crate) fn forgive(&self, source: Source) {
        if let Some(arrival) = self.theoretical_arrivals.lock().get_mut(&source) {
            *arrival = arrival.checked_sub(INTERVAL).unwrap_or(*arrival);
        }
    }

    /// Counts a token from `source` as wrong before it is compared, so that of two that come at the
    /// same moment the second one sees the first; or says when it may come.
    fn take_turn(&self, source: Source, now: Instant) -> Result<(), Instant> {
        let mut arrivals = self.theoretical_arrivals.lock();
        if arrivals.len() >= MAX_REMEMBERED {
            arrivals.retain(|_, arrival| *arrival > now);
        }
        let arrival = arrivals.entry(source).or_insert(now);
        let tolerated = now + (BURST - 1) * INTERVAL;
        let too_early = arrival.saturating_duration_since(tolerated);
        if !too_early.is_zero() {
            return Err(now + too_early);
        }
        *arrival = now.max(*arrival) + INTERVAL;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn subnet(last: u8) -> ClientSubnet {
        IpAddr::from([192, 0, 2, last]).into()
    }

    #[test]
    fn ten_at_once_and_then_one_a_second() {
        let limiter = GuessLimiter::new();
        let start = Instant::now();
        for _ in 0..BURST {
            assert_eq!(limiter.take_turn(Some(subnet(1)), start), Ok(()));
        }
        for n in 1..=3 {
            let next = start + n * INTERVAL;
            assert_eq!(limiter.take_turn(Some(subnet(1)), start), Err(next));
            assert_eq!(limiter.take_turn(Some(subnet(1)), next), Ok(()));
        }
        assert_eq!(limiter.take_turn(Some(subnet(2)), start), Ok(()));
        let later = start + 13 * INTERVAL;
        for _ in 0..BURST {
            assert_eq!(limiter.take_turn(Some(subnet(1)), later), Ok(()));
        }
        assert!(limiter.take_turn(Some(subnet(1)), later).is_err());
    }

    #[test]
    fn right_tokens_do_not_count() {
        let limiter = GuessLimiter::new();
        let start = Instant::now();
        for _ in 0..10 * BURST {
            assert_eq!(limiter.take_turn(Some(subnet(1)), start), Ok(()));
            limiter.forgive(Some(subnet(1)));
        }
    }

    #[test]
    fn sources_are_forgotten() {
        let limiter = GuessLimiter::new();
        let start = Instant::now();
        for n in 0..3 * MAX_REMEMBERED as u32 {
            let address = IpAddr::from(n.to_be_bytes());
            let turn = limiter.take_turn(Some(address.into()), start + n * INTERVAL);
            assert_eq!(turn, Ok(()));
        }
        assert!(limiter.theoretical_arrivals.lock().len() <= MAX_REMEMBERED);
    }

    #[actix_web::test]
    async fn few_wait_and_one_of_them_has_the_turn() {
        let limiter = GuessLimiter::new();
        let now = Instant::now();
        for _ in 0..BURST {
            limiter.take_turn(Some(subnet(1)), now).unwrap();
        }
        let guesses = (0..2 * MAX_WAITING_PER_SUBNET).map(|_| limiter.turn(Some(subnet(1))));
        let results = futures_util::future::join_all(guesses).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert_eq!(limiter.turn(Some(subnet(2))).await, Ok(()));
    }
}
