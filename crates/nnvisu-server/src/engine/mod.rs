//! Training and showing, without a server: no socket, thread, clock or other call to the operating
//! system. Time and random seeds are passed in, so that a simulation can drive everything here.
//!
//! An [`Engine`] advances its [`Run`](run::Run)s. A [`Publisher`](publisher::Publisher) renders
//! what viewers want to see of them. A [`Viewer`](viewer::Viewer) is one client: its link, what it
//! has been shown, and the dialect of the protocol that it speaks. A [`Session`] holds the three
//! together.

mod convert;
mod dialect;
mod link;
mod publisher;
mod requests;
mod run;
mod schedule;
mod session;
mod time;
mod viewer;
mod work;

#[cfg(test)]
mod tests;

pub(crate) use dialect::{Dialect, SUBPROTOCOLS};
pub(crate) use link::{DroppedFrame, Frame, Link};
pub(crate) use session::{Activity, Next, Session};
pub(crate) use time::{Clock, Timestamp};

use run::{Advanced, NextStep, Run};

/// Advances runs, one after the other, each at its own pace.
struct Engine {
    runs: Vec<Run>,
    /// Whose turn it is.
    next: usize,
}

impl Engine {
    fn new(runs: Vec<Run>) -> Self {
        Self { runs, next: 0 }
    }

    fn runs(&self) -> &[Run] {
        &self.runs
    }

    fn run(&self, idx: usize) -> &Run {
        &self.runs[idx]
    }

    fn run_mut(&mut self, idx: usize) -> &mut Run {
        &mut self.runs[idx]
    }

    /// Makes the steps that are due of one run, for about a millisecond: of a long step a part.
    /// Returns what it has done, if any step was due.
    fn advance(&mut self, clock: &dyn Clock) -> Option<Advanced> {
        let now = clock.now();
        let n_runs = self.runs.len();
        let idx = (0..n_runs)
            .map(|offset| (self.next + offset) % n_runs)
            .find(|&idx| self.runs[idx].steps_due(now) > 0)?;
        self.next = idx + 1;
        let run = &mut self.runs[idx];
        Some(run.make_steps(run.steps_due(now), clock))
    }

    /// When the next step is due.
    fn next_step(&self) -> NextStep {
        let running = self.runs.iter().filter(|run| run.is_running());
        running.map(Run::next_step).min().unwrap_or(NextStep::Never)
    }
}
