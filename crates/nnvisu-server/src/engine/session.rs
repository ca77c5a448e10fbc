//! A session: an engine, a publisher, and the viewers whose requests act on the engine.

use std::{collections::VecDeque, task::Poll, time::Duration};

use nnvisu_core::Seeds;
use nnvisu_protocol::{ErrorCode, Limits, RequestError, Response, ServerMessage};

use super::{
    Engine,
    dialect::{Dialect, Handled},
    link::Link,
    publisher::Publisher,
    requests::{Context, Entropy, RUN},
    run::{NextStep, Run},
    time::{Clock, Timestamp},
    viewer::Viewer,
    work::Work,
};

/// A session. Messages change it, time advances it, and everything it has to say goes to the links
/// of its viewers.
pub(crate) struct Session {
    engine: Engine,
    publisher: Publisher,
    viewers: Vec<Viewer>,
    deferred: VecDeque<Deferred>,
    entropy: Entropy,
    activity: Activity,
}

/// A request whose answer takes longer work.
struct Deferred {
    viewer: usize,
    id: Option<u32>,
    work: Work,
}

/// What a session has done since it was last asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Activity {
    /// Optimizer steps.
    pub(crate) n_steps: u64,
    /// Frames made for clients.
    pub(crate) n_frames_rendered: u64,
    /// Frames that were out of date before they could be sent.
    pub(crate) n_frames_dropped: u64,
    /// The codes of the errors that answered requests.
    pub(crate) errors: Vec<ErrorCode>,
}

/// When a session wants to be advanced again, if no message comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// At once.
    Now,
    /// At this time.
    At(Timestamp),
    /// Never: only a message changes anything, or a link that has room again.
    Idle,
}

impl Session {
    /// A session without viewers, with the default settings and no data.
    pub(crate) fn new(mut entropy: Entropy, clock: &dyn Clock) -> Self {
        let run = Run::new(Seeds::from_master(entropy()), clock.now());
        Self {
            engine: Engine::new(vec![run]),
            publisher: Publisher::new(),
            viewers: Vec::new(),
            deferred: VecDeque::new(),
            entropy,
            activity: Activity::default(),
        }
    }

    /// Adds a viewer and returns its index. The first one sets the speed.
    pub(crate) fn join(
        &mut self,
        dialect: Dialect,
        limits: Limits,
        link: Box<dyn Link>,
        clock: &dyn Clock,
    ) -> usize {
        let now = clock.now();
        let run = self.engine.run_mut(RUN);
        if self.viewers.is_empty() {
            run.set_speed(dialect.0.initial_speed(), now);
        }
        self.viewers
            .push(Viewer::new(dialect, limits, link, run, now));
        self.viewers.len() - 1
    }

    /// Handles a text message of a viewer.
    pub(crate) fn handle_text(&mut self, viewer: usize, text: &[u8], clock: &dyn Clock) {
        let mut context = Context {
            engine: &mut self.engine,
            entropy: &mut self.entropy,
            now: clock.now(),
        };
        match self.viewers[viewer].handle(text, &mut context) {
            Handled::Answers(messages) => self.say(viewer, messages, clock),
            Handled::Deferred(id, work) => {
                // The run may have been paused for it.
                self.say(viewer, Vec::new(), clock);
                self.deferred.push_back(Deferred { viewer, id, work });
            }
        }
    }

    /// Handles a binary message of a viewer, which no version of the protocol has.
    pub(crate) fn handle_binary(&mut self, viewer: usize, clock: &dyn Clock) {
        let error = RequestError::binary_not_accepted();
        self.say(viewer, vec![error.into()], clock);
    }

    /// Whether something is under way that has to be finished first. No further message is to be
    /// handled before: answers keep the order of the requests, and frames come however fast
    /// messages do.
    pub(crate) fn is_busy(&self) -> bool {
        let run = self.engine.run(RUN);
        !self.deferred.is_empty() || self.viewers.iter().any(|it| it.insists_on_frame(run))
    }

    /// Whether training is on.
    pub(crate) fn is_training(&self) -> bool {
        self.engine.runs().iter().any(Run::is_running)
    }

    /// Whether the session takes as much of a processor as it can get, for now: then it waits for
    /// its turn.
    pub(crate) fn needs_turn(&self, clock: &dyn Clock) -> bool {
        if self.is_busy() || self.engine.next_step() == NextStep::AtOnce {
            return true;
        }
        let run = self.engine.run(RUN);
        let now = clock.now();
        if run.has_long_steps() && run.steps_due(now) > 0 {
            return true;
        }
        self.viewers.iter().any(|viewer| {
            let is_due = viewer.next_frame(run).is_some_and(|due| due <= now);
            is_due && (!run.is_running() || viewer.is_rendering(run))
        })
    }

    /// The session had to wait for this long instead of training.
    pub(crate) fn exclude_wait(&mut self, waited: Duration) {
        for viewer in &mut self.viewers {
            viewer.exclude_wait(waited);
        }
    }

    /// Gives back what only training and rendering need, which is most of a session's memory.
    pub(crate) fn release_memory(&mut self) {
        self.engine.run_mut(RUN).release_work_space();
        self.publisher = Publisher::new();
    }

    /// What has been done since the last call.
    pub(crate) fn take_activity(&mut self) -> Activity {
        std::mem::take(&mut self.activity)
    }

    /// Does what is due now: for about a millisecond, or one part of what takes longer. Stops early
    /// once `is_abandoned`.
    pub(crate) fn advance(&mut self, clock: &dyn Clock, is_abandoned: impl Fn() -> bool) -> Next {
        if let Some(deferred) = self.deferred.front_mut() {
            if let Poll::Ready(result) = deferred.work.advance(self.engine.run_mut(RUN)) {
                self.finish_deferred(result, clock);
            }
            return Next::Now;
        }
        // A frame shows one state of the run.
        if !self.is_rendering() {
            self.make_steps(clock);
        }
        for viewer in &mut self.viewers {
            if is_abandoned() {
                return Next::Now;
            }
            let (engine, publisher) = (&mut self.engine, &mut self.publisher);
            let shown = viewer.show_if_due(engine, publisher, clock, &mut self.activity);
            if shown.is_pending() {
                return Next::Now;
            }
        }
        for viewer in &mut self.viewers {
            if is_abandoned() {
                return Next::Now;
            }
            viewer.save_if_due(self.engine.run(RUN), clock.now());
        }
        self.next(clock.now())
    }

    /// Whether a frame of the run as it is now has been begun.
    pub(super) fn is_rendering(&self) -> bool {
        let run = self.engine.run(RUN);
        self.viewers.iter().any(|viewer| viewer.is_rendering(run))
    }

    fn make_steps(&mut self, clock: &dyn Clock) {
        let advanced = self.engine.advance(clock).unwrap_or_default();
        self.activity.n_steps += u64::from(advanced.n_steps);
        if advanced.diverged {
            for viewer in 0..self.viewers.len() {
                let messages = self.viewers[viewer].diverged(self.engine.run(RUN));
                self.say(viewer, messages, clock);
            }
        }
    }

    fn finish_deferred(
        &mut self,
        result: Result<Option<Response>, RequestError>,
        clock: &dyn Clock,
    ) {
        let Some(Deferred { viewer, id, .. }) = self.deferred.pop_front() else {
            return;
        };
        self.activity.n_steps += u64::from(result.is_ok());
        let messages = self.viewers[viewer].answer(id, result, self.engine.run(RUN));
        self.say(viewer, messages, clock);
    }

    /// Sends messages to one viewer, after all viewers have taken note of what has changed.
    fn say(&mut self, viewer: usize, messages: Vec<ServerMessage>, clock: &dyn Clock) {
        let now = clock.now();
        for viewer in &mut self.viewers {
            viewer.take_note(self.engine.run(RUN), now, &mut self.activity);
        }
        for message in messages {
            if let Response::Error { code, .. } = &message.response {
                self.activity.errors.push(*code);
            }
            self.viewers[viewer].send(&message);
        }
    }

    /// The run, for tests to look at.
    #[cfg(test)]
    pub(super) fn run(&self) -> &Run {
        self.engine.run(RUN)
    }

    /// The run, for tests to change.
    #[cfg(test)]
    pub(super) fn run_mut(&mut self) -> &mut Run {
        self.engine.run_mut(RUN)
    }

    fn next(&self, now: Timestamp) -> Next {
        let run = self.engine.run(RUN);
        let next_step = match self.engine.next_step() {
            NextStep::AtOnce => return Next::Now,
            NextStep::At(at) => Some(at),
            NextStep::Never => None,
        };
        let viewers = self.viewers.iter();
        let for_viewers =
            viewers.flat_map(|viewer| [viewer.next_frame(run), viewer.next_checkpoint(run, now)]);
        let earliest = for_viewers.chain([next_step]).flatten().min();
        match earliest {
            None => Next::Idle,
            Some(at) if at <= now => Next::Now,
            Some(at) => Next::At(at),
        }
    }
}
