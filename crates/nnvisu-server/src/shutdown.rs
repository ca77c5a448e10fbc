//! Telling everybody that the server stops.

use std::io;

use tokio::sync::watch;

/// Says, once, that it is time to stop; every clone says it to all.
#[derive(Debug, Clone)]
pub(crate) struct Shutdown {
    begun: watch::Sender<bool>,
}

impl Shutdown {
    pub(crate) fn new() -> Self {
        Self {
            begun: watch::Sender::new(false),
        }
    }

    /// Tells everybody. A second time changes nothing.
    pub(crate) fn begin(&self) {
        self.begun.send_replace(true);
    }

    /// Whether it is time to stop.
    pub(crate) fn has_begun(&self) -> bool {
        *self.begun.borrow()
    }

    /// Waits until it is time to stop. Returns at once if it already is.
    pub(crate) async fn begun(&self) {
        // The sender is `self`, so the channel stays open while we wait.
        let _ = self.begun.subscribe().wait_for(|begun| *begun).await;
    }
}

/// A future that ends when the person or the system asks this program to stop: by Ctrl-C, or by
/// SIGTERM where that exists. It listens from this call on, not only once it is awaited.
///
/// # Errors
///
/// The operating system refuses to report signals.
///
/// # Panics
///
/// Outside of a Tokio runtime.
#[cfg(unix)]
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// A future that ends when the person asks this program to stop by Ctrl-C. It listens from this
/// call on, not only once it is awaited.
///
/// # Errors
///
/// The operating system refuses to report signals.
///
/// # Panics
///
/// Outside of a Tokio runtime.
#[cfg(windows)]
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + 'static> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
