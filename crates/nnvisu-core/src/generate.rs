//! Data sets to play with: five families of shapes for two to eight classes.
//!
//! What the shapes are is in `shapes`.

mod shapes;

use std::{fmt, str::FromStr};

use rand::Rng;

use crate::error::{OutOfRange, Quoted, UnknownName};
use crate::seeds::{self, Stream};
use crate::{Dataset, Label, MAX_CLASSES, MIN_CLASSES, Point};
use shapes::EXTENT;

/// A family of shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
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

/// How many classes to generate: [`MIN_CLASSES`] to [`MAX_CLASSES`]. The default is the fewest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassCount(usize);

impl ClassCount {
    /// Checks a number of classes.
    ///
    /// # Errors
    /// Unless [`MIN_CLASSES`] <= `n_classes` <= [`MAX_CLASSES`].
    pub fn new(n_classes: usize) -> Result<Self, OutOfRange> {
        if (MIN_CLASSES..=MAX_CLASSES).contains(&n_classes) {
            Ok(Self(n_classes))
        } else {
            Err(OutOfRange::new(
                "Number of classes",
                format!("{MIN_CLASSES} to {MAX_CLASSES}"),
                n_classes,
            ))
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
        Self(MIN_CLASSES)
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
    let shapes = match distribution {
        Distribution::Circles => shapes::circles(n_classes.get()),
        Distribution::Moons => shapes::moons(n_classes.get()),
        Distribution::Blobs => shapes::blobs(n_classes.get(), rng),
        Distribution::Anisotropic => shapes::anisotropic(n_classes.get(), rng),
        Distribution::VariedVariance => shapes::varied_variance(n_classes.get(), rng),
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

/// [`generate`] with a generator made from `seed`: the same arguments give the
/// same data set, to the last bit, on every platform.
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

    /// Stored seeds must keep their meaning: these numbers may not change.
    #[test]
    fn seeds_keep_their_meaning() {
        let last_points = Distribution::ALL.map(|distribution| {
            let data = generate_seeded(distribution, class_count(5), 23, 2_026);
            let last = data.points()[22];
            (last.x(), last.y())
        });
        let expected = [
            (0.237_326_59, -0.448_069_8),
            (0.143_064_93, 0.547_664),
            (-0.655_654_97, 0.792_593_9),
            (0.351_031_12, -0.197_527_63),
            (-0.884_504_4, 0.773_935),
        ];
        assert_eq!(last_points, expected);
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
