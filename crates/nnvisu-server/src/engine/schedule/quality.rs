//! How fine frames may be for the link to the client.

use nnvisu_protocol::Precision;

/// A frame of a running network takes no more of the link's time than this, so that there are
/// a dozen a second.
const SHARE_OF_A_SECOND: f64 = 1.0 / 12.0;
/// On a link too slow for that, coarse frames may take longer before still coarser ones do: a
/// few a second.
const COARSE_SHARE: f64 = 1.0 / 4.0;
/// A paused network's frame is one of its own, to be looked at.
const PAUSED_SHARE: f64 = 1.0;
/// A finer frame has to fit this well before it replaces a coarser one, so that the size does
/// not flicker.
const CLIMB_MARGIN: f64 = 0.75;

/// What a compressed frame is assumed to take per pixel and class before one has been made.
const ASSUMED_BYTES_PER_POSTERIOR: f64 = 0.15;

/// How fine a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Quality {
    /// Width and height in pixels.
    pub(in crate::engine) side: u16,
    /// How finely posteriors are told apart.
    pub(in crate::engine) precision: Precision,
}

/// A map of `side` × `side` pixels in full precision.
pub(in crate::engine) const fn full(side: u16) -> Quality {
    Quality {
        side,
        precision: Precision::FULL,
    }
}

const fn coarse(side: u16, max_value: u8) -> Quality {
    let precision = Precision::new(max_value).expect("not 0");
    Quality { side, precision }
}

/// The qualities that compressed posteriors may have, finest first.
pub(in crate::engine) const POSTERIOR_LADDER: &[Quality] = &[
    full(256),
    full(200),
    full(160),
    full(128),
    coarse(128, 63),
    coarse(100, 63),
    coarse(72, 63),
    coarse(48, 31),
    coarse(32, 15),
];

/// The finest side that a link too slow for a dozen a second still gets in [`COARSE_SHARE`].
const COARSE_SIDE: u16 = 128;

/// Chooses how fine frames are by what the earlier ones took of the link.
#[derive(Debug)]
pub(in crate::engine) struct QualityController {
    /// What there is to choose from, finest first.
    ladder: &'static [Quality],
    latest: Option<Recorded>,
}

/// A frame that was made.
#[derive(Debug, Clone, Copy)]
struct Recorded {
    quality: Quality,
    n_classes: usize,
    bytes: f64,
}

impl QualityController {
    /// A choice among the qualities of `ladder`, finest first, at least one.
    pub(in crate::engine) fn new(ladder: &'static [Quality]) -> Self {
        Self {
            ladder,
            latest: None,
        }
    }

    /// The finest quality of at most `max_side` pixels each way for a link that takes
    /// `bytes_per_second`; the coarsest if none fits.
    pub(in crate::engine) fn choose(
        &self,
        max_side: u16,
        n_classes: usize,
        running: bool,
        bytes_per_second: f64,
    ) -> Quality {
        let fits = |quality: Quality| {
            let share = if !running {
                PAUSED_SHARE
            } else if quality.side > COARSE_SIDE {
                SHARE_OF_A_SECOND
            } else {
                COARSE_SHARE
            };
            let is_finer = self
                .latest
                .is_some_and(|latest| detail(quality) > detail(latest.quality));
            let margin = if running && is_finer {
                CLIMB_MARGIN
            } else {
                1.0
            };
            self.bytes(quality, n_classes) <= bytes_per_second * share * margin
        };
        let found = self
            .ladder
            .iter()
            .find(|quality| quality.side <= max_side && fits(**quality));
        let mut quality = *found.unwrap_or(&self.ladder[self.ladder.len() - 1]);
        quality.side = quality.side.min(max_side);
        quality
    }

    /// Notes how many bytes a frame took.
    pub(in crate::engine) fn record(&mut self, quality: Quality, n_classes: usize, bytes: usize) {
        self.latest = Some(Recorded {
            quality,
            n_classes,
            bytes: bytes as f64,
        });
    }

    /// What a frame would take.
    fn bytes(&self, quality: Quality, n_classes: usize) -> f64 {
        let n_pixels = f64::from(quality.side).powi(2);
        let Some(latest) = self.latest else {
            return ASSUMED_BYTES_PER_POSTERIOR * n_pixels * n_classes as f64;
        };
        // Compressed frames grow slower than their pixels and shrink slower too; either way
        // the estimate is on the safe side.
        let ratio = f64::from(quality.side) / f64::from(latest.quality.side);
        let by_size = if ratio > 1.0 { ratio * ratio } else { ratio };
        let by_precision =
            relative_bytes(quality.precision) / relative_bytes(latest.quality.precision);
        let by_classes = (n_classes as f64 / latest.n_classes as f64).max(1.0);
        latest.bytes * by_size * by_precision * by_classes
    }
}

/// What is finer than what.
fn detail(quality: Quality) -> (u16, u8) {
    (quality.side, quality.precision.max_value())
}

/// What a frame of that precision takes, as a share of what it takes in full: every halving
/// saves about a quarter.
fn relative_bytes(precision: Precision) -> f64 {
    let halvings =
        (f64::from(Precision::FULL.max_value()) / f64::from(precision.max_value())).log2();
    0.75_f64.powf(halvings)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes a second.
    const MEGABIT: f64 = 125_000.0;

    /// Bytes of an ordinary compressed frame of two classes.
    fn compressed(quality: Quality) -> usize {
        let by_precision = relative_bytes(quality.precision);
        (7000.0 * by_precision * (f64::from(quality.side) / 256.0).powf(1.4)) as usize
    }

    /// The qualities of a series of frames.
    fn series(max_side: u16, bytes_per_second: f64) -> Vec<Quality> {
        let mut fit = QualityController::new(POSTERIOR_LADDER);
        let mut chosen = vec![];
        for _ in 0..20 {
            let quality = fit.choose(max_side, 2, true, bytes_per_second);
            fit.record(quality, 2, compressed(quality));
            chosen.push(quality);
        }
        chosen
    }

    fn last(bytes_per_second: f64) -> Quality {
        *series(256, bytes_per_second).last().unwrap()
    }

    #[test]
    fn an_ordinary_link_takes_the_finest_frame() {
        assert_eq!(last(10.0 * MEGABIT), full(256));
    }

    #[test]
    fn a_megabit_takes_a_dozen_frames_of_128_pixels_and_more() {
        let quality = last(MEGABIT);
        assert!(quality.side >= 128);
        assert!(compressed(quality) as f64 <= MEGABIT / 12.0);
    }

    #[test]
    fn a_tenth_of_it_takes_a_few_small_frames() {
        for rate in [MEGABIT / 10.0, MEGABIT / 30.0] {
            let quality = last(rate);
            assert!(compressed(quality) as f64 <= rate / 4.0, "{quality:?}");
        }
    }

    #[test]
    fn no_map_is_larger_than_asked_for() {
        for max_side in [16, 31, 32, 47, 100, 255] {
            for rate in [0.01, 0.1, 100.0] {
                let chosen = series(max_side, rate * MEGABIT);
                assert!(chosen.iter().all(|quality| quality.side <= max_side));
            }
        }
    }

    #[test]
    fn quality_settles() {
        for rate in [0.03, 0.1, 0.3, 0.5, 1.0, 2.0, 10.0] {
            let chosen = series(256, rate * MEGABIT);
            let settled = &chosen[5..];
            assert!(
                settled.iter().all(|quality| *quality == settled[0]),
                "{rate} Mbit/s: {chosen:?}"
            );
        }
    }

    #[test]
    fn what_drawing_costs_is_a_limit_too() {
        let chosen = series(144, 100.0 * MEGABIT);
        assert_eq!(chosen.last(), Some(&full(128)));
    }

    #[test]
    fn a_pause_shows_a_fine_frame_on_a_slow_line_too() {
        let mut fit = QualityController::new(POSTERIOR_LADDER);
        let small = coarse(100, 63);
        fit.record(small, 2, compressed(small));
        let paused = fit.choose(256, 2, false, MEGABIT / 10.0);
        assert!(paused.side >= 200, "{paused:?}");
    }
}
