//! Data sets to play with: five families of shapes for two to eight classes.
//!
//! The shapes stay inside the square by construction: every family is laid out
//! within [`EXTENT`] less the reach of its noise, and the noise is a Gaussian
//! cut off at [`CUTOFF`] standard deviations. Nothing is drawn and rejected, so
//! every data set takes the same, small number of steps.

use std::{
    f64::consts::{FRAC_PI_4, PI, TAU},
    fmt,
    str::FromStr,
};

use rand::{Rng, RngExt as _};

use crate::error::{OutOfRange, Quoted, UnknownName};
use crate::seeds::{self, Stream};
use crate::{Dataset, Label, MAX_CLASSES, Point};

/// Points lie within ±`EXTENT`, so that their markers are not cut at the edge.
const EXTENT: f64 = 0.96;

/// Radius, in standard deviations, at which noise is cut off.
const CUTOFF: f64 = 3.0;

/// A family of shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Distribution {
    /// Concentric rings, class 0 innermost.
    Circles,
    /// Half circles, each reaching into the hollow of its neighbour.
    Moons,
    /// Round Gaussian clusters of one spread.
    Blobs,
    /// Stretched Gaussian clusters side by side, turned out of the axes.
    Anisotropic,
    /// Round Gaussian clusters from narrow to wide.
    VariedVariance,
}

impl Distribution {
    /// Every distribution, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Circles,
        Self::Moons,
        Self::Blobs,
        Self::Anisotropic,
        Self::VariedVariance,
    ];

    /// The name used in messages: `circles`, `moons`, `blobs`, `anisotropic`,
    /// `varied_variance`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Circles => "circles",
            Self::Moons => "moons",
            Self::Blobs => "blobs",
            Self::Anisotropic => "anisotropic",
            Self::VariedVariance => "varied_variance",
        }
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Distribution {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|distribution| distribution.name() == name)
            .ok_or_else(|| UnknownName::Distribution(Quoted::new(name)))
    }
}

/// How many classes to generate: 2 to [`MAX_CLASSES`]. The default is 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassCount(usize);

impl ClassCount {
    /// Checks a number of classes.
    ///
    /// # Errors
    /// Unless 2 <= `n_classes` <= [`MAX_CLASSES`].
    pub fn new(n_classes: usize) -> Result<Self, OutOfRange> {
        if (2..=MAX_CLASSES).contains(&n_classes) {
            Ok(Self(n_classes))
        } else {
            Err(OutOfRange::ClassCount(n_classes))
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for ClassCount {
    fn default() -> Self {
        Self(2)
    }
}

/// The usual number of points of a generated data set, all classes together.
pub const DEFAULT_N_POINTS: usize = 200;

/// Generates `n_points` points (see [`DEFAULT_N_POINTS`]) of `n_classes` classes.
///
/// The classes take turns (the label of point i is i mod `n_classes`), so their
/// sizes differ by at most one, and each has a point as soon as there are
/// `n_classes` points. Every coordinate is within ±0.96. The result is a
/// function of the state of `rng` and the arguments alone.
#[must_use]
pub fn generate(
    distribution: Distribution,
    n_classes: ClassCount,
    n_points: usize,
    rng: &mut impl Rng,
) -> Dataset {
    let shapes: Vec<Shape> = match distribution {
        Distribution::Circles => circles(n_classes.get()),
        Distribution::Moons => moons(n_classes.get()),
        Distribution::Blobs => blobs(n_classes.get(), rng),
        Distribution::Anisotropic => anisotropic(n_classes.get(), rng),
        Distribution::VariedVariance => varied_variance(n_classes.get(), rng),
    };
    let points = (0..n_points).map(|i| {
        let class = i % n_classes.get();
        // Shapes with a length are walked in equal strides from end to end.
        let n_of_class = (n_points - class).div_ceil(n_classes.get());
        let position = [(i / n_classes.get()) as f64, n_of_class as f64];
        let [x, y] = shapes[class].sample(position, rng).map(|coordinate| {
            coordinate.clamp(-EXTENT, EXTENT) as f32 // rounding aside, nothing is clamped
        });
        labelled(x, y, class)
    });
    points.collect()
}

/// A point within [`EXTENT`], of one of [`ClassCount`] classes.
fn labelled(x: f32, y: f32, class: usize) -> Point {
    let label = Label::new(class as u8).expect("a class count is at most MAX_CLASSES");
    Point::new(x, y, label).expect("the extent is inside the square")
}

/// [`generate`] with a generator made from `seed`: the same seed gives the same
/// data set, to the last bit on one platform (sine and cosine may differ in the
/// last bit between platforms).
#[must_use]
pub fn generate_seeded(
    distribution: Distribution,
    n_classes: ClassCount,
    n_points: usize,
    seed: u64,
) -> Dataset {
    let mut rng = seeds::rng(seed, Stream::Data, 0);
    generate(distribution, n_classes, n_points, &mut rng)
}

/// Where the points of one class are: a curve or a centre, and noise about it.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Part of a circle, from the angle `start` over the angle `sweep`, with
    /// round noise of standard deviation `noise`.
    Arc {
        center: [f64; 2],
        radius: f64,
        start: f64,
        sweep: f64,
        noise: f64,
    },
    /// A Gaussian whose axes, turned by `angle`, have the standard deviations `spread`.
    Cluster {
        center: [f64; 2],
        spread: [f64; 2],
        angle: f64,
    },
}

impl Shape {
    /// One point; on an arc the `index`-th of `count` along it, give or take
    /// half a stride.
    fn sample(&self, [index, count]: [f64; 2], rng: &mut impl Rng) -> [f64; 2] {
        match *self {
            Self::Arc {
                center,
                radius,
                start,
                sweep,
                noise,
            } => {
                let stride = (index + rng.random::<f64>()) / count;
                let (sin, cos) = (start + sweep * stride).sin_cos();
                let [du, dv] = truncated_normal(rng);
                [
                    center[0] + radius * cos + noise * du,
                    center[1] + radius * sin + noise * dv,
                ]
            }
            Self::Cluster {
                center,
                spread,
                angle,
            } => {
                let [du, dv] = truncated_normal(rng);
                let (u, v) = (spread[0] * du, spread[1] * dv);
                let (sin, cos) = angle.sin_cos();
                [center[0] + u * cos - v * sin, center[1] + u * sin + v * cos]
            }
        }
    }
}

/// A standard normal pair, conditioned on lying within the circle of radius
/// [`CUTOFF`].
///
/// Box and Muller's transform (1958): the radius r has the distribution function
/// 1 − exp(−r²/2), here cut off at r = `CUTOFF` and inverted, so that nothing
/// is ever drawn again.
fn truncated_normal(rng: &mut impl Rng) -> [f64; 2] {
    let mass_within = 1.0 - (-0.5 * CUTOFF * CUTOFF).exp();
    let radius = (-2.0 * (1.0 - mass_within * rng.random::<f64>()).ln()).sqrt();
    let (sin, cos) = (TAU * rng.random::<f64>()).sin_cos();
    [radius * cos, radius * sin]
}

/// Puts `items` into a random order. Value-stable and free of rejection,
/// unlike `rand`'s own shuffle.
fn shuffle<T>(items: &mut [T], rng: &mut impl Rng) {
    items.sort_by_cached_key(|_| rng.next_u64());
}

fn circles(n_classes: usize) -> Vec<Shape> {
    const OUTERMOST: f64 = 0.82;
    let spacing = OUTERMOST / n_classes as f64;
    let ring = |class| Shape::Arc {
        center: [0.0, 0.0],
        radius: spacing * (class + 1) as f64,
        start: 0.0,
        sweep: TAU,
        noise: (0.11 * spacing).min(0.045),
    };
    (0..n_classes).map(ring).collect()
}

/// The two half circles of scikit-learn's `make_moons`; further ones continue
/// the chain, from four on in two rows.
fn moons(n_classes: usize) -> Vec<Shape> {
    // In units of the radius. Two moons are one radius apart; in a chain the
    // next but one needs room too.
    let pitch = if n_classes == 2 { 1.0 } else { 1.25 };
    let n_rows = if n_classes <= 3 { 1 } else { 2 };
    let per_row = n_classes.div_ceil(n_rows);
    let noise = 0.08;
    let row_width = 2.0 + pitch * (per_row - 1) as f64;
    let row_height = 1.5;
    let row_gap = 0.5;
    let height = row_height * n_rows as f64 + row_gap * (n_rows - 1) as f64;
    let reach = 2.0 * CUTOFF * noise;
    let radius = 2.0 * EXTENT / (row_width.max(height) + reach);
    // Two rows spread into the height that is there, up to a point.
    let room = 2.0 * EXTENT / radius - reach;
    let row_distance = (room - row_height).min(row_height + 2.0 * row_gap);

    let moon = |class: usize| {
        let (row, column) = (class / per_row, class % per_row);
        let in_row = per_row.min(n_classes - row * per_row);
        let opens_down = column % 2 == 0;
        let row_y = row_distance * (0.5 * (n_rows - 1) as f64 - row as f64);
        let x = pitch * (column as f64 - 0.5 * (in_row - 1) as f64);
        let y = row_y + if opens_down { -0.25 } else { 0.25 };
        Shape::Arc {
            center: [radius * x, radius * y],
            radius,
            start: 0.0,
            sweep: if opens_down { PI } else { -PI },
            noise: radius * noise,
        }
    };
    (0..n_classes).map(moon).collect()
}

fn blobs(n_classes: usize, rng: &mut impl Rng) -> Vec<Shape> {
    let spread = 0.15 - 0.009 * n_classes as f64;
    round_clusters(&vec![spread; n_classes], rng)
}

fn varied_variance(n_classes: usize, rng: &mut impl Rng) -> Vec<Shape> {
    let (narrowest, widest) = (0.035_f64, 0.2 - 0.008 * n_classes as f64);
    let ratio = (widest / narrowest).powf(1.0 / (n_classes - 1) as f64);
    let mut spreads: Vec<f64> = (0..n_classes)
        .map(|class| widest / ratio.powf(class as f64))
        .collect();
    shuffle(&mut spreads, rng);
    round_clusters(&spreads, rng)
}

/// Clusters of these standard deviations, placed at random but well apart.
fn round_clusters(spreads: &[f64], rng: &mut impl Rng) -> Vec<Shape> {
    let centers = spaced_centers(spreads, rng);
    let cluster = |(&center, &spread): (&[f64; 2], &f64)| Shape::Cluster {
        center,
        spread: [spread; 2],
        angle: 0.0,
    };
    centers.iter().zip(spreads).map(cluster).collect()
}

/// Centres of discs of the radii [`CUTOFF`]·`spreads` within the extent, with
/// wide gaps between them.
///
/// Each attempt places the discs one after the other, the widest first, each at
/// the best of several random places (Mitchell's best candidate, 1991); the
/// attempt with the widest narrowest gap wins. Gaps beyond what is easily seen
/// earn nothing, so that few clusters do not always end up in the corners.
fn spaced_centers(spreads: &[f64], rng: &mut impl Rng) -> Vec<[f64; 2]> {
    const ATTEMPTS: usize = 32;
    const CANDIDATES: usize = 48;
    const WIDE: f64 = 0.2;

    let mut widest_first: Vec<usize> = (0..spreads.len()).collect();
    widest_first.sort_by(|&a, &b| spreads[b].total_cmp(&spreads[a]));

    let mut best = (f64::NEG_INFINITY, Vec::new());
    for _ in 0..ATTEMPTS {
        let mut centers = vec![[0.0; 2]; spreads.len()];
        let mut narrowest_gap = WIDE;
        for (n_placed, &class) in widest_first.iter().enumerate() {
            let room = EXTENT - CUTOFF * spreads[class];
            let mut widest_gap = f64::NEG_INFINITY;
            for _ in 0..CANDIDATES {
                let candidate = [(); 2].map(|()| room * (2.0 * rng.random::<f64>() - 1.0));
                let gap_to = |&other: &usize| {
                    let [dx, dy]: [f64; 2] =
                        std::array::from_fn(|axis| candidate[axis] - centers[other][axis]);
                    dx.hypot(dy) - CUTOFF * (spreads[class] + spreads[other])
                };
                let placed = &widest_first[..n_placed];
                let gap = placed.iter().map(gap_to).fold(WIDE, f64::min);
                if gap > widest_gap {
                    widest_gap = gap;
                    centers[class] = candidate;
                }
            }
            narrowest_gap = narrowest_gap.min(widest_gap);
        }
        if narrowest_gap > best.0 {
            best = (narrowest_gap, centers);
        }
    }
    best.1
}

/// Long clusters side by side across a common random direction, in random
/// order, each turned a little from it.
fn anisotropic(n_classes: usize, rng: &mut impl Rng) -> Vec<Shape> {
    const REACH: f64 = 0.66; // of the outermost centre, across
    let spacing = (2.0 * REACH / (n_classes - 1) as f64).min(0.55);
    let short = (0.15 * spacing).min(0.06);
    let sway = 0.25 * spacing; // how far an end may turn towards its neighbour
    // Between the axes: a quarter turn this way or that, give or take a bit.
    let turns_left = rng.random::<f64>() < 0.5;
    let lean = FRAC_PI_4 * (0.7 + 0.6 * rng.random::<f64>());
    let common = if turns_left { lean } else { -lean };

    let mut places: Vec<usize> = (0..n_classes).collect();
    shuffle(&mut places, rng);
    let cluster = |place: usize| {
        let across = spacing * (place as f64 - 0.5 * (n_classes - 1) as f64);
        // What the disc of radius EXTENT leaves of a line at this distance.
        let outer_edge = across.abs() + sway + CUTOFF * short;
        let half_length = (EXTENT * EXTENT - outer_edge * outer_edge).sqrt();
        let long = (half_length / (CUTOFF + 0.6)).min(0.24);
        let slack = half_length - CUTOFF * long;
        let along = slack * (2.0 * rng.random::<f64>() - 1.0);
        let wobble = (sway / (CUTOFF * long)).min(0.3);
        let (sin, cos) = common.sin_cos();
        Shape::Cluster {
            center: [along * cos - across * sin, along * sin + across * cos],
            spread: [long, short],
            angle: common + wobble * (2.0 * rng.random::<f64>() - 1.0),
        }
    };
    places.into_iter().map(cluster).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn class_count(n_classes: usize) -> ClassCount {
        ClassCount::new(n_classes).unwrap()
    }

    #[test]
    fn names_are_read_back() {
        for distribution in Distribution::ALL {
            assert_eq!(distribution.to_string().parse(), Ok(distribution));
        }
        assert_eq!(
            "moon".parse::<Distribution>().unwrap_err().to_string(),
            "Distribution must be circles, moons, blobs, anisotropic or varied_variance, \
             not \"moon\""
        );
    }

    #[test]
    fn class_counts_are_checked() {
        for bad in [0, 1, 9, usize::MAX] {
            assert_eq!(
                ClassCount::new(bad).unwrap_err().to_string(),
                format!("Number of classes must be 2 to 8, not {bad}")
            );
        }
    }

    fn distributions() -> impl Strategy<Value = Distribution> {
        prop::sample::select(&Distribution::ALL[..])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn every_data_set_keeps_its_promises(
            distribution in distributions(),
            n_classes in 2_usize..=8,
            n_points in prop_oneof![Just(DEFAULT_N_POINTS), 8_usize..300],
            seed: u64,
        ) {
            let data = generate_seeded(distribution, class_count(n_classes), n_points, seed);
            prop_assert_eq!(data.len(), n_points);
            prop_assert_eq!(data.n_classes(), n_classes);
            prop_assert_eq!(data.n_distinct_classes(), n_classes);
            let counts = &data.class_counts()[..n_classes];
            prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1);
            for point in data.points() {
                prop_assert!(f64::from(point.x().abs().max(point.y().abs())) < EXTENT + 1e-6);
            }
            let again = generate_seeded(distribution, class_count(n_classes), n_points, seed);
            prop_assert_eq!(data, again);
        }
    }

    #[test]
    fn shapes_stay_inside_without_clamping() {
        for distribution in Distribution::ALL {
            for n_classes in 2..=8 {
                for seed in 0..50 {
                    let data = generate_seeded(distribution, class_count(n_classes), 200, seed);
                    let on_edge =
                        |p: &&Point| f64::from(p.x().abs().max(p.y().abs())) >= EXTENT - 1e-6;
                    assert_eq!(
                        data.points().iter().filter(on_edge).count(),
                        0,
                        "{distribution} of {n_classes}, seed {seed}"
                    );
                }
            }
        }
    }

    #[test]
    fn seeds_give_different_data() {
        for distribution in Distribution::ALL {
            let data = |seed| generate_seeded(distribution, class_count(3), 200, seed);
            assert_ne!(data(1), data(2), "{distribution}");
        }
    }

    #[test]
    fn fewer_points_than_classes_are_fine() {
        for distribution in Distribution::ALL {
            for n_points in 0..3 {
                let data = generate_seeded(distribution, class_count(8), n_points, 5);
                assert_eq!(data.n_distinct_classes(), n_points);
            }
        }
    }

    /// A generator that is stuck must not hold the program.
    #[test]
    fn a_stuck_generator_terminates() {
        struct Stuck(u64);
        impl rand::TryRng for Stuck {
            type Error = std::convert::Infallible;
            fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
                Ok(self.0 as u32)
            }
            fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
                Ok(self.0)
            }
            fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
                bytes.fill(self.0 as u8);
                Ok(())
            }
        }
        for word in [0, 1, 0x1234_5678_9abc_def0, u64::MAX] {
            for distribution in Distribution::ALL {
                let data = generate(distribution, class_count(8), 200, &mut Stuck(word));
                assert_eq!(data.len(), 200);
            }
        }
    }
}
