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
mod train_step;
mod viewer;

#[cfg(test)]
mod tests;

pub(crate) use dialect::{Dialect, SUBPROTOCOLS};
pub(crate) use link::{DroppedFrame, Frame, Link};
pub(crate) use session::{Activity, Next, Session};
pub(crate) use time::{Clock, Timestamp};

use run::{Advanced, NextStep, Run};

/// How the runs of an engine share the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stepping {
    /// Each at its own pace, one after the other.
    OneByOne,
    /// All make the same number of steps, so that their states can be compared.
    #[cfg_attr(not(test), expect(dead_code, reason = "the wire knows one run so far"))]
    Lockstep,
}

/// Advances runs.
struct Engine {
    runs: Vec<Run>,
    stepping: Stepping,
    /// Whose turn it is among those that step one by one.
    next: usize,
}

impl Engine {
    fn new(runs: Vec<Run>, stepping: Stepping) -> Self {
        Self {
            runs,
            stepping,
            next: 0,
        }
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

    /// Makes the steps that are due, for about a millisecond if steps are short; calls `observe`
    /// with the index of each run that has advanced.
    fn advance(&mut self, clock: &dyn Clock, mut observe: impl FnMut(usize, Advanced)) {
        match self.stepping {
            Stepping::OneByOne => {
                let now = clock.now();
                let n_runs = self.runs.len();
                let due = (0..n_runs)
                    .map(|offset| (self.next + offset) % n_runs)
                    .find(|&idx| self.runs[idx].steps_due(now) > 0);
                if let Some(idx) = due {
                    self.next = idx + 1;
                    let run = &mut self.runs[idx];
                    observe(idx, run.make_steps(run.steps_due(now), clock));
                }
            }
            Stepping::Lockstep => {
                let now = clock.now();
                let running = self.runs.iter().filter(|run| run.is_running());
                let n_steps = running.map(|run| run.steps_due(now)).min().unwrap_or(0);
                for (idx, run) in self.runs.iter_mut().enumerate() {
                    if n_steps > 0 && run.is_running() {
                        observe(idx, run.make_steps(n_steps, clock));
                    }
                }
            }
        }
    }

    /// When the next step is due.
    fn next_step(&self) -> NextStep {
        let running = self.runs.iter().filter(|run| run.is_running());
        let next = running.map(Run::next_step);
        // In lockstep the slowest run sets the pace.
        let next = match self.stepping {
            Stepping::OneByOne => next.min(),
            Stepping::Lockstep => next.max(),
        };
        next.unwrap_or(NextStep::Never)
    }
}
