//! Sessions that train as fast as possible take turns, a few at a time for each processor.
//!
//! Left to the operating system, each of them has a processor for some milliseconds at a time, and
//! a command waits until all the others have had theirs: a tenth of a second among 64 of them on
//! two processors. A session that waits for its turn sleeps, and so is there for its commands at
//! once.
//!
//! A turn lasts two milliseconds, but at least one step. So that sessions with short steps need
//! not wait for long ones, sessions take turns with their like only, and between the kinds the
//! operating system shares the processors.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use super::inbox::{Command, Disconnected, Inbox};

/// How long a turn lasts if others wait: long enough that handing it on costs little, and short
/// enough that among dozens of sessions each still shows a dozen pictures a second.
const LENGTH: Duration = Duration::from_millis(2);
/// Steps of up to so long, those of up to so long, and longer ones are of three kinds.
const KINDS_UP_TO: [Duration; 2] = [Duration::from_millis(4), Duration::from_millis(32)];

/// The turns of one server. Clones share them.
#[derive(Clone)]
pub(super) struct Turns {
    kinds: [Queue; KINDS_UP_TO.len() + 1],
}

#[derive(Clone)]
struct Queue {
    state: Arc<Mutex<State>>,
}

struct State {
    /// How many may have a turn besides those that have one. Above 0, nobody waits.
    n_free: usize,
    waiting: VecDeque<Sender<Turn>>,
}

/// The right to train now. Dropped, it goes to whoever has waited longest.
struct Turn {
    /// There until it has been handed on.
    queue: Option<Queue>,
}

/// A session's place among the others.
#[derive(Default)]
pub(super) enum Place {
    /// It does not take part.
    #[default]
    Out,
    /// It has its turn.
    On(OnTurn),
    /// It waits for its turn.
    Waiting(Waiting),
}

/// Ends the turn when dropped.
pub(super) struct OnTurn {
    turn: Turn,
    since: Instant,
}

/// Leaves the queue when dropped.
pub(super) struct Waiting {
    turn: Receiver<Turn>,
    since: Instant,
}

/// What came first.
pub(super) enum Came {
    /// The session has its turn, for which it has waited so long.
    Turn(Duration),
    /// A command, to be obeyed meanwhile.
    Command(Command),
}

impl Turns {
    /// `n_at_once` sessions of each kind have their turns at the same time.
    pub(super) fn new(n_at_once: usize) -> Self {
        Self {
            kinds: std::array::from_fn(|_| Queue {
                state: Arc::new(Mutex::new(State {
                    n_free: n_at_once,
                    waiting: VecDeque::new(),
                })),
            }),
        }
    }

    /// Of those whose steps take so long.
    fn queue(&self, step: Duration) -> &Queue {
        let kind = KINDS_UP_TO.partition_point(|&most| most < step);
        &self.kinds[kind]
    }
}

impl Place {
    /// Waits for a turn of a session whose steps take about as long as `step`, or for a command.
    /// The place in the queue is kept until the session has its turn or leaves.
    pub(super) fn wait(
        &mut self,
        turns: &Turns,
        step: Duration,
        inbox: &Inbox,
    ) -> Result<Came, Disconnected> {
        if let Self::Out = self {
            *self = turns.queue(step).enter();
        }
        let waiting = match self {
            Self::Waiting(waiting) => waiting,
            Self::On(_) | Self::Out => return Ok(Came::Turn(Duration::ZERO)),
        };
        Ok(match inbox.wait_or(&waiting.turn)? {
            Ok(command) => Came::Command(command),
            Err(turn) => {
                let waited = waiting.since.elapsed();
                *self = Self::On(OnTurn::new(turn));
                Came::Turn(waited)
            }
        })
    }

    /// Ends the turn if it has lasted long enough and somebody waits for it.
    pub(super) fn give_way(&mut self) {
        if let Self::On(on_turn) = self
            && on_turn.since.elapsed() >= LENGTH
            && on_turn.turn.is_awaited()
        {
            *self = Self::Out;
        }
    }
}

impl OnTurn {
    fn new(turn: Turn) -> Self {
        Self {
            turn,
            since: Instant::now(),
        }
    }
}

impl Queue {
    fn enter(&self) -> Place {
        let mut state = self.state.lock();
        if state.n_free > 0 {
            state.n_free -= 1;
            return Place::On(OnTurn::new(self.turn()));
        }
        let (sender, turn) = bounded(1);
        state.waiting.push_back(sender);
        Place::Waiting(Waiting {
            turn,
            since: Instant::now(),
        })
    }

    fn turn(&self) -> Turn {
        Turn {
            queue: Some(self.clone()),
        }
    }

    /// Gives a turn that has ended to the next.
    fn hand_on(self) {
        loop {
            let next = {
                let mut state = self.state.lock();
                let Some(next) = state.waiting.pop_front() else {
                    state.n_free += 1;
                    return;
                };
                next
            };
            match next.try_send(self.turn()) {
                Ok(()) => return,
                // It has left the queue.
                Err(refused) => drop(refused.into_inner().queue.take()),
            }
        }
    }
}

impl Turn {
    fn is_awaited(&self) -> bool {
        let queue = self.queue.as_ref();
        queue.is_some_and(|queue| !queue.state.lock().waiting.is_empty())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            queue.hand_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::inbox::inbox, *};
    use crate::metrics::Metrics;

    const SHORT: Duration = Duration::from_micros(10);
    const LONG: Duration = Duration::from_secs(1);

    fn is_on(place: &Place) -> bool {
        matches!(place, Place::On(_))
    }

    /// Whether the turn for which a session waits has come.
    fn has_come(place: &Place) -> bool {
        matches!(place, Place::Waiting(waiting) if !waiting.turn.is_empty())
    }

    /// As if the turn had begun earlier.
    fn make_long(place: &mut Place) {
        let Place::On(on_turn) = place else {
            panic!("it has no turn");
        };
        on_turn.since -= LENGTH;
    }

    #[test]
    fn turns_go_round_in_order() {
        let turns = Turns::new(2);
        let mut places: Vec<Place> = (0..5).map(|_| turns.queue(SHORT).enter()).collect();
        assert_eq!(places.iter().filter(|place| is_on(place)).count(), 2);
        for next in 2..5 {
            assert!(!has_come(&places[next]));
            let (before, after) = places.split_at_mut(next);
            before[next - 2].give_way();
            assert!(!has_come(&after[0]), "that turn was too short");
            make_long(&mut before[next - 2]);
            before[next - 2].give_way();
            assert!(has_come(&after[0]));
            let (_sender, inbox) = inbox(Metrics::default());
            let came = after[0].wait(&turns, SHORT, &inbox);
            assert!(matches!(came, Ok(Came::Turn(_))));
        }
        // Nobody waits any more.
        make_long(&mut places[4]);
        places[4].give_way();
        assert!(is_on(&places[4]));
        drop(places);
        assert_eq!(turns.queue(SHORT).state.lock().n_free, 2);
    }

    #[test]
    fn who_leaves_holds_up_nobody() {
        let turns = Turns::new(1);
        let queue = turns.queue(SHORT);
        let first = queue.enter();
        let (second, third, fourth) = (queue.enter(), queue.enter(), queue.enter());
        drop(second);
        drop(first);
        assert!(has_come(&third));
        // It had not noticed yet.
        drop(third);
        assert!(has_come(&fourth));
        drop(fourth);
        assert_eq!(queue.state.lock().n_free, 1);
    }

    #[test]
    fn short_steps_do_not_wait_for_long_ones() {
        let turns = Turns::new(1);
        let long = turns.queue(LONG).enter();
        let short = turns.queue(SHORT).enter();
        assert!(is_on(&long) && is_on(&short));
        assert!(!is_on(&turns.queue(SHORT).enter()));
    }

    #[test]
    fn commands_come_while_waiting() {
        let turns = Turns::new(1);
        let first = turns.queue(SHORT).enter();
        let (sender, inbox) = inbox(Metrics::default());
        let mut place = Place::Out;
        let room = futures_util::FutureExt::now_or_never(sender.room_for(&Command::Binary));
        sender.send(Command::Binary, room.unwrap());
        let came = place.wait(&turns, SHORT, &inbox);
        assert!(matches!(came, Ok(Came::Command(Command::Binary))));
        drop(first);
        let came = place.wait(&turns, SHORT, &inbox);
        assert!(matches!(came, Ok(Came::Turn(_))));
        drop(sender);
        place = Place::Out;
        let another = turns.queue(SHORT).enter();
        assert!(matches!(
            place.wait(&turns, SHORT, &inbox),
            Err(Disconnected)
        ));
        drop(another);
    }
}
