//! What has been handed to a WebSocket and has not yet been written to the operating system.
//!
//! The HTTP library takes all messages that wait and keeps them in its write buffer until the
//! client has read them, however long that takes and however many they are. So messages are handed
//! over only while little of the earlier ones is left, and they pass to the library in pieces: each
//! piece that it asks for says that the ones before have been written, up to the size of its write
//! buffer.

use std::{
    cell::Cell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use actix_web::{
    body::{BodySize, MessageBody},
    web::Bytes,
};
use tokio::sync::Notify;

use super::MIN_BYTES_PER_SECOND;
use crate::{admission::AdmissionPermit, session::Backlog};

/// No further message is handed over while this many bytes of the earlier ones are left.
const MAX_PENDING_BYTES: usize = 64 * 1024;
/// The size of the pieces in which a message passes to the HTTP library.
const PIECE_BYTES: usize = 16 * 1024;

/// Counts what is handed over and what is written.
pub(super) struct SendMonitor {
    backlog: Backlog,
    pending: Cell<usize>,
    written: Cell<u64>,
    /// Since when something has been pending without interruption, as far as has been looked, and
    /// what had been written by then.
    waiting: Cell<Option<(Instant, u64)>>,
    progress: Notify,
}

impl SendMonitor {
    pub(super) fn new(backlog: Backlog) -> Self {
        Self {
            backlog,
            pending: Cell::new(0),
            written: Cell::new(0),
            waiting: Cell::new(None),
            progress: Notify::new(),
        }
    }

    /// A message with this payload has been handed over, of which `counted` bytes are in the
    /// backlog already.
    pub(super) fn handed_over(&self, payload_bytes: usize, counted: usize) {
        let n_bytes = frame_bytes(payload_bytes);
        self.backlog.add(n_bytes - counted);
        self.pending.set(self.pending.get() + n_bytes);
    }

    /// Whether a further message may be handed over.
    pub(super) fn has_room(&self) -> bool {
        self.pending.get() < MAX_PENDING_BYTES
    }

    /// Waits until more has been written.
    pub(super) async fn progress(&self) {
        self.progress.notified().await;
    }

    /// Whether the client reads so slowly that its purpose is to keep memory occupied: something
    /// has waited for all of `timeout`, and in this time less has been written than at
    /// [`MIN_BYTES_PER_SECOND`]. Has to be asked every now and then.
    pub(super) fn is_stalling(&self, timeout: Duration, now: Instant) -> bool {
        if self.has_room() {
            self.waiting.set(None);
            return false;
        }
        let written = self.written.get();
        let (since, written_before) = self.waiting.get().unwrap_or((now, written));
        self.waiting.set(Some((since, written_before)));
        if now.saturating_duration_since(since) < timeout {
            return false;
        }
        self.waiting.set(Some((now, written)));
        written - written_before < MIN_BYTES_PER_SECOND * timeout.as_secs()
    }

    fn written(&self, n_bytes: usize) {
        if n_bytes == 0 {
            return;
        }
        self.written.set(self.written.get() + n_bytes as u64);
        self.pending.set(self.pending.get() - n_bytes);
        self.backlog.remove(n_bytes);
        self.progress.notify_one();
    }
}

/// The size of an unmasked frame (RFC 6455, section 5.2).
fn frame_bytes(payload_bytes: usize) -> usize {
    let header_bytes = match payload_bytes {
        0..=125 => 2,
        126..=0xFFFF => 4,
        _ => 10,
    };
    header_bytes + payload_bytes
}

/// The bytes of the messages on their way to the client, metered.
pub(super) struct MeteredBody<B> {
    body: B,
    /// What is left of the bytes that the body gave last.
    rest: Bytes,
    /// The size of the piece that was given out last.
    given_out: usize,
    monitor: Rc<SendMonitor>,
    /// Memory that this takes is that of a client which is counted.
    _permit: AdmissionPermit,
}

impl<B> MeteredBody<B> {
    pub(super) fn new(body: B, monitor: Rc<SendMonitor>, permit: AdmissionPermit) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            given_out: 0,
            monitor,
            _permit: permit,
        }
    }
}

impl<B: MessageBody + Unpin> MessageBody for MeteredBody<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        this.monitor.written(std::mem::take(&mut this.given_out));
        if this.rest.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_next(cx)) {
                Some(Ok(bytes)) => this.rest = bytes,
                end => return Poll::Ready(end),
            }
        }
        let piece = this.rest.split_to(this.rest.len().min(PIECE_BYTES));
        this.given_out = piece.len();
        Poll::Ready(Some(Ok(piece)))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use futures_util::{FutureExt as _, task::noop_waker};

    use super::*;
    use crate::admission::AdmissionLimiter;

    const SECOND: Duration = Duration::from_secs(1);
    const TIMEOUT: Duration = Duration::from_secs(30);

    fn monitor() -> Rc<SendMonitor> {
        Rc::new(SendMonitor::new(Backlog::default()))
    }

    /// The body of a WebSocket over which one message of `payload_bytes` goes.
    fn message(monitor: &Rc<SendMonitor>, payload_bytes: usize) -> MeteredBody<Bytes> {
        monitor.handed_over(payload_bytes, 0);
        let frame = vec![7; frame_bytes(payload_bytes)];
        let permit = AdmissionLimiter::new(1, 1).admit(None).unwrap();
        MeteredBody::new(frame.into(), Rc::clone(monitor), permit)
    }

    #[actix_web::test]
    async fn everything_passes_and_is_counted() {
        for payload_bytes in [0, 1, 125, 126, 65_535, 65_536, 1_000_000] {
            let monitor = monitor();
            let body = message(&monitor, payload_bytes);
            let sent = to_bytes(body).await.unwrap();
            assert_eq!(sent.len(), frame_bytes(payload_bytes));
            assert_eq!(monitor.pending.get(), 0);
            assert_eq!(monitor.written.get(), sent.len() as u64);
        }
    }

    #[test]
    fn a_piece_counts_as_written_when_the_next_one_is_asked_for() {
        let monitor = monitor();
        let mut body = message(&monitor, MAX_PENDING_BYTES + PIECE_BYTES);
        let waker = noop_waker();
        let mut next = || {
            let mut cx = Context::from_waker(&waker);
            match Pin::new(&mut body).poll_next(&mut cx) {
                Poll::Ready(Some(Ok(piece))) => piece.len(),
                _ => 0,
            }
        };
        assert_eq!(next(), PIECE_BYTES);
        assert!(!monitor.has_room());
        assert!(monitor.progress().now_or_never().is_none());
        next();
        assert!(monitor.progress().now_or_never().is_some());
        assert!(!monitor.has_room());
        next();
        assert!(monitor.has_room());
    }

    #[test]
    fn a_trickle_reader_stalls_and_a_slow_one_does_not() {
        let start = Instant::now();
        let at = |seconds| start + seconds * SECOND;
        let needed = MIN_BYTES_PER_SECOND as usize * 30;
        for (n_bytes, stalls) in [(needed - 1, true), (needed, false)] {
            let monitor = monitor();
            monitor.handed_over(10_000_000, 0);
            assert!(!monitor.is_stalling(TIMEOUT, at(0)));
            for window in 0..3 {
                monitor.written(n_bytes);
                assert!(!monitor.is_stalling(TIMEOUT, at(30 * window + 29)));
                assert_eq!(monitor.is_stalling(TIMEOUT, at(30 * window + 30)), stalls);
            }
        }
    }

    #[test]
    fn a_client_for_which_little_waits_does_not_stall() {
        let start = Instant::now();
        let monitor = monitor();
        monitor.handed_over(MAX_PENDING_BYTES, 0);
        assert!(!monitor.is_stalling(TIMEOUT, start));
        monitor.written(PIECE_BYTES);
        assert!(!monitor.is_stalling(TIMEOUT, start + TIMEOUT));
        monitor.handed_over(MAX_PENDING_BYTES, 0);
        assert!(!monitor.is_stalling(TIMEOUT, start + 2 * TIMEOUT));
        assert!(monitor.is_stalling(TIMEOUT, start + 3 * TIMEOUT));
    }
}
