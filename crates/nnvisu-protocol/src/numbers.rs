//! Numbers with a range: a value of one of these types is always within it.

use std::fmt;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::OutOfRange;
use crate::limits::{
    MAX_CLASSES, MAX_FRAMES_PER_SECOND, MAX_SEED, MAX_STEPS_PER_SECOND, MAX_UNITS, MAX_VIEW_SIZE,
    MIN_CLASSES, MIN_VIEW_SIZE,
};
use crate::objects::only_from_objects;

/// Which numbers are allowed. Displays as part of a sentence: "above 0 and at most 10".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberRange {
    /// Smallest number.
    pub min: f64,
    /// Largest number.
    pub max: f64,
    /// Whether `min` itself is too small.
    pub excludes_min: bool,
    /// Whether `max` itself is too large.
    pub excludes_max: bool,
    /// Whether only whole numbers are allowed.
    pub is_whole: bool,
    /// What the numbers count, for sentences; empty for none.
    pub unit: &'static str,
}

impl NumberRange {
    pub(crate) const fn closed(min: f64, max: f64) -> Self {
        Self {
            min,
            max,
            excludes_min: false,
            excludes_max: false,
            is_whole: false,
            unit: "",
        }
    }

    pub(crate) const fn whole(min: f64, max: f64) -> Self {
        Self {
            is_whole: true,
            ..Self::closed(min, max)
        }
    }

    /// Above 0, at most `max`.
    pub(crate) const fn positive(max: f64, unit: &'static str) -> Self {
        Self {
            excludes_min: true,
            unit,
            ..Self::closed(0.0, max)
        }
    }

    pub(crate) const fn below(max: f64) -> Self {
        Self {
            excludes_max: true,
            ..Self::closed(0.0, max)
        }
    }

    /// Whether a number is allowed.
    #[must_use]
    pub fn contains(&self, number: f64) -> bool {
        let Self { min, max, .. } = *self;
        (min..=max).contains(&number)
            && !(self.excludes_min && number <= min)
            && !(self.excludes_max && number >= max)
            && !(self.is_whole && number.fract() != 0.0)
    }
}

impl fmt::Display for NumberRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [min, max] = [Grouped(self.min), Grouped(self.max)];
        if self.is_whole {
            f.write_str("a whole number ")?;
        }
        match (self.excludes_min, self.excludes_max) {
            (false, false) => write!(f, "from {min} to {max}"),
            (true, false) => write!(f, "above {min} and at most {max}"),
            (false, true) => write!(f, "{min} or more and below {max}"),
            (true, true) => write!(f, "above {min} and below {max}"),
        }?;
        if !self.unit.is_empty() {
            write!(f, " {}", self.unit)?;
        }
        Ok(())
    }
}

/// A number whose thousands are set apart.
struct Grouped(f64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.abs() < 1000.0 {
            return write!(f, "{}", self.0);
        }
        let digits = self.0.to_string();
        for (idx, digit) in digits.char_indices() {
            if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// Defines a checked number: `new` refuses what is outside the range and says what is allowed.
macro_rules! checked_number {
    ($(#[$doc:meta])* $name:ident($inner:ty), $label:literal, $range:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "f64")]
        #[cfg_attr(test, derive(ts_rs::TS))]
        pub struct $name($inner);

        impl $name {
            /// What the number is called in sentences.
            pub const LABEL: &'static str = $label;
            /// The numbers that are allowed.
            pub const RANGE: $crate::NumberRange = $range;

            /// # Errors
            ///
            /// When the value is outside the range; the error says the range.
            pub fn new(value: $inner) -> Result<Self, $crate::error::OutOfRange> {
                if Self::RANGE.contains(value as f64) {
                    Ok(Self(value))
                } else {
                    Err($crate::error::OutOfRange::new(Self::LABEL, Self::RANGE, value))
                }
            }

            /// The value.
            #[must_use]
            pub fn get(self) -> $inner {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = $crate::error::OutOfRange;

            /// Both the number as written and the one it is rounded to have to be in range.
            fn try_from(value: f64) -> Result<Self, $crate::error::OutOfRange> {
                let rounded = value as $inner;
                if Self::RANGE.contains(value) && Self::RANGE.contains(rounded as f64) {
                    Ok(Self(rounded))
                } else {
                    Err($crate::error::OutOfRange::new(Self::LABEL, Self::RANGE, value))
                }
            }
        }
    };
}

pub(crate) use checked_number;

checked_number!(
    /// Units of a hidden layer: 1 to 100.
    #[derive(Eq)]
    LayerUnits(u8), "Units of a hidden layer", NumberRange::whole(1.0, MAX_UNITS as f64)
);
checked_number!(
    /// Class of a point: 0 to 7.
    #[derive(Eq)]
    Label(u8), "Label", NumberRange::whole(0.0, MAX_CLASSES as f64 - 1.0)
);
checked_number!(
    /// Number of classes: 2 to 8.
    #[derive(Eq)]
    ClassCount(u8), "Number of classes", NumberRange::whole(MIN_CLASSES as f64, MAX_CLASSES as f64)
);
checked_number!(
    /// Start of a sequence of random numbers: 0 to 2⁵³ − 1.
    #[derive(Eq)]
    Seed(u64), "Seed", NumberRange::whole(0.0, MAX_SEED as f64)
);
checked_number!(
    /// Speed of training asked for, in optimizer steps per second: above 0, at most 1,000,000.
    /// Where "as fast as possible" is meant, there is no `StepsPerSecond` (`null` on the wire).
    StepsPerSecond(f32), "Speed",
    NumberRange::positive(MAX_STEPS_PER_SECOND as f64, "steps per second")
);
checked_number!(
    /// Longest side of the maps that a client wants, in pixels: 16 to 512. Default 256.
    #[derive(Eq)]
    ViewSize(u16), "Size of the map", NumberRange::whole(MIN_VIEW_SIZE as f64, MAX_VIEW_SIZE as f64)
);
checked_number!(
    /// Most frames that a client wants in a second: above 0, at most 60. Default 30.
    FramesPerSecond(f32), "Frame rate",
    NumberRange::positive(MAX_FRAMES_PER_SECOND as f64, "frames per second")
);

/// The time between events that happen so often a second, at most a day.
fn interval(per_second: f32) -> Duration {
    const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
    Duration::try_from_secs_f64(1.0 / per_second as f64).map_or(LONGEST, |d| d.min(LONGEST))
}

impl StepsPerSecond {
    /// The time from one step to the next, at most a day.
    #[must_use]
    pub fn interval(self) -> Duration {
        interval(self.0)
    }
}

impl FramesPerSecond {
    /// The time from one frame to the next, at most a day.
    #[must_use]
    pub fn interval(self) -> Duration {
        interval(self.0)
    }
}

impl Default for ViewSize {
    fn default() -> Self {
        Self(256)
    }
}

impl Default for FramesPerSecond {
    fn default() -> Self {
        Self(30.0)
    }
}

/// The seeds of everything random in a run but the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(remote = "Self")]
pub struct Seeds {
    /// Seed of the initial weights.
    pub init: Seed,
    /// Seed of the choice of points for each batch.
    pub batches: Seed,
    /// Seed of the dropout masks.
    pub dropout: Seed,
}
only_from_objects!(Seeds);

/// Reads a number within a range that has no type of its own.
fn in_range<'de, D: Deserializer<'de>>(from: D, range: &NumberRange) -> Result<f64, D::Error> {
    let number = f64::deserialize(from)?;
    if range.contains(number) {
        Ok(number)
    } else {
        Err(D::Error::custom(OutOfRange::of_field(range, number)))
    }
}

/// Counts of steps, epochs and points, which JavaScript has to hold exactly.
pub(crate) const COUNTS: NumberRange = NumberRange::whole(0.0, MAX_SEED as f64);

/// Reads a count of steps, epochs or points.
pub(crate) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    in_range(from, &COUNTS).map(|number| number as u64)
}

/// Reads a number that tells one request, run or generation from others.
pub(crate) fn id<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let range = NumberRange::whole(0.0, f64::from(u32::MAX));
    in_range(from, &range).map(|number| number as u32)
}

/// A finite number of single precision in a list.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Finite(#[serde(deserialize_with = "finite")] pub(crate) f32);

fn finite<'de, D: Deserializer<'de>>(from: D) -> Result<f32, D::Error> {
    let number = f64::deserialize(from)?;
    let rounded = number as f32;
    if rounded.is_finite() {
        Ok(rounded)
    } else {
        let allowed = "a finite number of single precision";
        Err(D::Error::custom(OutOfRange::of_field(allowed, number)))
    }
}
