//! A session and its viewers, and what each of them has seen.

use std::collections::VecDeque;

use super::{
    schedule::{LINKS, Random, SLOW},
    *,
};

/// What a viewer has received, and what it may expect.
pub(super) struct Watcher {
    pub(super) spoken: Spoken,
    pub(super) link: TestLink,
    pub(super) next_id: u32,
    /// The requests with ids that have not had their last answer.
    pub(super) unanswered: VecDeque<u32>,
    /// The newest generation that any message spoke of.
    pub(super) generation: u64,
    /// The newest frame.
    pub(super) shown: Option<Vec<u8>>,
    pub(super) checkpoint: Value,
    pub(super) n_diverged: u32,
}

/// A session with its viewers.
pub(super) struct World {
    pub(super) random: Random,
    pub(super) clock: TestClock,
    pub(super) session: Session,
    pub(super) watchers: Vec<Watcher>,
    pub(super) interruptions: Interruptions,
}

/// How often a request has come between two parts of something.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Interruptions {
    pub(super) of_steps: u32,
    pub(super) of_frames: u32,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let clock = TestClock::default();
        let mut entropy = Random(seed ^ 1);
        let mut session = Session::new(Box::new(move || entropy.next()), &clock);
        let n_viewers = 1 + random.below(3);
        let watchers = (0..n_viewers).map(|_| {
            let spoken = random.pick(&DIALECTS);
            let link = TestLink::default();
            link.report(random.pick(&LINKS), false);
            let limits = Limits::default();
            session.join(spoken.dialect(), limits, Box::new(link.clone()), &clock);
            Watcher {
                spoken,
                link,
                next_id: 0,
                unanswered: VecDeque::new(),
                generation: 0,
                shown: None,
                checkpoint: Value::Null,
                n_diverged: 0,
            }
        });
        let watchers = watchers.collect();
        Self {
            random,
            clock,
            session,
            watchers,
            interruptions: Interruptions::default(),
        }
    }

    pub(super) fn random_watcher(&mut self) -> &mut Watcher {
        let idx = self.random.below(self.watchers.len() as u64);
        &mut self.watchers[idx as usize]
    }

    /// Lets the session work, and checks what it has sent.
    pub(super) fn advance(&mut self) -> Next {
        let before = self.waiting_frames();
        let weights = self.weights();
        let next = self.session.advance(&self.clock, || false);
        self.check_weights(&weights);
        let after = self.waiting_frames();
        for (idx, (before, after)) in before.into_iter().zip(after).enumerate() {
            if let Some(frame) = after
                && before.as_ref() != Some(&frame)
            {
                self.check_frame(idx, &frame);
            }
        }
        next
    }

    /// Everything comes to rest, and every viewer sees how it is.
    pub(super) fn settle(&mut self) {
        for watcher in &self.watchers {
            watcher.link.report(SLOW, false);
        }
        while self.session.is_busy() {
            self.advance();
        }
        self.session.handle_text(
            0,
            request("stop_training").to_string().as_bytes(),
            &self.clock,
        );
        loop {
            match self.advance() {
                Next::Now => {}
                Next::At(at) => self.clock.sleep_until(at),
                Next::Idle => break,
            }
        }
        for idx in 0..self.watchers.len() {
            self.watchers[idx].receive();
            assert!(
                self.watchers[idx].unanswered.is_empty(),
                "every request is answered"
            );
            self.check_shown(idx);
        }
    }

    /// The client has gone: nothing more is made for it.
    pub(super) fn shut_down(&mut self) {
        for watcher in &mut self.watchers {
            watcher.link.report(SLOW, false);
            watcher.receive();
        }
        self.session.advance(&self.clock, || true);
        for watcher in &self.watchers {
            let waiting = watcher.link.0.lock();
            assert!(waiting.frame.is_none() && waiting.checkpoint.is_none());
        }
    }
}
