//! The settings of a network and its training, each a value that is always within its range.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::OutOfRange;
use crate::limits::{
    MAX_BATCH_SIZE, MAX_CLASSES, MAX_HIDDEN_LAYERS, MAX_LEARNING_RATE, MAX_REGULARIZATION,
    MAX_SEED, MAX_STEPS_PER_SECOND, MAX_UNITS, MIN_CLASSES,
};

/// Defines a checked number: `new` refuses what `$valid` refuses and says what is allowed.
macro_rules! checked_number {
    ($(#[$doc:meta])* $name:ident($inner:ty), $what:literal, $allowed:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(try_from = "f64")]
        #[cfg_attr(test, derive(ts_rs::TS))]
        pub struct $name($inner);

        impl $name {
            /// # Errors
            ///
            /// When the value is outside the range; the error says the range.
            pub fn new(value: $inner) -> Result<Self, OutOfRange> {
                if Self::is_valid(value as f64) {
                    Ok(Self(value))
                } else {
                    Err(Self::refuse(value))
                }
            }

            /// The value.
            #[must_use]
            pub fn get(self) -> $inner {
                self.0
            }

            fn is_valid(value: f64) -> bool {
                let valid: fn(f64) -> bool = $valid;
                value.is_finite() && valid(value)
            }

            fn refuse(given: impl std::fmt::Display) -> OutOfRange {
                OutOfRange::new($what, $allowed, given)
            }

            /// Reads a JSON number. Both the number as written and the value it is rounded to
            /// have to be in range; `given` is how the error quotes it.
            pub(crate) fn from_number(
                value: f64,
                given: impl std::fmt::Display,
            ) -> Result<Self, OutOfRange> {
                let rounded = value as $inner;
                if Self::is_valid(value) && Self::is_valid(rounded as f64) {
                    Ok(Self(rounded))
                } else {
                    Err(Self::refuse(given))
                }
            }
        }

        impl TryFrom<f64> for $name {
            type Error = OutOfRange;

            fn try_from(value: f64) -> Result<Self, OutOfRange> {
                Self::from_number(value, value)
            }
        }
    };
}

fn is_whole(value: f64, min: f64, max: f64) -> bool {
    value.fract() == 0.0 && value >= min && value <= max
}

checked_number!(
    /// Learning rate of the optimizer: above 0, at most 10. Default 0.01.
    LearningRate(f32), "Learning rate", "above 0 and at most 10",
    |v| v > 0.0 && v <= MAX_LEARNING_RATE as f64
);
checked_number!(
    /// L2 regularization (weight decay that enters the gradient): 0 to 10. Default 0.
    #[derive(Default)]
    Regularization(f32), "L2 regularization", "from 0 to 10",
    |v| (0.0..=MAX_REGULARIZATION as f64).contains(&v)
);
checked_number!(
    /// Probability of dropping a hidden unit in training: 0 or more, below 1. Default 0.
    #[derive(Default)]
    Dropout(f32), "Dropout", "0 or more and below 1",
    |v| (0.0..1.0).contains(&v)
);
checked_number!(
    /// Points per optimizer step, 0 to 1,000,000; 0 means all of them. Default 0.
    #[derive(Default)]
    BatchSize(u32), "Batch size", "a whole number from 0 to 1,000,000",
    |v| is_whole(v, 0.0, MAX_BATCH_SIZE as f64)
);
checked_number!(
    /// Class of a point: 0 to 7.
    #[derive(Eq)]
    Label(u8), "Label", "a whole number from 0 to 7",
    |v| is_whole(v, 0.0, MAX_CLASSES as f64 - 1.0)
);
checked_number!(
    /// Number of classes to generate: 2 to 8.
    #[derive(Eq)]
    ClassCount(u8), "Number of classes", "a whole number from 2 to 8",
    |v| is_whole(v, MIN_CLASSES as f64, MAX_CLASSES as f64)
);
checked_number!(
    /// Start of a sequence of random numbers: 0 to 2⁵³ − 1.
    #[derive(Eq)]
    Seed(u64), "Seed", "a whole number from 0 to 9,007,199,254,740,991",
    |v| is_whole(v, 0.0, MAX_SEED as f64)
);
checked_number!(
    /// Speed of training asked for, in optimizer steps per second: above 0, at most 1,000,000.
    /// Where "as fast as possible" is meant, there is no `StepsPerSecond` (`null` on the wire).
    StepsPerSecond(f32), "Speed", "above 0 and at most 1,000,000 steps per second",
    |v| v > 0.0 && v <= MAX_STEPS_PER_SECOND as f64
);

impl StepsPerSecond {
    /// The time from one step to the next, at most a day.
    #[must_use]
    pub fn interval(self) -> Duration {
        const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
        Duration::try_from_secs_f64(1.0 / self.0 as f64).map_or(LONGEST, |d| d.min(LONGEST))
    }
}

impl Default for LearningRate {
    fn default() -> Self {
        Self(0.01)
    }
}

/// The seeds of everything random in a session but the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Seeds {
    /// Seed of the initial weights.
    pub init: Seed,
    /// Seed of the choice of points for each batch.
    pub batches: Seed,
    /// Seed of the dropout masks.
    pub dropout: Seed,
}

/// Sizes of the hidden layers from input to output: 0 to 10 layers of 1 to 100 units.
/// Default 10, 5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "Vec<usize>")]
pub struct HiddenLayers(Vec<usize>);

impl HiddenLayers {
    /// # Errors
    ///
    /// When there are too many layers, or a layer is empty or too large.
    pub fn new(sizes: Vec<usize>) -> Result<Self, OutOfRange> {
        if sizes.len() > MAX_HIDDEN_LAYERS {
            return Err(Self::refuse_count(sizes.len()));
        }
        match sizes.iter().find(|&&size| !(1..=MAX_UNITS).contains(&size)) {
            Some(size) => Err(Self::refuse_size(size)),
            None => Ok(Self(sizes)),
        }
    }

    /// Units of each hidden layer, from input to output.
    #[must_use]
    pub fn sizes(&self) -> &[usize] {
        &self.0
    }

    pub(crate) fn refuse_count(count: usize) -> OutOfRange {
        OutOfRange::sentence(format!(
            "A network has at most {MAX_HIDDEN_LAYERS} hidden layers, not {count}"
        ))
    }

    pub(crate) fn refuse_size(given: impl std::fmt::Display) -> OutOfRange {
        OutOfRange::sentence(format!(
            "A hidden layer has 1 to {MAX_UNITS} units, not {given}"
        ))
    }
}

impl Default for HiddenLayers {
    fn default() -> Self {
        Self(vec![10, 5])
    }
}

impl TryFrom<Vec<usize>> for HiddenLayers {
    type Error = OutOfRange;

    fn try_from(sizes: Vec<usize>) -> Result<Self, OutOfRange> {
        Self::new(sizes)
    }
}

/// Defines an enum of names that stand on the wire as strings.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $wire:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $wire)] $variant,)+
        }

        impl $name {
            /// Every value, in the order in which error messages list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)+
                }
            }

            /// The value with this name on the wire.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use names;

names!(
    /// What follows each hidden layer.
    #[derive(Default)]
    Activation {
        /// Hyperbolic tangent.
        #[default]
        Tanh = "tanh",
        /// Rectifier.
        Relu = "relu",
        /// Rectifier with slope 0.01 below 0.
        LeakyRelu = "leaky_relu",
        /// Gaussian error linear unit, exact.
        Gelu = "gelu",
    }
);
names!(
    /// How gradients become changes of the weights.
    #[derive(Default)]
    Optimizer {
        /// Plain gradient descent.
        Sgd = "sgd",
        /// Adam: running means of the gradients and their squares.
        #[default]
        Adam = "adam",
        /// Gradients divided by a running root mean square.
        RmsProp = "rmsprop",
    }
);
names!(
    /// The shape of a generated data set.
    Distribution {
        /// Concentric circles.
        Circles = "circles",
        /// Interleaving half circles.
        Moons = "moons",
        /// Round Gaussian clusters.
        Blobs = "blobs",
        /// Stretched Gaussian clusters.
        Anisotropic = "anisotropic",
        /// Gaussian clusters of different widths.
        VariedVariance = "varied_variance",
    }
);
