//! Starts session threads and ends them.

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use nnvisu_protocol::{ErrorCode, Limits, RequestError, ServerMessage};

use super::{
    actor::Actor,
    backlog::Backlog,
    clock::WallClock,
    inbox::{InboxSender, inbox},
    outbox::{Outbox, OutboxReader, outbox},
    priority,
    shared_flags::SharedFlags,
    threads::SessionThreads,
};
use crate::{
    engine::{Dialect, Session},
    metrics::ServerMetrics,
};

/// What a session has to know about its connection.
pub(crate) struct SessionOptions {
    /// How the client is spoken to.
    pub(crate) dialect: Dialect,
    /// How much the client may ask for.
    pub(crate) limits: Limits,
}

/// Owns a session thread. Dropping it tells the thread to end, which it does after the step it
/// is in; [`SessionThreads`] waits for it, so that dropping never blocks.
pub(crate) struct SessionHandle {
    flags: Arc<SharedFlags>,
    /// Both are there until the handle is dropped.
    inbox: Option<InboxSender>,
    thread: Option<JoinHandle<()>>,
    threads: SessionThreads,
}

impl SessionHandle {
    /// Starts the session of connection number `id` on a thread of its own. It keeps the `permit`
    /// until the thread has ended.
    ///
    /// # Errors
    ///
    /// The operating system gives no further thread.
    pub(crate) fn spawn(
        id: u64,
        options: SessionOptions,
        permit: impl Send + 'static,
        threads: &SessionThreads,
        metrics: &ServerMetrics,
    ) -> io::Result<(Self, OutboxReader)> {
        let backlog = Backlog::default();
        let (sender, receiver) = inbox(metrics.clone(), backlog.clone());
        let (outbox, reader) = outbox(backlog);
        let flags = Arc::new(SharedFlags::new(metrics.clone()));
        let seen_by_session = Arc::clone(&flags);
        let running = threads.count();
        let scheduler = threads.scheduler().clone();
        let thread = Builder::new()
            .name(format!("nnvisu-session-{id}"))
            .spawn(move || {
                let _held = (running, permit);
                tracing::debug!(id, "session begins");
                priority::lower();
                let metrics = seen_by_session.metrics().clone();
                contain_panic(id, &outbox.clone(), &metrics, || {
                    let SessionOptions { dialect, limits } = options;
                    let mut session = Session::new(Box::new(random_number), &WallClock);
                    let viewer = session.join(dialect, limits, Box::new(outbox), &WallClock);
                    let actor = Actor::new(session, viewer, seen_by_session, metrics.clone());
                    actor.run(&receiver, &scheduler);
                });
                tracing::debug!(id, "session ends");
            })?;
        let handle = Self {
            flags,
            inbox: Some(sender),
            thread: Some(thread),
            threads: threads.clone(),
        };
        Ok((handle, reader))
    }

    /// The server's counters.
    pub(crate) fn metrics(&self) -> &ServerMetrics {
        self.flags.metrics()
    }

    /// Whether training is on.
    pub(crate) fn is_training(&self) -> bool {
        self.flags.is_training()
    }

    /// Where commands go.
    pub(crate) fn inbox(&self) -> &InboxSender {
        self.inbox
            .as_ref()
            .expect("present until the handle is dropped")
    }
}

impl Drop for SessionHandle {
    fn drop(&mut self) {
        // The flag ends a thread that works, the closed inbox one that waits.
        self.flags.abandon();
        drop(self.inbox.take());
        if let Some(thread) = self.thread.take() {
            self.threads.retire(thread);
        }
    }
}

/// Runs `session`; if it panics, tells its client alone.
fn contain_panic(id: u64, outbox: &Outbox, metrics: &ServerMetrics, session: impl FnOnce()) {
    // What the panic may have left half done is dropped with the session.
    let Err(panic) = catch_unwind(AssertUnwindSafe(session)) else {
        return;
    };
    metrics.panicked();
    tracing::error!(id, reason = panic_message(&*panic), "a session panicked");
    let error = RequestError::new(
        ErrorCode::Internal,
        "Something went wrong in nnvisu itself. Your session on the server has ended; \
         reload the page to go on",
    );
    outbox.fail(ServerMessage::from(error).to_json());
}

fn random_number() -> u64 {
    getrandom::u64().expect("the operating system gives random numbers")
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
