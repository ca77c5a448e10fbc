//! Estimates how many bytes a second the link to a client carries, and how long its round trip is.

use std::time::{Duration, Instant};

/// Assumed before the first measurement: a poor link of today, so that the first frame does not
/// congest it for long.
const ASSUMED_BYTES_PER_SECOND: f64 = 500_000.0;
/// How much the measurements so far count once a new one has come.
const DECAY: f64 = 0.75;
/// Nothing is measured more exactly than this.
const RESOLUTION: Duration = Duration::from_micros(50);
/// A round trip that was possible may be forgotten after this: routes change.
const ROUND_TRIP_WINDOW: Duration = Duration::from_secs(30);
/// The round trip is measured at least this often, and oftener as long as it is hardly known.
const ROUND_TRIP_INTERVAL: Duration = Duration::from_secs(5);
const FIRST_ROUND_TRIP_INTERVAL: Duration = Duration::from_millis(500);

/// An estimate from measurements.
#[derive(Debug)]
pub(super) struct LinkEstimator {
    /// Bytes received lately and the seconds that they took; older ones count less.
    bytes: f64,
    seconds: f64,
    /// The shortest round trip of this window and of the one before.
    shortest: Option<Duration>,
    shortest_before: Option<Duration>,
    window_began: Instant,
    n_round_trips: u32,
    latest_round_trip: Instant,
}

impl LinkEstimator {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            bytes: 0.0,
            seconds: 0.0,
            shortest: None,
            shortest_before: None,
            window_began: now,
            n_round_trips: 0,
            latest_round_trip: now,
        }
    }

    /// Records that the link carried `bytes` in `took`, and nothing else meanwhile.
    pub(super) fn record_transfer(&mut self, bytes: u64, took: Duration) {
        // A ratio of sums: long measurements count more than short ones, so that a link which
        // becomes slow is known at once, while a few hasty answers mean little.
        self.bytes = DECAY * self.bytes + bytes as f64;
        self.seconds = DECAY * self.seconds + took.max(RESOLUTION).as_secs_f64();
    }

    /// Records a round trip of a message that found the link idle.
    pub(super) fn record_round_trip(&mut self, round_trip: Duration, now: Instant) {
        if now.saturating_duration_since(self.window_began) > ROUND_TRIP_WINDOW {
            self.shortest_before = self.shortest.take();
            self.window_began = now;
        }
        self.shortest = Some(
            self.shortest
                .map_or(round_trip, |best| best.min(round_trip)),
        );
        self.n_round_trips = self.n_round_trips.saturating_add(1);
        self.latest_round_trip = now;
    }

    /// Whether the link should become idle once, to measure its round trip again.
    pub(super) fn wants_round_trip(&self, now: Instant) -> bool {
        let interval = FIRST_ROUND_TRIP_INTERVAL.saturating_mul(self.n_round_trips);
        now > self.latest_round_trip + interval.min(ROUND_TRIP_INTERVAL)
    }

    /// How many bytes the link carries in a second.
    pub(super) fn bytes_per_second(&self) -> f64 {
        if self.seconds > 0.0 {
            self.bytes / self.seconds
        } else {
            ASSUMED_BYTES_PER_SECOND
        }
    }

    /// The time there and back of a message that finds the link idle; zero if nothing is known.
    pub(super) fn round_trip(&self) -> Duration {
        let known = [self.shortest, self.shortest_before];
        known.into_iter().flatten().min().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn measures_transfers() {
        let mut link = LinkEstimator::new(Instant::now());
        assert!(link.bytes_per_second() > 0.0);
        link.record_transfer(1000, 10 * MS);
        link.record_transfer(3000, 30 * MS);
        assert!((link.bytes_per_second() - 100_000.0).abs() < 1.0);
    }

    #[test]
    fn a_link_that_becomes_slow_is_known_at_once() {
        let mut link = LinkEstimator::new(Instant::now());
        for _ in 0..100 {
            link.record_transfer(10_000, MS);
        }
        link.record_transfer(10_000, 1000 * MS);
        assert!(link.bytes_per_second() < 50_000.0);
    }

    #[test]
    fn a_link_that_becomes_fast_is_known_soon() {
        let mut link = LinkEstimator::new(Instant::now());
        link.record_transfer(10_000, 1000 * MS);
        for _ in 0..20 {
            link.record_transfer(10_000, MS);
        }
        assert!(link.bytes_per_second() > 1e6);
    }

    #[test]
    fn the_round_trip_is_measured_again_and_again() {
        let start = Instant::now();
        let mut link = LinkEstimator::new(start);
        assert!(link.wants_round_trip(start + MS));
        link.record_round_trip(MS, start);
        assert!(!link.wants_round_trip(start + FIRST_ROUND_TRIP_INTERVAL));
        assert!(link.wants_round_trip(start + FIRST_ROUND_TRIP_INTERVAL + MS));
        for _ in 0..100 {
            link.record_round_trip(MS, start);
        }
        assert!(!link.wants_round_trip(start + ROUND_TRIP_INTERVAL));
        assert!(link.wants_round_trip(start + ROUND_TRIP_INTERVAL + MS));
    }

    #[test]
    fn nothing_is_infinitely_fast() {
        let mut link = LinkEstimator::new(Instant::now());
        link.record_transfer(10_000, Duration::ZERO);
        assert!(link.bytes_per_second().is_finite());
    }

    #[test]
    fn the_shortest_round_trip_counts_for_a_while() {
        let start = Instant::now();
        let mut link = LinkEstimator::new(start);
        assert_eq!(link.round_trip(), Duration::ZERO);
        link.record_round_trip(50 * MS, start);
        link.record_round_trip(20 * MS, start);
        link.record_round_trip(80 * MS, start);
        assert_eq!(link.round_trip(), 20 * MS);
        link.record_round_trip(80 * MS, start + ROUND_TRIP_WINDOW + MS);
        assert_eq!(link.round_trip(), 20 * MS);
        link.record_round_trip(80 * MS, start + 3 * ROUND_TRIP_WINDOW);
        assert_eq!(link.round_trip(), 80 * MS);
    }
}
