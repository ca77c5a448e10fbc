//! SIGINT and SIGTERM: the first one asks the program to finish, the second one ends it.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether a signal has asked the program to finish.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    /// The number of the signal; 0 while there was none.
    signal: Arc<AtomicUsize>,
    /// Whether the program itself has seen enough.
    cancelled: Arc<AtomicBool>,
    /// Whether the next signal ends the program without further ado.
    armed: Arc<AtomicBool>,
}

impl Interrupt {
    /// Catches the first SIGINT or SIGTERM from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        let interrupt = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // Actions run in this order, so a signal cannot meet what it has armed itself.
            flag::register_conditional_shutdown(signal, 128 + signal, interrupt.armed.clone())?;
            flag::register(signal, interrupt.armed.clone())?;
            flag::register_usize(signal, interrupt.signal.clone(), signal as usize)?;
        }
        Ok(interrupt)
    }

    /// Whether a signal has come, or [`cancel`](Self::cancel) was called.
    pub(crate) fn is_raised(&self) -> bool {
        self.signal.load(Ordering::Relaxed) != 0 || self.cancelled.load(Ordering::Relaxed)
    }

    /// Ends all runs as a signal would, but for the exit code.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// From now on the next signal ends the program at once: nothing asks
    /// [`is_raised`](Self::is_raised) any more.
    pub(crate) fn arm(&self) {
        self.armed.store(true, Ordering::Relaxed);
    }

    /// How the program ends: as shells know it of programs that a signal has ended, 128 and the
    /// signal's number; success if there was none.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self.signal.load(Ordering::Relaxed) {
            0 => ExitCode::SUCCESS,
            signal => ExitCode::from(128 + signal as u8),
        }
    }
}
