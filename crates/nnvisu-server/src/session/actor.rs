//! The loop of a session thread. Commands outrank everything: they are obeyed between steps and
//! never wait behind a picture.

use super::{
    advance::Next,
    inbox::{Disconnected, Inbox},
    state::Session,
    turns::{Came, Place, Turns},
};

/// Runs the session until its connection is gone.
pub(super) fn run(mut session: Session, inbox: &Inbox, turns: &Turns) {
    let Disconnected = serve(&mut session, inbox, turns);
}

/// Never returns but by the end of the connection.
fn serve(session: &mut Session, inbox: &Inbox, turns: &Turns) -> Disconnected {
    let mut place = Place::Out;
    loop {
        if let Err(end) = obey_all(session, inbox) {
            return end;
        }
        if let Some(step) = session.needs_turn() {
            match place.wait(turns, step, inbox) {
                Ok(Came::Turn(waited)) => session.waited_for_turn(waited),
                Ok(Came::Command(command)) => {
                    session.obey(&command);
                    continue;
                }
                Err(end) => return end,
            }
        } else {
            place = Place::Out;
        }
        let deadline = match session.advance() {
            Next::Now => {
                place.give_way();
                continue;
            }
            Next::At(deadline) => Some(deadline),
            Next::Idle => {
                session.rest();
                None
            }
        };
        place = Place::Out;
        match inbox.wait(deadline) {
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
