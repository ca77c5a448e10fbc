//! A labelled point of the training data.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::error::OutOfRange;
use crate::limits::MIN_CLASSES;
use crate::numbers::{Label, NumberRange};
use crate::objects::only_from_objects;

/// A point of the data: coordinates in −1 to 1, x to the right, y up, and its class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(remote = "Self")]
pub struct Point {
    #[serde(deserialize_with = "x")]
    x: f32,
    #[serde(deserialize_with = "y")]
    y: f32,
    label: Label,
}
only_from_objects!(Point);

impl Point {
    /// # Errors
    ///
    /// When a coordinate is not a number from −1 to 1.
    pub fn new(x: f32, y: f32, label: Label) -> Result<Self, OutOfRange> {
        check_coordinate("x", x.into())?;
        check_coordinate("y", y.into())?;
        Ok(Self { x, y, label })
    }

    /// The same class at coordinates that have been checked.
    pub(crate) fn moved_to(self, x: f32, y: f32) -> Self {
        Self { x, y, ..self }
    }

    /// The same place with another class.
    pub(crate) fn relabelled(self, label: Label) -> Self {
        Self { label, ..self }
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

/// The numbers that a coordinate can be.
const COORDINATES: NumberRange = NumberRange::closed(-1.0, 1.0);

/// How far outside the range a coordinate of a version 1 client may be: these clients send where
/// the pointer was, even if that is on the edge of a canvas that is scaled.
const EDGE: f64 = 0.1;

/// Moves a coordinate that is a little outside the range to its end.
pub(crate) fn clamp_edge(coordinate: f64) -> f64 {
    if coordinate.abs() <= 1.0 + EDGE {
        coordinate.clamp(COORDINATES.min, COORDINATES.max)
    } else {
        coordinate
    }
}

/// Both the number as written and the one it is rounded to have to be in range.
pub(crate) fn check_coordinate(name: &str, value: f64) -> Result<f32, OutOfRange> {
    let rounded = value as f32;
    if COORDINATES.contains(value) && COORDINATES.contains(rounded.into()) {
        Ok(rounded)
    } else {
        let name = format!("Coordinate {name}");
        Err(OutOfRange::new(&name, COORDINATES, value))
    }
}

fn x<'de, D: Deserializer<'de>>(from: D) -> Result<f32, D::Error> {
    check_coordinate("x", f64::deserialize(from)?).map_err(D::Error::custom)
}

fn y<'de, D: Deserializer<'de>>(from: D) -> Result<f32, D::Error> {
    check_coordinate("y", f64::deserialize(from)?).map_err(D::Error::custom)
}
