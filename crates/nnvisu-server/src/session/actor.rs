//! The loop of a session thread. Commands outrank everything: they are handled between steps and
//! never wait behind a frame.

use super::{
    advance::Next,
    inbox::{Disconnected, Inbox},
    scheduler::{FairScheduler, QueueState, Wakeup},
    state::Session,
};

/// Runs the session until its connection is gone.
pub(super) fn run(mut session: Session, inbox: &Inbox, scheduler: &FairScheduler) {
    let Disconnected = serve(&mut session, inbox, scheduler);
}

/// Never returns but by the end of the connection.
fn serve(session: &mut Session, inbox: &Inbox, scheduler: &FairScheduler) -> Disconnected {
    let mut turn = QueueState::Out;
    loop {
        if let Err(end) = handle_waiting(session, inbox) {
            return end;
        }
        if let Some(step) = session.needs_turn() {
            match turn.wait(scheduler, step, inbox) {
                Ok(Wakeup::Turn(waited)) => session.exclude_wait(waited),
                Ok(Wakeup::Command(command)) => {
                    session.handle(&command);
                    continue;
                }
                Err(end) => return end,
            }
        } else {
            turn = QueueState::Out;
        }
        let deadline = match session.advance() {
            Next::Now => {
                turn.yield_if_awaited();
                continue;
            }
            Next::At(deadline) => Some(deadline),
            Next::Idle => {
                session.release_memory();
                None
            }
        };
        turn = QueueState::Out;
        match inbox.wait(deadline) {
            Ok(Some(command)) => session.handle(&command),
            Ok(None) => {}
            Err(end) => return end,
        }
    }
}

/// Handles the commands that wait, but not more than fit the queue: a client that never stops
/// asking still gets its training and its frames.
fn handle_waiting(session: &mut Session, inbox: &Inbox) -> Result<(), Disconnected> {
    for _ in 0..Inbox::CAPACITY {
        if session.is_abandoned() {
            return Err(Disconnected);
        }
        match inbox.take()? {
            Some(command) => session.handle(&command),
            None => break,
        }
    }
    Ok(())
}
