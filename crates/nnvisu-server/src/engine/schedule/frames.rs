//! When the next frame is due and how fine it is.

use std::time::Duration;

use crate::engine::time::Timestamp;

/// A little more than thirty frames a second are enough for the eye.
const INTERVAL: Duration = Duration::from_millis(32);
/// Between two frames training gets this many times as long as the first of them took: frames
/// have at most a fifth of the thread.
const TRAINING_PER_FRAME: u32 = 4;
/// What a frame may take while training, so that thirty a second still are a fifth of the
/// thread.
const RUNNING_COST: Duration = Duration::from_micros(6600);
/// What a frame may take while paused: nothing else is to be done, but the next command should
/// not wait long.
const PAUSED_COST: Duration = Duration::from_millis(250);
/// A finer frame has to fit this well before it replaces a coarser one, so that the size does
/// not flicker.
const CLIMB_MARGIN: f64 = 0.75;

/// Width and height of frames in pixels, finest first.
const SIDES: [u16; 4] = [256, 200, 144, 100];

/// What a pixel is assumed to take before a frame of the network has been drawn, in seconds:
/// per parameter of the network and besides. That is about twice what was measured on one core of
/// a server of 2023 with AVX2 (10 × 100 units at 256 × 256 pixels: 54 ms).
const ASSUMED_COST_PER_PARAMETER: f64 = 2e-11;
const ASSUMED_COST_BESIDES: f64 = 3e-8;
/// How much of the estimated cost is taken over from the newest measurement.
const NEWEST_SHARE: f64 = 0.3;

/// Spaces frames and chooses their size by what the earlier ones took.
#[derive(Debug)]
pub(in crate::engine) struct FrameSchedule {
    interval: Duration,
    /// When the rate of thirty a second allows the next frame.
    next_tick: Timestamp,
    /// Until then the thread belongs to training.
    cooldown_until: Timestamp,
    level: usize,
    pixel_cost: PixelCost,
}

/// What a pixel of a frame of one network takes.
#[derive(Debug, Clone, Copy)]
struct PixelCost {
    n_parameters: usize,
    seconds: f64,
}

impl PixelCost {
    fn assumed(n_parameters: usize) -> Self {
        Self {
            n_parameters,
            seconds: ASSUMED_COST_BESIDES + ASSUMED_COST_PER_PARAMETER * n_parameters as f64,
        }
    }

    fn of_map(self, side: u16) -> f64 {
        self.seconds * f64::from(side).powi(2)
    }
}

/// How one frame was made.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Rendering {
    /// Whether training went on beside it.
    pub(in crate::engine) running: bool,
    pub(in crate::engine) side: u16,
    pub(in crate::engine) n_parameters: usize,
    pub(in crate::engine) started: Timestamp,
    /// What drawing took, and what all of the frame took, without waits between its parts.
    pub(in crate::engine) drawing: Duration,
    pub(in crate::engine) cost: Duration,
    pub(in crate::engine) ended: Timestamp,
}

impl FrameSchedule {
    pub(in crate::engine) fn new(now: Timestamp) -> Self {
        Self {
            interval: INTERVAL,
            next_tick: now,
            cooldown_until: now,
            level: 0,
            pixel_cost: PixelCost::assumed(0),
        }
    }

    /// Spaces frames by `interval` from `now` on, but not more closely than is enough for the eye.
    pub(in crate::engine) fn set_interval(&mut self, interval: Duration, now: Timestamp) {
        self.interval = interval.max(INTERVAL);
        self.next_tick = self.next_tick.min(now + self.interval);
    }

    /// When the next frame may be made.
    pub(in crate::engine) fn next(&self) -> Timestamp {
        self.next_tick.max(self.cooldown_until)
    }

    /// Width and height that the next frame of a network of `n_parameters` may have.
    pub(in crate::engine) fn side(&mut self, n_parameters: usize, running: bool) -> u16 {
        if self.pixel_cost.n_parameters != n_parameters {
            self.pixel_cost = PixelCost::assumed(n_parameters);
        }
        let cost = |side: u16| self.pixel_cost.of_map(side);
        if !running {
            let fits = |side: &u16| cost(*side) <= PAUSED_COST.as_secs_f64();
            return SIDES
                .into_iter()
                .find(fits)
                .unwrap_or(SIDES[SIDES.len() - 1]);
        }
        let budget = RUNNING_COST.as_secs_f64();
        while self.level + 1 < SIDES.len() && cost(SIDES[self.level]) > budget {
            self.level += 1;
        }
        while self.level > 0 && cost(SIDES[self.level - 1]) <= budget * CLIMB_MARGIN {
            self.level -= 1;
        }
        SIDES[self.level]
    }

    /// Notes that a frame was made.
    pub(in crate::engine) fn record(&mut self, rendering: Rendering) {
        let Rendering {
            started,
            cost,
            ended,
            ..
        } = rendering;
        let measured = rendering.drawing.as_secs_f64() / f64::from(rendering.side).powi(2);
        if self.pixel_cost.n_parameters == rendering.n_parameters {
            self.pixel_cost.seconds += NEWEST_SHARE * (measured - self.pixel_cost.seconds);
        }

        // The ticks are evenly spaced, so that a late frame does not delay all others.
        let on_tick = self.next() + self.interval;
        self.next_tick = if on_tick > started {
            on_tick
        } else {
            started + self.interval
        };
        if rendering.running {
            self.cooldown_until = ended + cost * TRAINING_PER_FRAME;
        }
    }

    /// The session had to wait for this long instead of training.
    pub(in crate::engine) fn exclude_wait(&mut self, waited: Duration) {
        self.cooldown_until += waited;
    }

    /// Training stopped at `now`: the frame of where it stopped need not wait for its share of
    /// the thread.
    pub(in crate::engine) fn training_stopped(&mut self, now: Timestamp) {
        self.next_tick = self.next_tick.min(now);
        self.cooldown_until = self.cooldown_until.min(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const SMALL: usize = 100;
    /// Ten hidden layers of 100 units.
    const LARGEST: usize = 92_000;

    /// A frame at `started` that took `cost`, all of it for drawing.
    fn rendering(side: u16, n_parameters: usize, started: Timestamp, cost: Duration) -> Rendering {
        Rendering {
            running: true,
            side,
            n_parameters,
            started,
            drawing: cost,
            cost,
            ended: started + cost,
        }
    }

    #[test]
    fn thirty_a_second_even_if_each_is_a_little_late() {
        let start = Timestamp::ZERO;
        let mut frames = FrameSchedule::new(start);
        let mut now = start;
        let mut n_frames = 0;
        while now < start + Duration::from_secs(10) {
            now = frames.next().max(now) + MS;
            frames.record(rendering(256, SMALL, now, 3 * MS));
            n_frames += 1;
        }
        assert!((300..=315).contains(&n_frames), "{n_frames}");
    }

    #[test]
    fn as_many_a_second_as_asked_for() {
        let start = Timestamp::ZERO;
        let mut frames = FrameSchedule::new(start);
        frames.set_interval(1000 * MS, start);
        frames.record(rendering(256, SMALL, start, MS));
        assert_eq!(frames.next(), start + 1000 * MS);
        frames.set_interval(MS, start + 10 * MS);
        assert_eq!(frames.next(), start + 10 * MS + INTERVAL);
    }

    #[test]
    fn costly_frames_leave_four_fifths_to_training() {
        let start = Timestamp::ZERO;
        let mut frames = FrameSchedule::new(start);
        frames.record(rendering(100, SMALL, start, 50 * MS));
        assert_eq!(frames.next(), start + 250 * MS);
    }

    #[test]
    fn a_pause_does_not_wait_for_the_share_of_training() {
        let start = Timestamp::ZERO;
        let mut frames = FrameSchedule::new(start);
        frames.record(rendering(100, SMALL, start, 50 * MS));
        frames.training_stopped(start + 60 * MS);
        assert_eq!(frames.next(), start + 60 * MS);
        frames.record(Rendering {
            running: false,
            ..rendering(256, SMALL, start + 60 * MS, 50 * MS)
        });
        assert!(frames.next() <= start + 60 * MS + INTERVAL);
    }

    #[test]
    fn time_in_which_others_train_is_not_the_share_of_training() {
        let start = Timestamp::ZERO;
        let mut frames = FrameSchedule::new(start);
        frames.record(rendering(100, SMALL, start, 5 * MS));
        frames.exclude_wait(20 * MS);
        assert_eq!(frames.next(), start + 45 * MS);
        // The ticks continue meanwhile.
        frames.record(rendering(100, SMALL, start + 45 * MS, MS));
        frames.exclude_wait(20 * MS);
        assert_eq!(frames.next(), start + 45 * MS + INTERVAL);
    }

    #[test]
    fn a_pause_is_not_made_up_for() {
        let start = Timestamp::ZERO;
        let mut frames = FrameSchedule::new(start);
        let later = start + Duration::from_secs(60);
        frames.record(rendering(256, SMALL, later, MS));
        assert_eq!(frames.next(), later + INTERVAL);
    }

    #[test]
    fn size_follows_measured_cost_down_and_up() {
        let start = Timestamp::ZERO;
        let mut frames = FrameSchedule::new(start);
        assert_eq!(frames.side(SMALL, true), 256);
        let mut sides = vec![];
        for _ in 0..30 {
            let side = frames.side(SMALL, true);
            sides.push(side);
            // 256 × 256 pixels take 20 ms, fewer take less.
            let cost = 20 * MS * u32::from(side).pow(2) / 256_u32.pow(2);
            frames.record(rendering(side, SMALL, start, cost));
        }
        assert!(sides.is_sorted_by(|a, b| a >= b), "no flicker: {sides:?}");
        assert_eq!(sides.last(), Some(&144));
        for _ in 0..30 {
            let side = frames.side(SMALL, true);
            frames.record(rendering(side, SMALL, start, MS));
        }
        assert_eq!(frames.side(SMALL, true), 256);
    }

    #[test]
    fn a_large_network_is_drawn_coarsely_from_the_first_frame_on() {
        let mut frames = FrameSchedule::new(Timestamp::ZERO);
        assert_eq!(frames.side(LARGEST, true), 100);
        assert_eq!(
            frames.side(SMALL, true),
            256,
            "and a small one finely again"
        );
    }

    #[test]
    fn a_pause_shows_the_finest_frame() {
        let start = Timestamp::ZERO;
        let mut frames = FrameSchedule::new(start);
        for n_parameters in [SMALL, LARGEST, SMALL, LARGEST] {
            let side = frames.side(n_parameters, false);
            assert_eq!(side, 256);
            frames.record(rendering(side, n_parameters, start, 60 * MS));
        }
    }

    #[test]
    fn a_pause_does_not_hold_up_commands_on_a_slow_machine() {
        let start = Timestamp::ZERO;
        let mut frames = FrameSchedule::new(start);
        for _ in 0..20 {
            let side = frames.side(LARGEST, false);
            let cost = 1000 * MS * u32::from(side).pow(2) / 256_u32.pow(2);
            frames.record(rendering(side, LARGEST, start, cost));
        }
        assert_eq!(frames.side(LARGEST, false), 100);
    }
}
