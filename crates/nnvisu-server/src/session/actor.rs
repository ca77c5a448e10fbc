//! The loop of a session thread. Commands outrank everything: they are obeyed between steps and
//! never wait behind a picture.

use super::{
    advance::Next,
    inbox::{Disconnected, Inbox},
    state::Session,
};

/// Runs the session until its connection is gone.
pub(super) fn run(mut session: Session, inbox: &Inbox) {
    let Disconnected = serve(&mut session, inbox);
}

/// Never returns but by the end of the connection.
fn serve(session: &mut Session, inbox: &Inbox) -> Disconnected {
    loop {
        if let Err(end) = obey_all(session, inbox) {
            return end;
        }
        let waited = match session.advance() {
            Next::Now => continue,
            Next::At(deadline) => inbox.wait(Some(deadline)),
            Next::Idle => inbox.wait(None),
        };
        match waited {
            Ok(Some(command)) => session.obey(&command),
            Ok(None) => {}
            Err(end) => return end,
        }
    }
}

/// Obeys the commands that wait, but not more than fit the queue: a client that never stops
/// asking still gets its training and its pictures.
fn obey_all(session: &mut Session, inbox: &Inbox) -> Result<(), Disconnected> {
    for _ in 0..Inbox::CAPACITY {
        if session.is_abandoned() {
            return Err(Disconnected);
        }
        match inbox.take()? {
            Some(command) => session.obey(&command),
            None => break,
        }
    }
    Ok(())
}
