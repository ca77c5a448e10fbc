//! What a session and its connection tell each other, and the server, without a message.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::metrics::ServerMetrics;

/// Flags between the two threads, none of which guards other memory, and the server's counters.
#[derive(Debug, Default)]
pub(super) struct SharedFlags {
    abandoned: AtomicBool,
    training: AtomicBool,
    metrics: ServerMetrics,
}

impl SharedFlags {
    pub(super) fn new(metrics: ServerMetrics) -> Self {
        Self {
            abandoned: AtomicBool::new(false),
            training: AtomicBool::new(false),
            metrics,
        }
    }

    pub(super) fn metrics(&self) -> &ServerMetrics {
        &self.metrics
    }

    /// The connection is gone: nothing more has to be finished.
    pub(super) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }

    /// Training is on, or off.
    pub(super) fn set_training(&self, training: bool) {
        let was_training = self.training.swap(training, Ordering::Relaxed);
        if training != was_training {
            self.metrics.training(training);
        }
    }

    pub(super) fn is_training(&self) -> bool {
        self.training.load(Ordering::Relaxed)
    }
}

impl Drop for SharedFlags {
    fn drop(&mut self) {
        self.set_training(false);
    }
}
