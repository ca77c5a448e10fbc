//! How well a network does on any points: loss, confusion matrix, precision and recall.

use crate::{Dataset, MAX_CLASSES, Mlp, Point};

/// A network measured on points, which need not be those it was trained on.
///
/// The class that a network gives a point is the one with the highest logit, the lowest of them
/// where several are equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    n_classes: usize,
    /// Counts by true class, then by the class that the network gives.
    counts: [[usize; MAX_CLASSES]; MAX_CLASSES],
    n_points: usize,
    loss: f64,
}

/// Points of a class for which a network has no output unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Point {number} has the label {label}, but the network knows the classes 0 to {} only",
    .n_classes - 1
)]
pub struct UnknownClass {
    /// The first such point, counted from 1.
    pub number: usize,
    /// Its label.
    pub label: u8,
    /// How many classes the network has.
    pub n_classes: usize,
}

impl Evaluation {
    /// Measures `mlp` on `data`, in `f64` from the logits on; `None` without points.
    ///
    /// # Errors
    ///
    /// [`UnknownClass`] if a label has no output unit.
    pub fn new(mlp: &Mlp, data: &Dataset) -> Result<Option<Self>, UnknownClass> {
        let n_classes = mlp.n_classes();
        let mut counts = [[0; MAX_CLASSES]; MAX_CLASSES];
        let mut total_loss = 0.0;
        for (index, point) in data.points().iter().enumerate() {
            if point.label().index() >= n_classes {
                return Err(UnknownClass {
                    number: index + 1,
                    label: point.label().get(),
                    n_classes,
                });
            }
            let (loss, predicted) = measure(mlp, *point);
            total_loss += loss;
            counts[point.label().index()][predicted] += 1;
        }
        Ok((!data.is_empty()).then(|| Self {
            n_classes,
            counts,
            n_points: data.len(),
            loss: total_loss / data.len() as f64,
        }))
    }

    /// The classes of the network, 2 to [`MAX_CLASSES`].
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// How many points there are.
    #[must_use]
    pub fn n_points(&self) -> usize {
        self.n_points
    }

    /// Mean cross-entropy in nats.
    #[must_use]
    pub fn loss(&self) -> f64 {
        self.loss
    }

    /// The share of points whose class the network gives, 0 to 1.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let right: usize = (0..self.n_classes).map(|k| self.counts[k][k]).sum();
        right as f64 / self.n_points as f64
    }

    /// One row of the confusion matrix: of the points of class `actual`, how many are given each
    /// class.
    ///
    /// # Panics
    ///
    /// If `actual` is not below [`n_classes`](Self::n_classes).
    #[must_use]
    pub fn confusion(&self, actual: usize) -> &[usize] {
        assert!(actual < self.n_classes, "class {actual} does not exist");
        &self.counts[actual][..self.n_classes]
    }

    /// How many points are of a class.
    ///
    /// # Panics
    ///
    /// If `class` is not below [`n_classes`](Self::n_classes).
    #[must_use]
    pub fn support(&self, class: usize) -> usize {
        self.confusion(class).iter().sum()
    }

    /// Of the points that are given `class`, the share that is of it: TP / (TP + FP). `None` if
    /// no point is given it.
    ///
    /// # Panics
    ///
    /// If `class` is not below [`n_classes`](Self::n_classes).
    #[must_use]
    pub fn precision(&self, class: usize) -> Option<f64> {
        let given = (0..self.n_classes).map(|k| self.confusion(k)[class]).sum();
        ratio(self.counts[class][class], given)
    }

    /// Of the points of `class`, the share that is given it: TP / (TP + FN). `None` if there is
    /// no such point.
    ///
    /// # Panics
    ///
    /// If `class` is not below [`n_classes`](Self::n_classes).
    #[must_use]
    pub fn recall(&self, class: usize) -> Option<f64> {
        ratio(self.confusion(class)[class], self.support(class))
    }

    /// The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN). `None` if no point is
    /// of `class` or given it.
    ///
    /// # Panics
    ///
    /// If `class` is not below [`n_classes`](Self::n_classes).
    #[must_use]
    pub fn f1(&self, class: usize) -> Option<f64> {
        let given: usize = (0..self.n_classes).map(|k| self.confusion(k)[class]).sum();
        ratio(2 * self.counts[class][class], given + self.support(class))
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The cross-entropy of a point, ln Σ exp(z) less the label's logit, and the class of the highest logit.
fn measure(mlp: &Mlp, point: Point) -> (f64, usize) {
    let logits = mlp.logits(point.x(), point.y());
    let mut highest = 0;
    for (class, &logit) in logits.iter().enumerate() {
        if logit > logits[highest] {
            highest = class;
        }
    }
    let shift = f64::from(logits[highest]);
    let sum: f64 = logits.iter().map(|&z| (f64::from(z) - shift).exp()).sum();
    let loss = sum.ln() + shift - f64::from(logits[point.label().index()]);
    (loss, highest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Activation, Architecture, ClassCount, Distribution, Dropout, HiddenLayers, Label, Seeds,
        Trainer, TrainingConfig, generate_seeded,
    };

    fn points(of: &[(f32, u8)]) -> Dataset {
        let point = |&(x, class): &(f32, u8)| Point::new(x, 0.0, Label::new(class).unwrap());
        of.iter().map(|p| point(p).unwrap()).collect()
    }

    /// Gives class 1 right of the middle, class 0 elsewhere; never class 2.
    fn halves() -> Mlp {
        let parameters = [0.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -9.0];
        let linear = HiddenLayers::none();
        let architecture = Architecture::uniform(&linear, Activation::Tanh, Dropout::default());
        Mlp::from_parameters(architecture.with_outputs(3).unwrap(), &parameters).unwrap()
    }

    #[test]
    fn the_confusion_matrix_counts_points() {
        let data = points(&[
            (-0.5, 0),
            (-0.5, 0),
            (0.5, 0),
            (0.5, 1),
            (-0.5, 2),
            (0.5, 1),
        ]);
        let evaluation = Evaluation::new(&halves(), &data).unwrap().unwrap();
        assert_eq!(evaluation.n_points(), 6);
        assert_eq!(evaluation.confusion(0), [2, 1, 0]);
        assert_eq!(evaluation.confusion(1), [0, 2, 0]);
        assert_eq!(evaluation.confusion(2), [1, 0, 0]);
        assert_eq!([0, 1, 2].map(|k| evaluation.support(k)), [3, 2, 1]);
        let share = |part: f64, whole: f64| Some(part / whole);
        assert_eq!(evaluation.precision(0), share(2.0, 3.0));
        assert_eq!(evaluation.precision(1), share(2.0, 3.0));
        assert_eq!(evaluation.precision(2), None);
        assert_eq!(evaluation.recall(0), share(2.0, 3.0));
        assert_eq!(evaluation.recall(1), Some(1.0));
        assert_eq!(evaluation.recall(2), Some(0.0));
        assert_eq!(evaluation.f1(1), share(4.0, 5.0));
        assert_eq!(evaluation.f1(2), Some(0.0));
        assert!((evaluation.accuracy() - 4.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn it_agrees_with_the_trainer() {
        let classes = ClassCount::new(4).unwrap();
        let data = generate_seeded(Distribution::Blobs, classes, 333, 3);
        let mut trainer = Trainer::new(
            Architecture::default(),
            TrainingConfig::default(),
            Seeds::from_master(5),
            data,
        );
        for _ in 0..150 {
            trainer.train_step().unwrap();
        }
        let metrics = trainer.evaluate().unwrap();
        let evaluation = Evaluation::new(trainer.mlp(), trainer.data());
        let evaluation = evaluation.unwrap().unwrap();
        assert!((evaluation.loss() - f64::from(metrics.loss)).abs() < 1e-5);
        assert!((evaluation.accuracy() - f64::from(metrics.accuracy)).abs() < 1e-6);
    }

    #[test]
    fn a_class_without_an_output_unit_is_named() {
        let data = points(&[(0.0, 1), (0.0, 3)]);
        assert_eq!(
            Evaluation::new(&halves(), &data).unwrap_err().to_string(),
            "Point 2 has the label 3, but the network knows the classes 0 to 2 only"
        );
        assert_eq!(Evaluation::new(&halves(), &Dataset::empty()), Ok(None));
    }
}
