//! The loop of a session thread. Commands outrank everything: they are handled between parts of
//! steps and frames.

use std::sync::Arc;

use super::{
    clock::{WallClock, instant},
    inbox::{Command, Disconnected, Inbox},
    scheduler::{FairScheduler, QueueState, Wakeup},
    shared_flags::SharedFlags,
};
use crate::{
    engine::{Activity, Next, Session},
    metrics::ServerMetrics,
};

/// A session on the thread of its connection.
pub(super) struct Actor {
    session: Session,
    /// The connection's viewer.
    viewer: usize,
    flags: Arc<SharedFlags>,
    metrics: ServerMetrics,
}

impl Actor {
    pub(super) fn new(
        session: Session,
        viewer: usize,
        flags: Arc<SharedFlags>,
        metrics: ServerMetrics,
    ) -> Self {
        Self {
            session,
            viewer,
            flags,
            metrics,
        }
    }

    /// Runs the session until its connection is gone.
    pub(super) fn run(mut self, inbox: &Inbox, scheduler: &FairScheduler) {
        let Disconnected = self.serve(inbox, scheduler);
    }

    /// Never returns but by the end of the connection.
    fn serve(&mut self, inbox: &Inbox, scheduler: &FairScheduler) -> Disconnected {
        let mut turn = QueueState::Out;
        loop {
            if let Err(end) = self.handle_waiting(inbox) {
                return end;
            }
            match self.wait_for_turn(&mut turn, inbox, scheduler) {
                Ok(None) => {}
                Ok(Some(command)) => {
                    self.handle(&command);
                    continue;
                }
                Err(end) => return end,
            }
            let deadline = match self.advance() {
                Next::Now => {
                    turn.yield_if_awaited();
                    continue;
                }
                Next::At(deadline) => Some(instant(deadline)),
                Next::Idle => {
                    self.session.release_memory();
                    None
                }
            };
            turn = QueueState::Out;
            match inbox.wait(deadline) {
                Ok(Some(command)) => self.handle(&command),
                Ok(None) => {}
                Err(end) => return end,
            }
        }
    }

    /// Waits until the session may do what it has to do, or for a command.
    fn wait_for_turn(
        &mut self,
        turn: &mut QueueState,
        inbox: &Inbox,
        scheduler: &FairScheduler,
    ) -> Result<Option<Command>, Disconnected> {
        if !self.session.needs_turn(&WallClock) {
            *turn = QueueState::Out;
            return Ok(None);
        }
        let interrupting = (!self.session.is_busy()).then_some(inbox);
        Ok(match turn.wait(scheduler, interrupting)? {
            Wakeup::Turn(waited) => {
                self.session.exclude_wait(waited);
                None
            }
            Wakeup::Command(command) => Some(command),
        })
    }

    /// Handles the commands that wait, but not more than fit the queue: a client that never stops
    /// asking still gets its training and its frames.
    fn handle_waiting(&mut self, inbox: &Inbox) -> Result<(), Disconnected> {
        for _ in 0..Inbox::CAPACITY {
            if self.flags.is_abandoned() {
                return Err(Disconnected);
            }
            if self.session.is_busy() {
                break;
            }
            match inbox.take()? {
                Some(command) => self.handle(&command),
                None => break,
            }
        }
        Ok(())
    }

    fn handle(&mut self, command: &Command) {
        match command {
            Command::Text(text) => self.session.handle_text(self.viewer, text, &WallClock),
            Command::Binary => self.session.handle_binary(self.viewer, &WallClock),
            #[cfg(test)]
            Command::Panic => panic!("a defect, on purpose"),
        }
        self.count();
    }

    fn advance(&mut self) -> Next {
        let flags = &self.flags;
        let next = self.session.advance(&WallClock, || flags.is_abandoned());
        self.count();
        next
    }

    /// Counts what the session has done.
    fn count(&mut self) {
        let Activity {
            n_steps,
            n_frames_rendered,
            n_frames_dropped,
            errors,
        } = self.session.take_activity();
        self.flags.set_training(self.session.is_training());
        self.metrics.steps(n_steps);
        self.metrics.drawn(n_frames_rendered);
        self.metrics.dropped(n_frames_dropped);
        for code in errors {
            self.metrics.error(code);
        }
    }
}
