//! How well a network does on any points: loss, confusion matrix, precision and recall.

use crate::evaluator::Tally;
use crate::{ActivationStatistics, Dataset, Evaluator, MAX_CLASSES, Mlp, Part, Samples, Split};

/// A network measured on points, which need not be those it was trained on.
///
/// The class that a network gives a point is the one with the largest logit, the lowest of them
/// where several are equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    n_classes: usize,
    /// Counts by true class, then by the class that the network gives.
    counts: [[usize; MAX_CLASSES]; MAX_CLASSES],
    n_points: usize,
    loss: f64,
    layers: Vec<ActivationStatistics>,
}

/// Points of a class for which a network has no output unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Point {number} has the label {label}, but the network knows the classes 0 to {} only",
    .n_classes - 1
)]
#[non_exhaustive]
pub struct UnknownClass {
    /// The first such point, counted from 1.
    pub number: usize,
    /// Its label.
    pub label: u8,
    /// How many classes the network has.
    pub n_classes: usize,
}

impl UnknownClass {
    /// That all labels are below `n_classes`.
    pub(crate) fn check(data: &Dataset, n_classes: usize) -> Result<(), Self> {
        let mut labels = data.points().iter().map(|point| point.label());
        match labels.position(|label| label.index() >= n_classes) {
            None => Ok(()),
            Some(index) => Err(Self {
                number: index + 1,
                label: data.points()[index].label().get(),
                n_classes,
            }),
        }
    }
}

impl Evaluation {
    /// Measures `mlp` on `data`; `None` without points. To measure over and over, an
    /// [`Evaluator`] is faster.
    ///
    /// # Errors
    ///
    /// [`UnknownClass`] if a label has no output unit.
    pub fn new(mlp: &Mlp, data: &Dataset) -> Result<Option<Self>, UnknownClass> {
        let features = mlp.architecture().features();
        let samples = Samples::new(data, features, mlp.n_classes(), Split::NONE)?;
        Ok(Evaluator::new().evaluate(mlp, &samples, Part::Train))
    }

    pub(crate) fn from_parts(
        n_classes: usize,
        tally: &Tally,
        layers: Vec<ActivationStatistics>,
    ) -> Self {
        Self {
            n_classes,
            counts: tally.counts.map(|row| row.map(|count| count as usize)),
            n_points: tally.n_samples,
            loss: tally.mean_loss(),
            layers,
        }
    }

    /// The activations of each hidden layer.
    #[must_use]
    pub fn layers(&self) -> &[ActivationStatistics] {
        &self.layers
    }

    /// The number of classes of the network, up to [`MAX_CLASSES`].
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Activation, Architecture, ClassCount, Distribution, Dropout, Feature, HiddenLayers, Label,
        LayerSpec, Point, Seeds, Trainer, TrainingConfig, generate_seeded,
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

    /// The confusion matrix, the loss and the statistics once more, point by point in `f64`.
    #[test]
    fn it_agrees_with_the_definition() {
        let layer = |units, activation| LayerSpec {
            units,
            activation,
            dropout: Dropout::default(),
        };
        let layers = vec![layer(7, Activation::Tanh), layer(9, Activation::Relu)];
        let architecture = Architecture::new(Feature::ALL.to_vec(), layers, 3).unwrap();
        let gain = |mlp: &Mlp| {
            mlp.parameters()
                .iter()
                .map(|p| 4.0 * p)
                .collect::<Vec<f32>>()
        };
        let mlp = Mlp::new(architecture.clone(), 1);
        let mlp = Mlp::from_parameters(architecture, &gain(&mlp)).unwrap();
        for n in [1, 15, 16, 1_500] {
            let data = generate_seeded(Distribution::Blobs, ClassCount::new(3).unwrap(), n, 2);
            let evaluation = Evaluation::new(&mlp, &data).unwrap().unwrap();
            let mut loss = 0.0;
            let mut counts = [[0; 3]; 3];
            let mut activations = [Vec::new(), Vec::new()];
            for point in data.points() {
                let posteriors = mlp.posteriors(point.x(), point.y());
                loss -= f64::from(posteriors[point.label().index()]).ln();
                counts[point.label().index()][posteriors.argmax().0] += 1;
                let mut values = nalgebra::DVector::from_column_slice(&[point.x(), point.y()]);
                for (layer, all) in activations.iter_mut().enumerate() {
                    values = mlp.weights(layer) * values + mlp.biases(layer);
                    let activation = mlp.architecture().layers()[layer].activation;
                    values.apply(|z| *z = activation.apply(*z));
                    all.extend(values.iter().map(|&a| f64::from(a)));
                }
            }
            assert!((evaluation.loss() - loss / n as f64).abs() < 1e-4);
            for (class, row) in counts.iter().enumerate() {
                assert_eq!(evaluation.confusion(class), row);
            }
            for (statistics, all) in evaluation.layers().iter().zip(&activations) {
                let share = |is: &dyn Fn(f64) -> bool| {
                    all.iter().filter(|&&a| is(a)).count() as f64 / all.len() as f64
                };
                let mean = all.iter().sum::<f64>() / all.len() as f64;
                let variance =
                    all.iter().map(|a| (a - mean).powi(2)).sum::<f64>() / all.len() as f64;
                let close = |a: f32, b: f64| (f64::from(a) - b).abs() < 2e-3;
                assert!(close(statistics.mean, mean), "{statistics:?} {mean}");
                assert!(close(statistics.standard_deviation, variance.sqrt()));
                assert!(close(statistics.zero_share, share(&|a| a == 0.0)));
            }
            let saturated = |a: &&f64| a.abs() > f64::from(ActivationStatistics::SATURATED);
            let n_saturated = activations[0].iter().filter(saturated).count() as f64;
            let share = n_saturated / activations[0].len() as f64;
            assert!((f64::from(evaluation.layers()[0].saturated_share) - share).abs() < 2e-3);
            assert!(evaluation.layers()[1].saturated_share.abs() < f32::EPSILON);
        }
    }
}
