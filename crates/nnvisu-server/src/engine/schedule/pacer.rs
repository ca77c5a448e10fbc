//! How many optimizer steps are due.

use std::time::Duration;

use crate::engine::time::Timestamp;

/// The most steps in a burst, however short they seem.
const MAX_BURST_STEPS: u32 = 4096;
/// A session that cannot keep its speed catches up with no more than this.
const MAX_DEBT: Duration = Duration::from_millis(100);

/// Spreads steps over time, or runs them as fast as they go.
#[derive(Debug)]
pub(in crate::engine) struct Pacer {
    /// Time from step to step; `None` is as fast as possible.
    interval: Option<Duration>,
    /// When the next step is due.
    next_step: Timestamp,
    burst_steps: u32,
    /// What has been spent on a step that is not finished.
    unfinished: Duration,
}

impl Pacer {
    /// Steps run in bursts of about this length between two looks at the clock and at the commands.
    pub(in crate::engine) const BURST: Duration = Duration::from_millis(1);

    pub(in crate::engine) fn new(interval: Option<Duration>, now: Timestamp) -> Self {
        Self {
            interval,
            next_step: now,
            burst_steps: 1,
            unfinished: Duration::ZERO,
        }
    }

    /// Training begins at `now`: the first step is due at once.
    pub(in crate::engine) fn start(&mut self, now: Timestamp) {
        self.next_step = now;
    }

    /// Changes the speed; the next step is due no later than one interval from `now`.
    pub(in crate::engine) fn set_interval(&mut self, interval: Option<Duration>, now: Timestamp) {
        if self.interval.is_none() {
            // At full speed nothing was due at any time, so nothing is owed.
            self.next_step = now;
        }
        self.interval = interval;
        self.next_step = self.next_step.min(now + interval.unwrap_or_default());
    }

    /// Forgets how long steps take, as they are about to take another time.
    pub(in crate::engine) fn steps_change(&mut self) {
        self.burst_steps = 1;
        self.unfinished = Duration::ZERO;
    }

    /// How many steps to run now, 0 if none is due yet.
    pub(in crate::engine) fn steps_due(&self, now: Timestamp) -> u32 {
        let Some(interval) = self.interval else {
            return self.burst_steps;
        };
        let Some(late) = now.checked_duration_since(self.next_step) else {
            return 0;
        };
        let intervals = late.min(MAX_DEBT).as_nanos() / interval.as_nanos().max(1);
        u32::try_from(intervals.saturating_add(1))
            .unwrap_or(u32::MAX)
            .min(self.burst_steps)
    }

    /// Notes that `n_steps` were finished from `started` to `ended`.
    pub(in crate::engine) fn ran(&mut self, n_steps: u32, started: Timestamp, ended: Timestamp) {
        self.unfinished += ended.saturating_duration_since(started);
        if n_steps == 0 {
            return;
        }
        let per_step = std::mem::take(&mut self.unfinished) / n_steps;
        let fitting = Self::BURST.as_nanos() / per_step.as_nanos().max(1);
        self.burst_steps = u32::try_from(fitting)
            .unwrap_or(u32::MAX)
            // One measurement may be far off, so growth is gradual.
            .clamp(1, MAX_BURST_STEPS.min(self.burst_steps.saturating_mul(2)));
        if let Some(interval) = self.interval {
            self.next_step += interval.saturating_mul(n_steps);
            if self.next_step + MAX_DEBT < ended {
                self.next_step = ended;
            }
        }
    }

    /// Whether a step takes more than a burst.
    pub(in crate::engine) fn has_long_steps(&self) -> bool {
        self.unfinished > Duration::ZERO
    }

    /// When the next step is due; `None` is at once.
    pub(in crate::engine) fn next_step(&self) -> Option<Timestamp> {
        self.interval.map(|_| self.next_step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const US: Duration = Duration::from_micros(1);

    /// Runs steps that take `step_time` each for `duration`, jumping over idle times; returns how
    /// many there were.
    fn simulate(
        pacer: &mut Pacer,
        step_time: Duration,
        start: Timestamp,
        duration: Duration,
    ) -> u32 {
        pacer.start(start);
        let mut now = start;
        let mut n_steps = 0;
        while now < start + duration {
            let due = pacer.steps_due(now);
            if due == 0 {
                now = pacer.next_step().unwrap();
                continue;
            }
            let ended = now + step_time * due;
            pacer.ran(due, now, ended);
            n_steps += due;
            now = ended;
        }
        n_steps
    }

    #[test]
    fn keeps_the_speed_it_is_set_to() {
        let start = Timestamp::ZERO;
        for per_second in [1_u32, 2, 10, 30, 60, 250, 1000, 50_000] {
            let interval = Duration::from_secs(1) / per_second;
            let mut pacer = Pacer::new(Some(interval), start);
            let n_steps = simulate(&mut pacer, US, start, Duration::from_secs(10));
            assert!(
                n_steps.abs_diff(10 * per_second) <= per_second / 100 + 1,
                "{n_steps} steps in 10 s at {per_second} steps/s"
            );
        }
    }

    #[test]
    fn runs_without_pause_at_full_speed() {
        let start = Timestamp::ZERO;
        let mut pacer = Pacer::new(None, start);
        let n_steps = simulate(&mut pacer, 10 * US, start, Duration::from_secs(1));
        assert!(n_steps.abs_diff(100_000) <= 200, "{n_steps}");
        assert_eq!(pacer.steps_due(start), 100, "a burst takes 1 ms");
    }

    #[test]
    fn a_long_step_is_a_burst_of_its_own() {
        let start = Timestamp::ZERO;
        let mut pacer = Pacer::new(None, start);
        assert_eq!(pacer.steps_due(start), 1);
        for _ in 0..20 {
            pacer.ran(pacer.steps_due(start), start, start + US);
        }
        assert!(pacer.steps_due(start) > 1);
        pacer.ran(1, start, start + 100 * MS);
        assert_eq!(pacer.steps_due(start), 1);
    }

    #[test]
    fn does_not_chase_a_speed_out_of_reach() {
        let start = Timestamp::ZERO;
        let mut pacer = Pacer::new(Some(10 * MS), start);
        simulate(&mut pacer, 50 * MS, start, Duration::from_secs(10));
        let end = start + Duration::from_secs(10);
        let next = pacer.next_step().unwrap();
        assert!(next + MAX_DEBT + 50 * MS >= end, "the debt is forgotten");
    }

    #[test]
    fn the_first_step_is_due_at_once_and_the_second_an_interval_later() {
        let start = Timestamp::ZERO;
        let mut pacer = Pacer::new(Some(500 * MS), start);
        let start = start + Duration::from_secs(60);
        pacer.start(start);
        assert_eq!(pacer.steps_due(start), 1);
        pacer.ran(1, start, start + MS);
        assert_eq!(pacer.steps_due(start + MS), 0);
        assert_eq!(pacer.next_step(), Some(start + 500 * MS));
        assert_eq!(pacer.steps_due(start + 500 * MS), 1);
    }

    #[test]
    fn a_faster_speed_does_not_wait_for_the_slow_step() {
        let start = Timestamp::ZERO;
        let mut pacer = Pacer::new(Some(Duration::from_secs(1000)), start);
        pacer.ran(1, start, start);
        pacer.set_interval(Some(10 * MS), start + MS);
        assert_eq!(pacer.next_step(), Some(start + 11 * MS));
        pacer.set_interval(None, start + MS);
        assert!(pacer.steps_due(start + MS) > 0);
        assert_eq!(pacer.next_step(), None);
    }
}
