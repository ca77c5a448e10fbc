//! Bounds the memory that one connection may take for what its client has not yet received.
//!
//! Replies count from the moment they are made, frames and checkpoints (of which only the newest
//! waits) from the moment they are handed to the WebSocket; all of them until they have been
//! written to the operating system. While too much waits, the session takes no further command
//! and the connection reads no further request: the client has to read first. Nothing is dropped,
//! and training continues.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use crossbeam_channel::{Receiver, Sender};

/// How many bytes may wait for one connection.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The largest reply to one command: the weights of the largest network as JSON.
pub(crate) const LARGEST_REPLY_BYTES: usize = 1536 * 1024;
/// With this much waiting, the reply to another command might no longer fit.
const FULL_BYTES: usize = MAX_BYTES - LARGEST_REPLY_BYTES;

/// How many bytes wait for one connection. Clones share the count.
#[derive(Clone)]
pub(crate) struct Backlog {
    shared: Arc<Shared>,
}

struct Shared {
    n_bytes: AtomicUsize,
    /// The connection has ended: nothing is held back any more.
    is_closed: AtomicBool,
    wake: Sender<()>,
    woken: Receiver<()>,
}

impl Default for Backlog {
    fn default() -> Self {
        // However often it is woken, the session looks once.
        let (wake, woken) = crossbeam_channel::bounded(1);
        Self {
            shared: Arc::new(Shared {
                n_bytes: AtomicUsize::new(0),
                is_closed: AtomicBool::new(false),
                wake,
                woken,
            }),
        }
    }
}

impl Backlog {
    /// Counts bytes that wait from now on.
    pub(crate) fn add(&self, n_bytes: usize) {
        self.shared.n_bytes.fetch_add(n_bytes, Ordering::SeqCst);
    }

    /// Counts bytes that have been written. Wakes the session if it may take commands again.
    pub(crate) fn remove(&self, n_bytes: usize) {
        let before = self.shared.n_bytes.fetch_sub(n_bytes, Ordering::SeqCst);
        if before >= FULL_BYTES && before - n_bytes < FULL_BYTES {
            self.wake();
        }
    }

    /// Whether nothing more may be asked for until the client has received some of what waits.
    pub(crate) fn is_full(&self) -> bool {
        let n_bytes = self.shared.n_bytes.load(Ordering::SeqCst);
        n_bytes >= FULL_BYTES && !self.shared.is_closed.load(Ordering::SeqCst)
    }

    /// Ends the session's wait for a command, or else the next one: what it waits for may have
    /// come.
    pub(super) fn wake(&self) {
        // Full, it is going to look anyway.
        let _ = self.shared.wake.try_send(());
    }

    /// Is sent to by [`wake`](Self::wake).
    pub(super) fn woken(&self) -> &Receiver<()> {
        &self.shared.woken
    }

    /// The connection has ended.
    pub(super) fn close(&self) {
        self.shared.is_closed.store(true, Ordering::SeqCst);
        self.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_woken_when_there_is_room_again() {
        let backlog = Backlog::default();
        backlog.add(FULL_BYTES - 1);
        assert!(!backlog.is_full());
        backlog.add(LARGEST_REPLY_BYTES);
        assert!(backlog.is_full());
        backlog.remove(100);
        assert!(backlog.is_full());
        assert!(backlog.woken().is_empty());
        backlog.remove(LARGEST_REPLY_BYTES);
        assert!(!backlog.is_full());
        assert!(backlog.woken().try_recv().is_ok());
    }

    #[test]
    fn the_end_of_the_connection_holds_nothing_back() {
        let backlog = Backlog::default();
        backlog.add(MAX_BYTES);
        backlog.close();
        assert!(!backlog.is_full());
        assert!(backlog.woken().try_recv().is_ok());
    }
}
