//! How many steps a second training makes.

use std::{collections::VecDeque, time::Duration};

use crate::engine::time::Timestamp;

/// The speed is measured over about this much of the past.
const WINDOW: Duration = Duration::from_secs(1);
/// No speed is given before so much time has been measured.
const MIN_MEASURED: Duration = Duration::from_millis(100);
/// Samples closer together than this are not kept.
const MIN_SPACING: Duration = Duration::from_millis(20);

/// Measures the speed of training from step counts at moments of the run.
#[derive(Debug, Default)]
pub(in crate::engine) struct RateMeter {
    samples: VecDeque<(Timestamp, u64)>,
}

impl RateMeter {
    /// Forgets everything: training has stopped.
    pub(in crate::engine) fn clear(&mut self) {
        self.samples.clear();
    }

    /// Notes that `step` steps were done at `now`. Returns the speed in steps per second, 0 as
    /// long as too little has been measured.
    pub(in crate::engine) fn measure(&mut self, now: Timestamp, step: u64) -> f32 {
        // The oldest sample kept is the youngest of those outside the window, so slow training
        // is measured over one whole interval at least.
        while let Some((second, _)) = self.samples.get(1)
            && *second + WINDOW <= now
        {
            self.samples.pop_front();
        }
        let rate = self.samples.front().map_or(0.0, |&(since, since_step)| {
            let measured = now.saturating_duration_since(since);
            if measured < MIN_MEASURED {
                return 0.0;
            }
            (step.saturating_sub(since_step) as f64 / measured.as_secs_f64()) as f32
        });
        let far_enough = |last: Timestamp| now >= last + MIN_SPACING;
        if self
            .samples
            .back()
            .is_none_or(|&(last, _)| far_enough(last))
        {
            self.samples.push_back((now, step));
        }
        rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_slow_and_fast() {
        let start = Timestamp::ZERO;
        for per_second in [0.5, 2.0, 30.0, 60.0, 1000.0] {
            let mut meter = RateMeter::default();
            let mut rate = 0.0;
            for step in 1..=(4.0 * per_second) as u64 + 1 {
                let at = Duration::from_secs_f64((step - 1) as f64 / per_second);
                rate = meter.measure(start + at, step);
            }
            assert!(
                (f64::from(rate) / per_second - 1.0).abs() < 0.02,
                "{rate} for {per_second}"
            );
        }
    }

    #[test]
    fn says_nothing_before_it_knows() {
        let start = Timestamp::ZERO;
        let mut meter = RateMeter::default();
        assert!(meter.measure(start, 1).abs() < f32::EPSILON);
        assert!(meter.measure(start + MIN_MEASURED / 2, 500).abs() < f32::EPSILON);
        assert!(meter.measure(start + MIN_MEASURED, 1000) > 1000.0);
        meter.clear();
        assert!(meter.measure(start + WINDOW, 2000).abs() < f32::EPSILON);
    }

    #[test]
    fn follows_a_change_of_speed() {
        let start = Timestamp::ZERO;
        let mut meter = RateMeter::default();
        for ms in 0..5000_u64 {
            meter.measure(start + Duration::from_millis(ms), ms);
        }
        let later = |ms: u64| start + Duration::from_millis(5000 + ms);
        let mut rate = 0.0;
        for tick in 0..=12 {
            rate = meter.measure(later(tick * 100), 5000 + tick);
        }
        assert!((rate - 10.0).abs() < 0.5, "{rate}");
    }
}
