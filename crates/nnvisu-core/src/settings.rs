//! What a person can set about the network and its training, each value of a
//! type that cannot be out of range.

use crate::OptimizerKind;
use crate::error::OutOfRange;

/// Defines a number that is always in its range: `new` refuses any other and says what is allowed.
macro_rules! checked_number {
    (
        $(#[$attribute:meta])* $name:ident($plain:ty) = $default:expr,
        $label:literal, $is_allowed:expr, $($allowed:tt)+
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct $name($plain);

        impl $name {
            /// Checks the number.
            ///
            /// # Errors
            ///
            /// If it is outside the range; the error says the range.
            pub fn new(value: $plain) -> Result<Self, OutOfRange> {
                let is_allowed: fn(&$plain) -> bool = $is_allowed;
                if is_allowed(&value) {
                    // -0 becomes 0.
                    Ok(Self(value + <$plain>::default()))
                } else {
                    Err(OutOfRange::new($label, format!($($allowed)+), value))
                }
            }

            /// The number.
            #[must_use]
            pub fn get(self) -> $plain {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }

        #[cfg(feature = "serde")]
        crate::serialization::as_checked!($name: $plain);
    };
}

checked_number!(
    /// Factor of the update of each step; above 0, at most [`LearningRate::MAX`]; 0.01 by default.
    LearningRate(f32) = 0.01, "Learning rate",
    |&value| value > 0.0 && value <= Self::MAX, "above 0 and at most {}", Self::MAX
);

impl LearningRate {
    /// Greatest learning rate.
    pub const MAX: f32 = 10.0;
}

checked_number!(
    /// L2 regularization, λ: λ·w is added to the gradient of every parameter w
    /// (weights and biases) before the optimizer sees it, PyTorch's coupled
    /// `weight_decay`. At least 0, at most [`WeightDecay::MAX`]; 0 by default.
    WeightDecay(f32) = 0.0, "L2 regularization",
    |value| (0.0..=Self::MAX).contains(value), "at least 0 and at most {}", Self::MAX
);

impl WeightDecay {
    /// Greatest weight decay.
    pub const MAX: f32 = 10.0;
}

checked_number!(
    /// Probability with which each hidden activation is zeroed in a training step
    /// (the others are divided by 1 − p); at least 0, below 1; 0 by default.
    Dropout(f32) = 0.0, "Dropout",
    |value| (0.0..1.0).contains(value), "at least 0 and below 1"
);

checked_number!(
    /// Points per training step, each used once in an epoch; 0, the default, stands for all of
    /// them, and so does a number larger than the data. At most [`BatchSize::MAX`].
    #[derive(Eq, Ord, Hash)]
    BatchSize(u32) = 0, "Batch size",
    |&value| value <= Self::MAX, "0 (all points) or a whole number up to {}", Self::MAX
);

impl BatchSize {
    /// Greatest batch size.
    pub const MAX: u32 = 1_000_000;

    /// Every step uses all points; the default.
    pub const FULL: Self = Self(0);

    /// How many of `n_points` points a step uses.
    #[must_use]
    pub fn resolve(self, n_points: usize) -> usize {
        match self.0 {
            0 => n_points,
            size => n_points.min(size as usize),
        }
    }

    /// The epoch that follows after `step` steps on `n_points` points, and how many points of it
    /// have been used: where a run is that has always had this batch size and these points.
    #[must_use]
    pub fn position_after(self, step: u64, n_points: usize) -> (u64, u64) {
        let batch_size = self.resolve(n_points).max(1) as u64;
        let epoch_steps = (n_points as u64).div_ceil(batch_size).max(1);
        (step / epoch_steps, step % epoch_steps * batch_size)
    }
}

/// The settings of the training: they act on the running network.
///
/// More of them may come: end a literal with `..TrainingConfig::default()`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct TrainingConfig {
    /// The update rule.
    pub optimizer: OptimizerKind,
    /// Factor of the updates.
    pub learning_rate: LearningRate,
    /// L2 regularization.
    pub weight_decay: WeightDecay,
    /// Points per step.
    pub batch_size: BatchSize,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "values come back as they were set")]

    use super::*;

    const NOT_FINITE: [f32; 3] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];

    #[test]
    fn defaults_are_the_documented_ones() {
        let training = TrainingConfig::default();
        assert_eq!(training.optimizer, OptimizerKind::Adam);
        assert_eq!(training.learning_rate.get(), 0.01);
        assert_eq!(training.weight_decay.get(), 0.0);
        assert_eq!(training.batch_size, BatchSize::FULL);
    }

    #[test]
    fn learning_rate_is_checked() {
        for good in [f32::MIN_POSITIVE, 1e-45, 0.01, 10.0] {
            assert_eq!(LearningRate::new(good).unwrap().get(), good);
        }
        for bad in [0.0, -0.0, -1.0, 10.001].into_iter().chain(NOT_FINITE) {
            assert!(LearningRate::new(bad).is_err(), "{bad}");
        }
        assert_eq!(
            LearningRate::new(-1.0).unwrap_err().to_string(),
            "Learning rate must be above 0 and at most 10, not -1"
        );
    }

    #[test]
    fn weight_decay_is_checked() {
        for good in [0.0, 1e-6, 10.0] {
            assert_eq!(WeightDecay::new(good).unwrap().get(), good);
        }
        assert!(WeightDecay::new(-0.0).unwrap().get().is_sign_positive());
        for bad in [-1e-9, 10.001].into_iter().chain(NOT_FINITE) {
            assert!(WeightDecay::new(bad).is_err(), "{bad}");
        }
        assert_eq!(
            WeightDecay::new(f32::NAN).unwrap_err().to_string(),
            "L2 regularization must be at least 0 and at most 10, not NaN (not a number)"
        );
    }

    #[test]
    fn dropout_is_checked() {
        for good in [0.0, 0.5, 0.999_999_9] {
            assert_eq!(Dropout::new(good).unwrap().get(), good);
        }
        assert!(Dropout::new(-0.0).unwrap().get().is_sign_positive());
        for bad in [-0.1, 1.0, 2.0].into_iter().chain(NOT_FINITE) {
            assert!(Dropout::new(bad).is_err(), "{bad}");
        }
        assert_eq!(
            Dropout::new(1.0).unwrap_err().to_string(),
            "Dropout must be at least 0 and below 1, not 1"
        );
    }

    #[test]
    fn batch_size_is_checked_and_bounded_by_the_data() {
        assert!(BatchSize::new(BatchSize::MAX).is_ok());
        assert_eq!(
            BatchSize::new(1_000_001).unwrap_err().to_string(),
            "Batch size must be 0 (all points) or a whole number up to 1000000, not 1000001"
        );
        assert_eq!(BatchSize::FULL.resolve(7), 7);
        assert_eq!(BatchSize::new(5).unwrap().resolve(7), 5);
        assert_eq!(BatchSize::new(50).unwrap().resolve(7), 7);
        assert_eq!(BatchSize::new(5).unwrap().resolve(0), 0);
        let position = |size, step| BatchSize::new(size).unwrap().position_after(step, 7);
        assert_eq!(position(3, 5), (1, 6));
        assert_eq!(position(3, 6), (2, 0));
        assert_eq!(position(0, 6), (6, 0));
        assert_eq!(BatchSize::FULL.position_after(6, 0), (6, 0));
    }
}
