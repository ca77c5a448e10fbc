//! The requests that wait for a session: few, and never more bytes than a few large ones.
//!
//! The connection reserves room, waiting asynchronously if there is none, before it puts a
//! command in; so neither does the queue grow nor does an async worker block. The room travels
//! with the command and is free again once the session has taken it.

use std::{sync::Arc, time::Instant};

use actix_web::web::Bytes;
use crossbeam_channel::{Receiver, Sender, TryRecvError, never, select_biased};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::backlog::Backlog;
use crate::metrics::ServerMetrics;

/// How many small commands may wait.
const CAPACITY: usize = 16;
/// A command takes one unit of the capacity for each started block of this many bytes, and at
/// least one.
const BYTES_PER_UNIT: usize = 1024 * 1024;

/// What a connection asks its session to do. The end of the connection is the end of the queue.
#[derive(Debug)]
pub(crate) enum Command {
    /// A text message, UTF-8.
    Text(Bytes),
    /// A binary message came, which no version of the protocol has.
    Binary,
    /// Fail as a defect would.
    #[cfg(test)]
    Panic,
}

impl Command {
    fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary => 0,
            #[cfg(test)]
            Self::Panic => 0,
        }
    }
}

/// A command and the room it takes.
struct Queued {
    command: Command,
    since: Instant,
    _room: OwnedSemaphorePermit,
}

/// The connection's end. Dropping it ends the session.
pub(crate) struct InboxSender {
    queue: Sender<Queued>,
    room: Arc<Semaphore>,
    backlog: Backlog,
}

/// The session's end.
pub(crate) struct Inbox {
    queue: Receiver<Queued>,
    backlog: Backlog,
    metrics: ServerMetrics,
}

/// The connection is gone: there will be no more commands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Disconnected;

/// Makes an empty queue; how long commands wait goes into `metrics`. While the `backlog` is full,
/// no command comes out.
pub(crate) fn inbox(metrics: ServerMetrics, backlog: Backlog) -> (InboxSender, Inbox) {
    let (sender, receiver) = crossbeam_channel::bounded(CAPACITY);
    (
        InboxSender {
            queue: sender,
            room: Arc::new(Semaphore::new(CAPACITY)),
            backlog: backlog.clone(),
        },
        Inbox {
            queue: receiver,
            backlog,
            metrics,
        },
    )
}

impl InboxSender {
    /// Waits until there is room for `command`. Nothing is lost if the future is dropped.
    pub(crate) async fn room_for(&self, command: &Command) -> OwnedSemaphorePermit {
        let units = command.size().div_ceil(BYTES_PER_UNIT).clamp(1, CAPACITY);
        Arc::clone(&self.room)
            .acquire_many_owned(units as u32)
            .await
            .expect("the semaphore is never closed")
    }

    /// Puts a command into the room reserved for it. If the session has ended, nothing happens:
    /// its outbox says why.
    pub(crate) fn send(&self, command: Command, room: OwnedSemaphorePermit) {
        let queued = Queued {
            command,
            since: Instant::now(),
            _room: room,
        };
        // There are at least as many places as permits, so the queue cannot be full.
        let _ = self.queue.try_send(queued);
    }

    /// Ends the session's [`wait`](Inbox::wait), or else the next one, without a command: what it
    /// waits for may have come.
    pub(crate) fn wake(&self) {
        self.backlog.wake();
    }

    /// What waits for the client.
    pub(crate) fn backlog(&self) -> &Backlog {
        &self.backlog
    }
}

impl Drop for InboxSender {
    fn drop(&mut self) {
        self.backlog.close();
    }
}

impl Inbox {
    /// The most commands that can wait.
    pub(crate) const CAPACITY: usize = CAPACITY;

    /// The next command if one waits.
    pub(crate) fn take(&self) -> Result<Option<Command>, Disconnected> {
        if self.backlog.is_full() {
            return Ok(None);
        }
        match self.queue.try_recv() {
            Ok(queued) => Ok(Some(self.hand_over(queued))),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(Disconnected),
        }
    }

    fn hand_over(&self, queued: Queued) -> Command {
        self.metrics.queued(queued.since.elapsed());
        queued.command
    }

    /// Waits for the next command, but only until it is woken, and until `deadline` if there is
    /// one.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> Result<Option<Command>, Disconnected> {
        let too_late = deadline.map_or_else(never, crossbeam_channel::at);
        let (no_queue, woken) = (never(), self.backlog.woken());
        let queue = if self.backlog.is_full() {
            &no_queue
        } else {
            &self.queue
        };
        select_biased! {
            recv(queue) -> received => match received {
                Ok(queued) => Ok(Some(self.hand_over(queued))),
                Err(_) => Err(Disconnected),
            },
            recv(woken) -> _ => Ok(None),
            recv(too_late) -> _ => Ok(None),
        }
    }

    /// Waits for the next command or else for `other`, whose sender must be there.
    pub(super) fn wait_or<T>(
        &self,
        other: &Receiver<T>,
    ) -> Result<Result<Command, T>, Disconnected> {
        let (no_queue, no_wake) = (never(), never());
        loop {
            let (queue, woken) = if self.backlog.is_full() {
                (&no_queue, self.backlog.woken())
            } else {
                (&self.queue, &no_wake)
            };
            select_biased! {
                recv(queue) -> received => return match received {
                    Ok(queued) => Ok(Ok(self.hand_over(queued))),
                    Err(_) => Err(Disconnected),
                },
                recv(other) -> received => return match received {
                    Ok(other) => Ok(Err(other)),
                    Err(_) => unreachable!("its sender is there until it has sent"),
                },
                recv(woken) -> _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;

    use super::*;

    fn text(len: usize) -> Command {
        Command::Text(vec![b' '; len].into())
    }

    /// Puts in `command` if there is room at once.
    fn try_send(sender: &InboxSender, command: Command) -> bool {
        let room = sender.room_for(&command).now_or_never();
        room.map(|room| sender.send(command, room)).is_some()
    }

    #[test]
    fn many_small_or_few_large_commands_wait() {
        let (sender, inbox) = inbox(ServerMetrics::default(), Backlog::default());
        let n_small = (0..1000)
            .take_while(|_| try_send(&sender, text(10)))
            .count();
        assert_eq!(n_small, CAPACITY);
        assert!(matches!(inbox.take(), Ok(Some(Command::Text(_)))));
        assert!(try_send(&sender, Command::Binary));
        while inbox.take().unwrap().is_some() {}
        let n_large = (0..1000)
            .take_while(|_| try_send(&sender, text(8 << 20)))
            .count();
        assert_eq!(n_large, 2);
    }

    #[test]
    fn a_command_larger_than_all_room_still_fits_alone() {
        let (sender, inbox) = inbox(ServerMetrics::default(), Backlog::default());
        assert!(try_send(&sender, text(100 << 20)));
        assert!(!try_send(&sender, text(1)));
        assert!(inbox.take().unwrap().is_some());
        assert!(try_send(&sender, text(1)));
    }

    #[test]
    fn waking_ends_one_wait() {
        let (sender, inbox) = inbox(ServerMetrics::default(), Backlog::default());
        sender.wake();
        sender.wake();
        assert!(inbox.wait(None).unwrap().is_none());
        let soon = Instant::now() + Duration::from_millis(1);
        assert!(inbox.wait(Some(soon)).unwrap().is_none());
        assert!(Instant::now() >= soon, "that was not by being woken");
        sender.wake();
        assert!(try_send(&sender, Command::Binary));
        assert!(matches!(inbox.wait(None), Ok(Some(Command::Binary))));
        drop(sender);
        while let Ok(waited) = inbox.wait(None) {
            assert!(waited.is_none());
        }
    }

    #[test]
    fn the_end_comes_after_the_last_command() {
        let (sender, inbox) = inbox(ServerMetrics::default(), Backlog::default());
        assert!(inbox.take().unwrap().is_none());
        assert!(
            inbox
                .wait(Some(Instant::now() + Duration::from_millis(1)))
                .unwrap()
                .is_none()
        );
        assert!(try_send(&sender, Command::Binary));
        drop(sender);
        assert!(matches!(inbox.wait(None), Ok(Some(Command::Binary))));
        assert_eq!(inbox.wait(None).unwrap_err(), Disconnected);
        assert_eq!(inbox.take().unwrap_err(), Disconnected);
    }
}
