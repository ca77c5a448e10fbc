//! When the next picture is due and how fine it is.

use std::time::{Duration, Instant};

/// A little more than thirty pictures a second are enough for the eye.
const INTERVAL: Duration = Duration::from_millis(32);
/// Between two pictures training gets this many times as long as the first of them took: pictures
/// have at most a fifth of the thread.
const TRAINING_PER_PICTURE: u32 = 4;
/// What a picture may take while training, so that thirty a second still are a fifth of the
/// thread.
const RUNNING_COST: Duration = Duration::from_micros(6600);
/// What a picture may take while paused: nothing else is to be done, but the next command should
/// not wait long.
const PAUSED_COST: Duration = Duration::from_millis(250);
/// A finer picture has to fit this well before it replaces a coarser one, so that the size does
/// not flicker.
const CLIMB_MARGIN: f64 = 0.75;

/// Width and height of pictures in pixels, finest first.
const SIDES: [u16; 4] = [256, 200, 144, 100];

/// What a pixel is assumed to take before a picture of the network has been drawn, in seconds:
/// per parameter of the network and besides. That is about twice what was measured on one core of
/// a server of 2023 with AVX2 (10 × 100 units at 256 × 256 pixels: 54 ms).
const ASSUMED_COST_PER_PARAMETER: f64 = 2e-11;
const ASSUMED_COST_BESIDES: f64 = 3e-8;
/// How much of the estimated cost is taken over from the newest measurement.
const NEWEST_SHARE: f64 = 0.3;

/// Spaces pictures and chooses their size by what the earlier ones took.
#[derive(Debug)]
pub(in crate::session) struct PictureSchedule {
    /// When the beat of thirty a second says.
    beat: Instant,
    /// When training has had its share of the thread.
    rested: Instant,
    rung: usize,
    pixel_cost: PixelCost,
}

/// What a pixel of a picture of one network takes.
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

    fn of_picture(self, side: u16) -> f64 {
        self.seconds * f64::from(side).powi(2)
    }
}

/// How one picture was made.
#[derive(Debug, Clone, Copy)]
pub(in crate::session) struct Rendering {
    /// Whether training went on beside it.
    pub(in crate::session) running: bool,
    pub(in crate::session) side: u16,
    pub(in crate::session) n_parameters: usize,
    pub(in crate::session) started: Instant,
    /// What drawing took; it does not include what a picture needs besides.
    pub(in crate::session) drawing: Duration,
    pub(in crate::session) ended: Instant,
}

impl PictureSchedule {
    pub(in crate::session) fn new(now: Instant) -> Self {
        Self {
            beat: now,
            rested: now,
            rung: 0,
            pixel_cost: PixelCost::assumed(0),
        }
    }

    /// When the next picture may be made.
    pub(in crate::session) fn next(&self) -> Instant {
        self.beat.max(self.rested)
    }

    /// Width and height that the next picture of a network of `n_parameters` may have.
    pub(in crate::session) fn side(&mut self, n_parameters: usize, running: bool) -> u16 {
        if self.pixel_cost.n_parameters != n_parameters {
            self.pixel_cost = PixelCost::assumed(n_parameters);
        }
        let cost = |side: u16| self.pixel_cost.of_picture(side);
        if !running {
            let fits = |side: &u16| cost(*side) <= PAUSED_COST.as_secs_f64();
            return SIDES
                .into_iter()
                .find(fits)
                .unwrap_or(SIDES[SIDES.len() - 1]);
        }
        let budget = RUNNING_COST.as_secs_f64();
        while self.rung + 1 < SIDES.len() && cost(SIDES[self.rung]) > budget {
            self.rung += 1;
        }
        while self.rung > 0 && cost(SIDES[self.rung - 1]) <= budget * CLIMB_MARGIN {
            self.rung -= 1;
        }
        SIDES[self.rung]
    }

    /// Notes that a picture was made.
    pub(in crate::session) fn made(&mut self, rendering: Rendering) {
        let Rendering { started, ended, .. } = rendering;
        let measured = rendering.drawing.as_secs_f64() / f64::from(rendering.side).powi(2);
        if self.pixel_cost.n_parameters == rendering.n_parameters {
            self.pixel_cost.seconds += NEWEST_SHARE * (measured - self.pixel_cost.seconds);
        }

        // The next one follows on the beat, so that a late picture does not delay all others.
        let on_beat = self.next() + INTERVAL;
        self.beat = if on_beat > started {
            on_beat
        } else {
            started + INTERVAL
        };
        if rendering.running {
            let cost = ended.saturating_duration_since(started);
            self.rested = ended + cost * TRAINING_PER_PICTURE;
        }
    }

    /// The session had to wait for so long in which it would have trained.
    pub(in crate::session) fn waited(&mut self, waited: Duration) {
        self.rested += waited;
    }

    /// Training stopped at `now`: the picture of where it stopped need not wait for its share of
    /// the thread.
    pub(in crate::session) fn training_stopped(&mut self, now: Instant) {
        self.beat = self.beat.min(now);
        self.rested = self.rested.min(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const SMALL: usize = 100;
    /// Ten hidden layers of 100 units.
    const LARGEST: usize = 92_000;

    /// A picture at `started` that took `cost`, all of it for drawing.
    fn rendering(side: u16, n_parameters: usize, started: Instant, cost: Duration) -> Rendering {
        Rendering {
            running: true,
            side,
            n_parameters,
            started,
            drawing: cost,
            ended: started + cost,
        }
    }

    #[test]
    fn thirty_a_second_even_if_each_is_a_little_late() {
        let start = Instant::now();
        let mut pictures = PictureSchedule::new(start);
        let mut now = start;
        let mut n_pictures = 0;
        while now < start + Duration::from_secs(10) {
            now = pictures.next().max(now) + MS;
            pictures.made(rendering(256, SMALL, now, 3 * MS));
            n_pictures += 1;
        }
        assert!((300..=315).contains(&n_pictures), "{n_pictures}");
    }

    #[test]
    fn costly_pictures_leave_four_fifths_to_training() {
        let start = Instant::now();
        let mut pictures = PictureSchedule::new(start);
        pictures.made(rendering(100, SMALL, start, 50 * MS));
        assert_eq!(pictures.next(), start + 250 * MS);
    }

    #[test]
    fn a_pause_does_not_wait_for_the_share_of_training() {
        let start = Instant::now();
        let mut pictures = PictureSchedule::new(start);
        pictures.made(rendering(100, SMALL, start, 50 * MS));
        pictures.training_stopped(start + 60 * MS);
        assert_eq!(pictures.next(), start + 60 * MS);
        pictures.made(Rendering {
            running: false,
            ..rendering(256, SMALL, start + 60 * MS, 50 * MS)
        });
        assert!(pictures.next() <= start + 60 * MS + INTERVAL);
    }

    #[test]
    fn time_in_which_others_train_is_not_the_share_of_training() {
        let start = Instant::now();
        let mut pictures = PictureSchedule::new(start);
        pictures.made(rendering(100, SMALL, start, 5 * MS));
        pictures.waited(20 * MS);
        assert_eq!(pictures.next(), start + 45 * MS);
        // The beat goes on meanwhile.
        pictures.made(rendering(100, SMALL, start + 45 * MS, MS));
        pictures.waited(20 * MS);
        assert_eq!(pictures.next(), start + 45 * MS + INTERVAL);
    }

    #[test]
    fn a_pause_is_not_made_up_for() {
        let start = Instant::now();
        let mut pictures = PictureSchedule::new(start);
        let later = start + Duration::from_secs(60);
        pictures.made(rendering(256, SMALL, later, MS));
        assert_eq!(pictures.next(), later + INTERVAL);
    }

    #[test]
    fn size_follows_measured_cost_down_and_up() {
        let start = Instant::now();
        let mut pictures = PictureSchedule::new(start);
        assert_eq!(pictures.side(SMALL, true), 256);
        let mut sides = vec![];
        for _ in 0..30 {
            let side = pictures.side(SMALL, true);
            sides.push(side);
            // 256 × 256 pixels take 20 ms, fewer take less.
            let cost = 20 * MS * u32::from(side).pow(2) / 256_u32.pow(2);
            pictures.made(rendering(side, SMALL, start, cost));
        }
        assert!(sides.is_sorted_by(|a, b| a >= b), "no flicker: {sides:?}");
        assert_eq!(sides.last(), Some(&144));
        for _ in 0..30 {
            let side = pictures.side(SMALL, true);
            pictures.made(rendering(side, SMALL, start, MS));
        }
        assert_eq!(pictures.side(SMALL, true), 256);
    }

    #[test]
    fn a_large_network_is_drawn_coarsely_from_the_first_picture_on() {
        let mut pictures = PictureSchedule::new(Instant::now());
        assert_eq!(pictures.side(LARGEST, true), 100);
        assert_eq!(
            pictures.side(SMALL, true),
            256,
            "and a small one finely again"
        );
    }

    #[test]
    fn a_pause_shows_the_finest_picture() {
        let start = Instant::now();
        let mut pictures = PictureSchedule::new(start);
        for n_parameters in [SMALL, LARGEST, SMALL, LARGEST] {
            let side = pictures.side(n_parameters, false);
            assert_eq!(side, 256);
            pictures.made(rendering(side, n_parameters, start, 60 * MS));
        }
    }

    #[test]
    fn a_pause_does_not_hold_up_commands_on_a_slow_machine() {
        let start = Instant::now();
        let mut pictures = PictureSchedule::new(start);
        for _ in 0..20 {
            let side = pictures.side(LARGEST, false);
            let cost = 1000 * MS * u32::from(side).pow(2) / 256_u32.pow(2);
            pictures.made(rendering(side, LARGEST, start, cost));
        }
        assert_eq!(pictures.side(LARGEST, false), 100);
    }
}
