//! A labelled point of the training data.

use serde::{Deserialize, Serialize};

use crate::error::OutOfRange;
use crate::limits::MIN_CLASSES;
use crate::settings::Label;

/// A point of the data: coordinates in −1 to 1, x to the right, y up, and its class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "UncheckedPoint")]
pub struct Point {
    x: f32,
    y: f32,
    label: Label,
}

impl Point {
    /// # Errors
    ///
    /// When a coordinate is not a number from −1 to 1.
    pub fn new(x: f32, y: f32, label: Label) -> Result<Self, OutOfRange> {
        for (name, value) in [("x", x), ("y", y)] {
            if !is_coordinate(value as f64) {
                return Err(refuse_coordinate(name, value));
            }
        }
        Ok(Self { x, y, label })
    }

    /// To the right, −1 to 1.
    #[must_use]
    pub fn x(self) -> f32 {
        self.x
    }

    /// Up, −1 to 1.
    #[must_use]
    pub fn y(self) -> f32 {
        self.y
    }

    /// The class.
    #[must_use]
    pub fn label(self) -> Label {
        self.label
    }
}

/// Output units that these points ask for: one per class up to the highest label, at least 2.
#[must_use]
pub fn n_classes(points: &[Point]) -> usize {
    points
        .iter()
        .map(|point| point.label.get() as usize + 1)
        .fold(MIN_CLASSES, usize::max)
}

pub(crate) fn is_coordinate(value: f64) -> bool {
    (-1.0..=1.0).contains(&value)
}

pub(crate) fn refuse_coordinate(name: &str, given: impl std::fmt::Display) -> OutOfRange {
    OutOfRange::new(&format!("Coordinate {name}"), "from -1 to 1", given)
}

#[derive(Deserialize)]
struct UncheckedPoint {
    x: f32,
    y: f32,
    label: Label,
}

impl TryFrom<UncheckedPoint> for Point {
    type Error = OutOfRange;

    fn try_from(point: UncheckedPoint) -> Result<Self, OutOfRange> {
        Self::new(point.x, point.y, point.label)
    }
}
