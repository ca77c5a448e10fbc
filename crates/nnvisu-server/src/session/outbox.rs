//! What a session has for its client: replies in order, and of frames and checkpoints only the
//! newest.
//!
//! Replies answer requests and must all arrive; how much memory they take is bounded by the
//! [`Backlog`]: while too much waits, no further request is taken. Frames and checkpoints replace each
//! other: a slow link sees fewer of them, never old ones, and training never waits.
//!
//! The other way, the connection says how much its link takes, so that the session draws neither
//! larger frames nor more of them.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::backlog::Backlog;
use crate::engine::{DroppedFrame, Frame, Link};

/// A checkpoint of at most this many bytes does not hold up the frame that waits with it.
const SMALL_CHECKPOINT: usize = 16 * 1024;

/// The session's end: puts things in, never waits.
#[derive(Clone)]
pub(crate) struct Outbox {
    shared: Arc<Shared>,
    backlog: Backlog,
}

/// The connection's end: takes things out.
pub(crate) struct OutboxReader {
    shared: Arc<Shared>,
}

/// Makes an empty outbox. Its replies count into `backlog`; the reader that takes them out removes them
/// from there once they are sent.
pub(crate) fn outbox(backlog: Backlog) -> (Outbox, OutboxReader) {
    let shared = Arc::new(Shared::default());
    (
        Outbox {
            shared: Arc::clone(&shared),
            backlog,
        },
        OutboxReader { shared },
    )
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Notify,
    link: LinkState,
}

/// What is known of the link; read in the training loop, so without a lock. The two need not
/// belong together: each is the newest.
struct LinkState {
    bytes_per_second: AtomicU64,
    is_congested: AtomicBool,
}

impl Default for LinkState {
    fn default() -> Self {
        Self {
            bytes_per_second: AtomicU64::new(u64::MAX),
            is_congested: AtomicBool::new(false),
        }
    }
}

#[derive(Default)]
struct Waiting {
    replies: VecDeque<String>,
    frame: Option<Frame>,
    checkpoint: Option<String>,
    failed: bool,
}

/// One thing to send.
#[derive(Debug, PartialEq)]
pub(crate) enum Outgoing {
    /// A text message that answers a request or reports an event.
    Reply(String),
    /// The newest frame.
    Frame(Frame),
    /// The newest checkpoint, a text message.
    Checkpoint(String),
    /// The session cannot continue; the connection has to be closed.
    Failed,
}

impl Link for Outbox {
    fn reply(&self, text: String) {
        self.backlog.add(text.len());
        self.change(|waiting| waiting.replies.push_back(text));
    }

    fn frame(&self, frame: Frame) -> Option<DroppedFrame> {
        let with_weights = frame.with_weights;
        let mut replaced = None;
        self.change(|waiting| replaced = waiting.frame.replace(frame));
        replaced.map(|old: Frame| DroppedFrame {
            lost_weights: old.with_weights && !with_weights,
        })
    }

    fn checkpoint(&self, text: String) {
        self.change(|waiting| waiting.checkpoint = Some(text));
    }

    fn withdraw(&self) -> bool {
        let mut had_frame = false;
        self.change(|waiting| {
            had_frame = waiting.frame.take().is_some();
            waiting.checkpoint = None;
        });
        had_frame
    }

    /// As good as infinite until it has been reported.
    fn bytes_per_second(&self) -> f64 {
        self.shared.link.bytes_per_second.load(Ordering::Relaxed) as f64
    }

    fn is_congested(&self) -> bool {
        self.shared.link.is_congested.load(Ordering::Relaxed)
    }
}

impl Outbox {
    /// Adds a last text message; the connection ends after it.
    pub(crate) fn fail(&self, text: String) {
        self.backlog.add(text.len());
        self.change(|waiting| {
            waiting.frame = None;
            waiting.checkpoint = None;
            waiting.replies.push_back(text);
            waiting.failed = true;
        });
    }

    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.shared.waiting.lock());
        self.shared.changed.notify_one();
    }
}

impl OutboxReader {
    /// Waits for the next thing to send: replies first, then the frame and the checkpoint; a small
    /// checkpoint goes before the frame, so that what a client shows it can also keep. With `bulk` false only replies. Nothing is lost if the future is dropped.
    pub(crate) async fn next(&self, bulk: bool) -> Outgoing {
        loop {
            if let Some(outgoing) = self.take(bulk) {
                return outgoing;
            }
            self.shared.changed.notified().await;
        }
    }

    /// The next thing to send, if there is one.
    pub(crate) fn take(&self, bulk: bool) -> Option<Outgoing> {
        let mut waiting = self.shared.waiting.lock();
        if let Some(text) = waiting.replies.pop_front() {
            return Some(Outgoing::Reply(text));
        }
        if waiting.failed {
            return Some(Outgoing::Failed);
        }
        if !bulk {
            return None;
        }
        let has_small_checkpoint = waiting
            .checkpoint
            .as_ref()
            .is_some_and(|text| text.len() <= SMALL_CHECKPOINT);
        if !has_small_checkpoint && let Some(frame) = waiting.frame.take() {
            return Some(Outgoing::Frame(frame));
        }
        let checkpoint = waiting.checkpoint.take().map(Outgoing::Checkpoint);
        checkpoint.or_else(|| waiting.frame.take().map(Outgoing::Frame))
    }

    /// Tells the session how many bytes a second the link takes, and whether it is congested. Returns
    /// whether it has become free just now: the session may be waiting for that.
    #[must_use]
    pub(crate) fn report_link(&self, bytes_per_second: f64, is_congested: bool) -> bool {
        let link = &self.shared.link;
        link.bytes_per_second
            .store(bytes_per_second as u64, Ordering::Relaxed);
        link.is_congested.swap(is_congested, Ordering::Relaxed) && !is_congested
    }

    /// How many replies wait.
    pub(crate) fn n_replies(&self) -> usize {
        self.shared.waiting.lock().replies.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Timestamp;

    fn frame(byte: u8) -> Frame {
        Frame {
            step_result: None,
            with_weights: false,
            bytes: vec![byte].into(),
            made: Timestamp::ZERO,
        }
    }

    fn with_weights(byte: u8) -> Frame {
        Frame {
            with_weights: true,
            ..frame(byte)
        }
    }

    #[test]
    fn replies_keep_their_order_and_go_first() {
        let (outbox, reader) = outbox(Backlog::default());
        let large = "checkpoint".repeat(SMALL_CHECKPOINT);
        outbox.frame(frame(1));
        outbox.checkpoint(large.clone());
        outbox.reply("first".to_owned());
        outbox.reply("second".to_owned());
        assert_eq!(reader.n_replies(), 2);
        let order: Vec<_> = std::iter::from_fn(|| reader.take(true)).collect();
        assert_eq!(
            order,
            [
                Outgoing::Reply("first".to_owned()),
                Outgoing::Reply("second".to_owned()),
                Outgoing::Frame(frame(1)),
                Outgoing::Checkpoint(large),
            ]
        );
    }

    #[test]
    fn a_small_checkpoint_goes_before_the_frame() {
        let (outbox, reader) = outbox(Backlog::default());
        outbox.frame(frame(1));
        outbox.checkpoint("checkpoint".to_owned());
        let checkpoint = Outgoing::Checkpoint("checkpoint".to_owned());
        assert_eq!(reader.take(true), Some(checkpoint));
        assert_eq!(reader.take(true), Some(Outgoing::Frame(frame(1))));
    }

    #[test]
    fn only_the_newest_frame_waits() {
        let (outbox, reader) = outbox(Backlog::default());
        assert_eq!(outbox.frame(frame(1)), None);
        let dropped = outbox.frame(frame(2));
        assert_eq!(
            dropped,
            Some(DroppedFrame {
                lost_weights: false
            })
        );
        assert_eq!(reader.take(false), None);
        assert_eq!(reader.take(true), Some(Outgoing::Frame(frame(2))));
        assert_eq!(reader.take(true), None);
    }

    #[test]
    fn weights_do_not_get_lost_unnoticed() {
        let (outbox, _reader) = outbox(Backlog::default());
        let lost_weights = |frame| {
            let dropped = outbox.frame(frame);
            dropped.is_some_and(|dropped| dropped.lost_weights)
        };
        assert!(!lost_weights(with_weights(1)));
        assert!(!lost_weights(with_weights(2)), "newer ones go");
        assert!(lost_weights(frame(3)));
        assert!(!lost_weights(frame(4)));
    }

    #[test]
    fn the_session_knows_the_link() {
        let (outbox, reader) = outbox(Backlog::default());
        assert!(outbox.bytes_per_second() > 1e9);
        assert!(!outbox.is_congested());
        assert!(!reader.report_link(12_500.0, true));
        assert!((outbox.bytes_per_second() - 12_500.0).abs() < 1.0);
        assert!(outbox.is_congested());
        assert!(!reader.report_link(12_500.0, true));
        assert!(reader.report_link(12_500.0, false), "it becomes free once");
        assert!(!reader.report_link(12_500.0, false));
    }

    #[test]
    fn what_is_withdrawn_is_not_sent() {
        let (outbox, reader) = outbox(Backlog::default());
        outbox.reply("kept".to_owned());
        outbox.frame(frame(1));
        outbox.checkpoint("checkpoint".to_owned());
        assert!(outbox.withdraw());
        assert!(!outbox.withdraw());
        assert_eq!(reader.take(true), Some(Outgoing::Reply("kept".to_owned())));
        assert_eq!(reader.take(true), None);
    }

    #[test]
    fn failure_comes_after_the_replies_and_stays() {
        let (outbox, reader) = outbox(Backlog::default());
        outbox.reply("answer".to_owned());
        outbox.fail("sorry".to_owned());
        assert_eq!(
            reader.take(false),
            Some(Outgoing::Reply("answer".to_owned()))
        );
        assert_eq!(
            reader.take(false),
            Some(Outgoing::Reply("sorry".to_owned()))
        );
        assert_eq!(reader.take(false), Some(Outgoing::Failed));
        assert_eq!(reader.take(true), Some(Outgoing::Failed));
    }

    #[actix_web::test]
    async fn waiting_ends_with_the_first_reply() {
        let (outbox, reader) = outbox(Backlog::default());
        let thread = std::thread::Builder::new()
            .name("replying".to_owned())
            .spawn(move || outbox.reply("hello".to_owned()))
            .unwrap();
        assert_eq!(reader.next(true).await, Outgoing::Reply("hello".to_owned()));
        thread.join().unwrap();
    }
}
