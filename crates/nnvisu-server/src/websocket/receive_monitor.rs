//! When something has been received from a client, and whether its pongs wait behind a large
//! message.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::MIN_BYTES_PER_SECOND;

/// A message may take this long from its first byte to its last, and longer at
/// [`MIN_BYTES_PER_SECOND`].
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(60);
/// A message from this size on delays the pongs behind it noticeably on a slow link.
const LARGE_MESSAGE_BYTES: u64 = 2048;
/// A pause in reading from this time on delays them noticeably. Each request makes a short one,
/// until the session has room for it.
const LONG_PAUSE: Duration = Duration::from_millis(10);

/// What has been received from the client, and when.
pub(super) struct ReceiveMonitor {
    last_received: Cell<Instant>,
    /// When the unfinished message began, and how much of it has come since.
    unfinished: Cell<Option<(Instant, u64)>>,
    paused_since: Cell<Option<Instant>>,
    pongs_delayed_until: Cell<Option<Instant>>,
    large_message: Notify,
}

/// Whether pongs come later than the client has received the pings. Nothing can overtake within
/// a connection: they wait while the client sends a large message, and while nothing is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PongDelay {
    /// They come in time, and have done so since this moment.
    NoneSince(Option<Instant>),
    /// A large message is on its way.
    LargeMessage,
}

impl ReceiveMonitor {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            last_received: Cell::new(now),
            unfinished: Cell::new(None),
            paused_since: Cell::new(None),
            pongs_delayed_until: Cell::new(None),
            large_message: Notify::new(),
        }
    }

    /// For how long no bytes of any kind have come, though they would have been read.
    pub(super) fn idle_for(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.last_received.get())
    }

    /// Whether a message comes so slowly that its purpose is to keep us waiting.
    pub(super) fn is_stalling(&self, now: Instant) -> bool {
        self.unfinished.get().is_some_and(|(since, bytes)| {
            let allowed = MESSAGE_TIMEOUT + Duration::from_secs(bytes / MIN_BYTES_PER_SECOND);
            now.saturating_duration_since(since) > allowed
        })
    }

    /// Whether pongs are delayed.
    pub(super) fn pong_delay(&self) -> PongDelay {
        match self.unfinished.get() {
            Some((_, n_bytes)) if n_bytes >= LARGE_MESSAGE_BYTES => PongDelay::LargeMessage,
            _ => PongDelay::NoneSince(self.pongs_delayed_until.get()),
        }
    }

    /// Waits until a large message begins to arrive.
    pub(super) async fn large_message(&self) {
        self.large_message.notified().await;
    }

    /// Records whether what comes is read from `now` on.
    pub(super) fn record_reading(&self, reads: bool, now: Instant) {
        let paused_since = self.paused_since.get().or((!reads).then_some(now));
        let is_long = |since| now.saturating_duration_since(since) >= LONG_PAUSE;
        if paused_since.is_some_and(is_long) {
            self.pongs_delayed_until.set(Some(now));
        }
        self.paused_since.set(paused_since.filter(|_| !reads));
        if !reads {
            self.last_received.set(now);
        }
    }

    /// Records that bytes have come, and whether they end within a message.
    pub(super) fn record(&self, now: Instant, n_bytes: usize, message_is_unfinished: bool) {
        self.last_received.set(now);
        let (since, before) = self.unfinished.get().unwrap_or((now, 0));
        let received = before + n_bytes as u64;
        if received >= LARGE_MESSAGE_BYTES {
            self.pongs_delayed_until.set(Some(now));
            if before < LARGE_MESSAGE_BYTES {
                self.large_message.notify_one();
            }
        }
        self.unfinished
            .set(message_is_unfinished.then_some((since, received)));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const LARGE: usize = LARGE_MESSAGE_BYTES as usize;

    #[test]
    fn a_message_may_take_long_only_if_much_of_it_comes() {
        let start = Instant::now();
        let monitor = ReceiveMonitor::new(start);
        assert!(!monitor.is_stalling(start + 1000 * SECOND));
        for second in 1..=61 {
            monitor.record(start + second * SECOND, 1, true);
            assert!(!monitor.is_stalling(start + second * SECOND));
        }
        assert!(monitor.is_stalling(start + 62 * SECOND));
        let much = 100 * MIN_BYTES_PER_SECOND as usize;
        monitor.record(start + 62 * SECOND, much, true);
        assert!(!monitor.is_stalling(start + 161 * SECOND));
        monitor.record(start + 161 * SECOND, 1, false);
        assert!(!monitor.is_stalling(start + 1000 * SECOND));
        assert_eq!(monitor.idle_for(start + 162 * SECOND), SECOND);
    }

    #[test]
    fn a_large_message_delays_pongs_and_small_ones_do_not() {
        let start = Instant::now();
        let monitor = ReceiveMonitor::new(start);
        for _ in 0..100 {
            monitor.record(start, LARGE / 2, false);
        }
        assert_eq!(monitor.pong_delay(), PongDelay::NoneSince(None));
        assert!(monitor.large_message().now_or_never().is_none());
        monitor.record(start + SECOND, LARGE / 2, true);
        monitor.record(start + 2 * SECOND, LARGE / 2, true);
        assert_eq!(monitor.pong_delay(), PongDelay::LargeMessage);
        assert!(monitor.large_message().now_or_never().is_some());
        monitor.record(start + 3 * SECOND, LARGE, false);
        let until = Some(start + 3 * SECOND);
        assert_eq!(monitor.pong_delay(), PongDelay::NoneSince(until));
        monitor.record(start + 4 * SECOND, 10, false);
        assert_eq!(monitor.pong_delay(), PongDelay::NoneSince(until));
        assert!(monitor.large_message().now_or_never().is_none());
    }

    #[test]
    fn a_long_pause_in_reading_delays_pongs_and_a_short_one_does_not() {
        let start = Instant::now();
        let monitor = ReceiveMonitor::new(start);
        let mut now = start;
        let mut pause = |length: Duration| {
            monitor.record_reading(true, now);
            monitor.record_reading(false, now);
            monitor.record_reading(false, now + length / 2);
            now += length;
            monitor.record_reading(true, now);
            (monitor.pong_delay(), now)
        };
        let (delay, _) = pause(LONG_PAUSE / 2);
        assert_eq!(delay, PongDelay::NoneSince(None));
        let (delay, now) = pause(LONG_PAUSE);
        assert_eq!(delay, PongDelay::NoneSince(Some(now)));
        let (later, _) = pause(LONG_PAUSE / 2);
        assert_eq!(later, delay);
    }

    #[test]
    fn a_client_that_is_not_read_is_not_idle() {
        let start = Instant::now();
        let monitor = ReceiveMonitor::new(start);
        monitor.record_reading(true, start + SECOND);
        assert_eq!(monitor.idle_for(start + SECOND), SECOND);
        monitor.record_reading(false, start + 10 * SECOND);
        assert_eq!(monitor.idle_for(start + 11 * SECOND), SECOND);
    }
}
