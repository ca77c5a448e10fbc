//! Fair scheduling of sessions that use a processor: a few at a time for each processor, first in,
//! first out.
//!
//! Left to the operating system, each of them has a processor for some milliseconds at a time, and
//! a command waits until all the others have had theirs: a tenth of a second among 64 of them on
//! two processors. A session that waits for its turn sleeps, and so can handle its commands at
//! once.
//!
//! A turn lasts two milliseconds, or else what is done in one part: long steps and maps are cut into
//! parts of a few milliseconds, so that no session waits for another one's long step.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use super::inbox::{Command, Disconnected, Inbox};

/// How long a turn lasts if others wait: long enough that passing it on costs little, and short
/// enough that each of dozens of sessions still shows a dozen frames a second.
const TURN: Duration = Duration::from_millis(2);

/// Why waiting for a permit cannot fail.
const SENDER_IS_KEPT: &str = "the queue keeps the sender until it has sent";

/// The queue of one server. Clones share it.
#[derive(Clone)]
pub(super) struct FairScheduler {
    state: Arc<Mutex<Permits>>,
}

struct Permits {
    /// How many further permits may be given out. Above 0, no session waits.
    n_free: usize,
    waiting: VecDeque<Sender<TurnPermit>>,
}

/// The right to use a processor now. Dropped, it goes to the session that has waited longest.
struct TurnPermit {
    /// There until the permit has been passed on.
    queue: Option<FairScheduler>,
}

/// What one session has of the scheduler.
#[derive(Default)]
pub(super) enum QueueState {
    /// It does not take part.
    #[default]
    Out,
    /// It has its turn.
    Active(ActivePermit),
    /// It waits for its turn.
    Waiting(WaitingForPermit),
}

/// Ends the turn when dropped.
pub(super) struct ActivePermit {
    permit: TurnPermit,
    since: Instant,
}

/// Leaves the queue when dropped.
pub(super) struct WaitingForPermit {
    permit: Receiver<TurnPermit>,
    since: Instant,
}

/// What ended the wait for a turn.
pub(super) enum Wakeup {
    /// The session has its turn, after having waited for this long.
    Turn(Duration),
    /// A command, to be handled meanwhile.
    Command(Command),
}

impl QueueState {
    /// Waits for a turn, or for a command in `inbox` if there is one. The position in the queue is
    /// kept until the session has its turn or leaves.
    pub(super) fn wait(
        &mut self,
        scheduler: &FairScheduler,
        inbox: Option<&Inbox>,
    ) -> Result<Wakeup, Disconnected> {
        if let Self::Out = self {
            *self = scheduler.enter();
        }
        let waiting = match self {
            Self::Waiting(waiting) => waiting,
            Self::Active(_) | Self::Out => return Ok(Wakeup::Turn(Duration::ZERO)),
        };
        let woken = match inbox {
            Some(inbox) => inbox.wait_or(&waiting.permit)?,
            None => Err(waiting.permit.recv().expect(SENDER_IS_KEPT)),
        };
        Ok(match woken {
            Ok(command) => Wakeup::Command(command),
            Err(permit) => {
                let waited = waiting.since.elapsed();
                *self = Self::Active(ActivePermit::new(permit));
                Wakeup::Turn(waited)
            }
        })
    }

    /// Ends the turn if it has lasted long enough and another session waits for it.
    pub(super) fn yield_if_awaited(&mut self) {
        if let Self::Active(active) = self
            && active.since.elapsed() >= TURN
            && active.permit.is_awaited()
        {
            *self = Self::Out;
        }
    }
}

impl ActivePermit {
    fn new(permit: TurnPermit) -> Self {
        Self {
            permit,
            since: Instant::now(),
        }
    }
}

impl FairScheduler {
    /// `n_at_once` sessions have their turns at the same time.
    pub(super) fn new(n_at_once: usize) -> Self {
        Self {
            state: Arc::new(Mutex::new(Permits {
                n_free: n_at_once,
                waiting: VecDeque::new(),
            })),
        }
    }

    fn enter(&self) -> QueueState {
        let mut state = self.state.lock();
        if state.n_free > 0 {
            state.n_free -= 1;
            return QueueState::Active(ActivePermit::new(self.permit()));
        }
        let (sender, permit) = bounded(1);
        state.waiting.push_back(sender);
        QueueState::Waiting(WaitingForPermit {
            permit,
            since: Instant::now(),
        })
    }

    fn permit(&self) -> TurnPermit {
        TurnPermit {
            queue: Some(self.clone()),
        }
    }

    /// Gives a permit that has been returned to the next session in the queue.
    fn pass_to_next(self) {
        loop {
            let next = {
                let mut state = self.state.lock();
                let Some(next) = state.waiting.pop_front() else {
                    state.n_free += 1;
                    return;
                };
                next
            };
            match next.try_send(self.permit()) {
                Ok(()) => return,
                // It has left the queue.
                Err(refused) => drop(refused.into_inner().queue.take()),
            }
        }
    }
}

impl TurnPermit {
    fn is_awaited(&self) -> bool {
        let queue = self.queue.as_ref();
        queue.is_some_and(|queue| !queue.state.lock().waiting.is_empty())
    }
}

impl Drop for TurnPermit {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            queue.pass_to_next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::inbox::inbox, *};
    use crate::{metrics::ServerMetrics, session::backlog::Backlog};

    fn is_active(state: &QueueState) -> bool {
        matches!(state, QueueState::Active(_))
    }

    /// Whether the turn for which a session waits has come.
    fn is_permitted(state: &QueueState) -> bool {
        matches!(state, QueueState::Waiting(waiting) if !waiting.permit.is_empty())
    }

    /// As if the turn had begun earlier.
    fn make_long(state: &mut QueueState) {
        let QueueState::Active(active) = state else {
            panic!("it has no turn");
        };
        active.since -= TURN;
    }

    #[test]
    fn turns_go_round_in_order() {
        let scheduler = FairScheduler::new(2);
        let mut states: Vec<QueueState> = (0..5).map(|_| scheduler.enter()).collect();
        assert_eq!(states.iter().filter(|state| is_active(state)).count(), 2);
        for next in 2..5 {
            assert!(!is_permitted(&states[next]));
            let (before, after) = states.split_at_mut(next);
            before[next - 2].yield_if_awaited();
            assert!(!is_permitted(&after[0]), "that turn was too short");
            make_long(&mut before[next - 2]);
            before[next - 2].yield_if_awaited();
            assert!(is_permitted(&after[0]));
            let (_sender, inbox) = inbox(ServerMetrics::default(), Backlog::default());
            let wakeup = after[0].wait(&scheduler, Some(&inbox));
            assert!(matches!(wakeup, Ok(Wakeup::Turn(_))));
        }
        // No session waits any more.
        make_long(&mut states[4]);
        states[4].yield_if_awaited();
        assert!(is_active(&states[4]));
        drop(states);
        assert_eq!(scheduler.state.lock().n_free, 2);
    }

    #[test]
    fn a_session_that_leaves_holds_up_no_other() {
        let scheduler = FairScheduler::new(1);
        let queue = &scheduler;
        let first = queue.enter();
        let (second, third, fourth) = (queue.enter(), queue.enter(), queue.enter());
        drop(second);
        drop(first);
        assert!(is_permitted(&third));
        // It had not noticed yet.
        drop(third);
        assert!(is_permitted(&fourth));
        drop(fourth);
        assert_eq!(queue.state.lock().n_free, 1);
    }

    #[test]
    fn commands_come_while_waiting() {
        let scheduler = FairScheduler::new(1);
        let first = scheduler.enter();
        let (sender, inbox) = inbox(ServerMetrics::default(), Backlog::default());
        let mut state = QueueState::Out;
        let room = futures_util::FutureExt::now_or_never(sender.room_for(&Command::Binary));
        sender.send(Command::Binary, room.unwrap());
        let wakeup = state.wait(&scheduler, Some(&inbox));
        assert!(matches!(wakeup, Ok(Wakeup::Command(Command::Binary))));
        drop(first);
        let wakeup = state.wait(&scheduler, Some(&inbox));
        assert!(matches!(wakeup, Ok(Wakeup::Turn(_))));
        drop(sender);
        state = QueueState::Out;
        let another = scheduler.enter();
        assert!(matches!(
            state.wait(&scheduler, Some(&inbox)),
            Err(Disconnected)
        ));
        drop(another);
    }
}
