//! Labelled points in the square [-1, 1]², and sets of them.

use crate::{MAX_CLASSES, MIN_CLASSES};

/// The class of a point, 0 to [`MAX_CLASSES`] − 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(u8);

impl Label {
    /// Checks a class.
    ///
    /// # Errors
    /// When `class` is [`MAX_CLASSES`] or more.
    pub fn new(class: u8) -> Result<Self, InvalidLabel> {
        if usize::from(class) < MAX_CLASSES {
            Ok(Self(class))
        } else {
            Err(InvalidLabel(class))
        }
    }

    /// The class as a number.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }

    /// The class as an index.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A class that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Label must be 0 to {max}, not {0}", max = MAX_CLASSES - 1)]
pub struct InvalidLabel(pub u8);

/// A labelled point: x to the right, y up, both in [-1, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    x: f32,
    y: f32,
    label: Label,
}

impl Point {
    /// Checks a point.
    ///
    /// # Errors
    /// When a coordinate is not a number in [-1, 1].
    pub fn new(x: f32, y: f32, label: Label) -> Result<Self, InvalidPoint> {
        if !(x.is_finite() && y.is_finite()) {
            return Err(InvalidPoint::NotFinite);
        }
        let inside = -1.0..=1.0;
        if !(inside.contains(&x) && inside.contains(&y)) {
            return Err(InvalidPoint::Outside { x, y });
        }
        Ok(Self { x, y, label })
    }

    /// Position to the right, in [-1, 1].
    #[must_use]
    pub fn x(self) -> f32 {
        self.x
    }

    /// Position upwards, in [-1, 1].
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

/// Why a point was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPoint {
    /// A coordinate is NaN or infinite.
    #[error("Point coordinates must be finite numbers from -1 to 1")]
    NotFinite,
    /// A coordinate is outside [-1, 1].
    #[error("Point coordinates must be from -1 to 1, not ({x}, {y})")]
    Outside {
        /// The horizontal coordinate asked for.
        x: f32,
        /// The vertical coordinate asked for.
        y: f32,
    },
}

/// Points in the order in which they were given; duplicates count.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dataset(Vec<Point>);

impl Dataset {
    /// A data set of these points.
    #[must_use]
    pub fn new(points: Vec<Point>) -> Self {
        Self(points)
    }

    /// The data set without points.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// All points.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.0
    }

    /// Number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no point.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Output units of a network for this data: one per class up to the
    /// highest label, and at least [`MIN_CLASSES`].
    #[must_use]
    pub fn n_classes(&self) -> usize {
        let up_to_highest = self.0.iter().map(|point| point.label.index() + 1).max();
        up_to_highest.unwrap_or(0).max(MIN_CLASSES)
    }

    /// Number of classes that have points.
    #[must_use]
    pub fn n_distinct_classes(&self) -> usize {
        self.class_counts().iter().filter(|&&n| n > 0).count()
    }

    /// Number of points of each class.
    #[must_use]
    pub fn class_counts(&self) -> [usize; MAX_CLASSES] {
        let mut counts = [0; MAX_CLASSES];
        for point in &self.0 {
            counts[point.label.index()] += 1;
        }
        counts
    }
}

impl FromIterator<Point> for Dataset {
    fn from_iter<I: IntoIterator<Item = Point>>(points: I) -> Self {
        Self(points.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(class: u8) -> Label {
        Label::new(class).unwrap()
    }

    fn dataset(classes: &[u8]) -> Dataset {
        let point = |&class| Point::new(0.0, 0.0, label(class)).unwrap();
        classes.iter().map(point).collect()
    }

    #[test]
    fn labels_are_checked() {
        assert_eq!(label(7).index(), 7);
        for class in [8, 255] {
            assert_eq!(
                Label::new(class).unwrap_err().to_string(),
                format!("Label must be 0 to 7, not {class}")
            );
        }
    }

    #[test]
    fn points_are_checked() {
        let corner = Point::new(-1.0, 1.0, label(3)).unwrap();
        assert_eq!(
            (corner.x(), corner.y(), corner.label()),
            (-1.0, 1.0, label(3))
        );
        let outside = 1.0_f32.next_up();
        for (x, y) in [(outside, 0.0), (0.0, -outside), (-2.0, 2.0)] {
            assert_eq!(
                Point::new(x, y, label(0)).unwrap_err().to_string(),
                format!("Point coordinates must be from -1 to 1, not ({x}, {y})")
            );
        }
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(Point::new(bad, 0.0, label(0)), Err(InvalidPoint::NotFinite));
            assert_eq!(Point::new(0.0, bad, label(0)), Err(InvalidPoint::NotFinite));
        }
    }

    #[test]
    fn classes_follow_the_labels() {
        // (labels, output units, classes present)
        let cases: [(&[u8], usize, usize); 6] = [
            (&[], 2, 0),
            (&[0], 2, 1),
            (&[1, 1], 2, 1),
            (&[0, 1, 2], 3, 3),
            (&[0, 7], 8, 2),
            (&[4], 5, 1),
        ];
        for (labels, n_classes, n_distinct) in cases {
            let data = dataset(labels);
            assert_eq!(data.n_classes(), n_classes, "{labels:?}");
            assert_eq!(data.n_distinct_classes(), n_distinct, "{labels:?}");
            assert_eq!(data.len(), labels.len());
            assert_eq!(data.is_empty(), labels.is_empty());
        }
        assert_eq!(
            dataset(&[0, 2, 2, 7]).class_counts(),
            [1, 0, 2, 0, 0, 0, 0, 1]
        );
    }
}
