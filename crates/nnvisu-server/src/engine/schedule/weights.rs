//! When the client gets the weights themselves, to keep them.

use std::time::Duration;

use crate::engine::time::Timestamp;

/// While training, weights go out at most once in this time, but for small ones that go along with
/// frames.
const INTERVAL: Duration = Duration::from_secs(1);
/// They have at most this part of the link, so that frames keep coming.
const PART_OF_LINK: u32 = 8;
/// Weights that would hold up frames and answers for longer than this wait until training
/// pauses.
const MAX_TRANSFER: Duration = Duration::from_secs(2);
/// Bytes of weights a second that go along with frames. That is a small network with nearly every
/// frame; a client that goes away then loses nothing of what it has been shown.
const BYTES_ALONG: f64 = 200_000.0;
/// What a message takes besides.
const OTHER_BYTES: f64 = 500.0;

/// Spaces messages with weights by their size and the speed of the link.
#[derive(Debug)]
pub(in crate::engine) struct WeightsSchedule {
    bytes_per_parameter: f64,
    latest: Option<Timestamp>,
}

impl WeightsSchedule {
    /// For messages that take `bytes_per_parameter` of the network.
    pub(in crate::engine) fn new(bytes_per_parameter: f64) -> Self {
        Self {
            bytes_per_parameter,
            latest: None,
        }
    }

    /// Whether the weights of `n_parameters` may be sent at `now`.
    pub(in crate::engine) fn is_due(
        &self,
        n_parameters: usize,
        bytes_per_second: f64,
        now: Timestamp,
    ) -> bool {
        let transfer = self.transfer(n_parameters, bytes_per_second);
        transfer <= MAX_TRANSFER && self.next(transfer).is_none_or(|next| now >= next)
    }

    /// When the weights of `n_parameters` may be sent while training; `None` is not before it
    /// pauses.
    pub(in crate::engine) fn next_after(
        &self,
        n_parameters: usize,
        bytes_per_second: f64,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let transfer = self.transfer(n_parameters, bytes_per_second);
        (transfer <= MAX_TRANSFER).then(|| self.next(transfer).unwrap_or(now))
    }

    /// Whether the weights of `n_parameters` may go along with a frame at `now`, although they are
    /// not due yet.
    pub(in crate::engine) fn may_go_along(
        &self,
        n_parameters: usize,
        bytes_per_second: f64,
        now: Timestamp,
    ) -> bool {
        let transfer = self.transfer(n_parameters, bytes_per_second) * PART_OF_LINK;
        let spacing = transfer.max(self.transfer(n_parameters, BYTES_ALONG));
        self.latest.is_none_or(|latest| now >= latest + spacing)
    }

    /// Notes that weights were sent at `now`.
    pub(in crate::engine) fn sent(&mut self, now: Timestamp) {
        self.latest = Some(now);
    }

    /// Notes that the weights of the last time have not been sent after all.
    pub(in crate::engine) fn lost(&mut self) {
        self.latest = None;
    }

    /// How long the link is busy with the weights.
    fn transfer(&self, n_parameters: usize, bytes_per_second: f64) -> Duration {
        let bytes = n_parameters as f64 * self.bytes_per_parameter + OTHER_BYTES;
        Duration::try_from_secs_f64(bytes / bytes_per_second).unwrap_or(Duration::MAX / 16)
    }

    fn next(&self, transfer: Duration) -> Option<Timestamp> {
        self.latest
            .map(|latest| latest + INTERVAL.max(transfer * PART_OF_LINK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const SMALL: usize = 100;
    const LARGE: usize = 92_000;

    #[test]
    fn once_a_second_on_an_ordinary_link() {
        let start = Timestamp::ZERO;
        let mut weights = WeightsSchedule::new(16.0);
        assert!(weights.is_due(SMALL, 1e6, start));
        assert_eq!(weights.next_after(SMALL, 1e6, start), Some(start));
        weights.sent(start);
        assert!(!weights.is_due(SMALL, 1e6, start + SECOND / 2));
        assert!(weights.is_due(SMALL, 1e6, start + SECOND));
        let next = weights.next_after(SMALL, 1e6, start + SECOND / 2);
        assert_eq!(next, Some(start + SECOND));
    }

    #[test]
    fn small_ones_go_along_with_frames() {
        let start = Timestamp::ZERO;
        let mut weights = WeightsSchedule::new(16.0);
        weights.sent(start);
        let frame = SECOND / 60;
        assert!(weights.may_go_along(SMALL, 2e6, start + frame));
        assert!(!weights.may_go_along(SMALL, 1e4, start + frame), "slow");
        assert!(!weights.may_go_along(LARGE, 1e9, start + SECOND), "large");
    }

    #[test]
    fn what_was_lost_is_due_again() {
        let start = Timestamp::ZERO;
        let mut weights = WeightsSchedule::new(16.0);
        weights.sent(start);
        assert!(!weights.is_due(SMALL, 1e6, start));
        weights.lost();
        assert!(weights.is_due(SMALL, 1e6, start));
    }

    #[test]
    fn less_often_if_they_take_long() {
        let start = Timestamp::ZERO;
        let mut weights = WeightsSchedule::new(16.0);
        weights.sent(start);
        // Nearly 1.5 MB in about 1.5 s.
        let next = weights.next_after(LARGE, 1e6, start).unwrap();
        assert!(next > start + 11 * SECOND && next < start + 13 * SECOND);
    }

    #[test]
    fn not_while_training_if_everything_else_would_wait_for_long() {
        let start = Timestamp::ZERO;
        let weights = WeightsSchedule::new(16.0);
        for slow in [125_000.0, 0.0] {
            assert_eq!(weights.next_after(LARGE, slow, start), None);
            assert!(!weights.is_due(LARGE, slow, start));
        }
    }
}
