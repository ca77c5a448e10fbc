//! Loss and accuracy, which are always numbers.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Loss and accuracy over all points, with exactly the weights they are sent with, dropout off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "UncheckedMetrics")]
pub struct Metrics {
    loss: f32,
    accuracy: f32,
}

/// The loss is not finite or the accuracy is not within 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("The loss must be a finite number and the accuracy a number from 0 to 1")]
pub struct InvalidMetrics;

impl Metrics {
    /// # Errors
    ///
    /// When the loss is NaN or infinite, or the accuracy is not within 0 to 1.
    pub fn new(loss: f32, accuracy: f32) -> Result<Self, InvalidMetrics> {
        if loss.is_finite() && (0.0..=1.0).contains(&accuracy) {
            Ok(Self { loss, accuracy })
        } else {
            Err(InvalidMetrics)
        }
    }

    /// Mean cross-entropy over the points.
    #[must_use]
    pub fn loss(self) -> f32 {
        self.loss
    }

    /// Share of the points that are classified right, 0 to 1.
    #[must_use]
    pub fn accuracy(self) -> f32 {
        self.accuracy
    }
}

#[derive(Deserialize)]
struct UncheckedMetrics {
    loss: f32,
    accuracy: f32,
}

impl TryFrom<UncheckedMetrics> for Metrics {
    type Error = InvalidMetrics;

    fn try_from(metrics: UncheckedMetrics) -> Result<Self, InvalidMetrics> {
        Self::new(metrics.loss, metrics.accuracy)
    }
}
