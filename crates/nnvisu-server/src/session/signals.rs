//! What a session and its connection tell each other without a message.

use std::sync::atomic::{AtomicBool, Ordering};

/// Flags between the two threads. None of them guards other memory.
#[derive(Debug, Default)]
pub(super) struct Signals {
    abandoned: AtomicBool,
    training: AtomicBool,
}

impl Signals {
    /// The connection is gone: nothing more has to be finished.
    pub(super) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }

    /// Training is on, or off.
    pub(super) fn set_training(&self, training: bool) {
        self.training.store(training, Ordering::Relaxed);
    }

    pub(super) fn is_training(&self) -> bool {
        self.training.load(Ordering::Relaxed)
    }
}
