//! The column store that training and measuring read: filled once per change of the data.

use crate::aligned::LINE;
use crate::error::OutOfRange;
use crate::evaluation::UnknownClass;
use crate::kernels::Columns;
use crate::seeds::{self, Stream};
use crate::{Dataset, Feature, Point};
use std::ops::Range;

/// A data set as columns: one per input feature and one per class (1 where a sample has that label,
/// else 0), a row per sample. The samples for training come first, in the order of the data, then
/// those for testing.
#[derive(Clone, Debug)]
pub struct Samples {
    pub(crate) inputs: Columns,
    pub(crate) one_hot: Columns,
    /// The class of each row.
    labels: Vec<u8>,
    n_train: usize,
    n_test: usize,
}

/// Which samples of a data set are kept for testing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    test_share: f32,
    seed: u64,
}

/// One side of a [`Split`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The samples that are trained on.
    Train,
    /// The samples that are kept for testing.
    Test,
}

impl Split {
    /// All samples are for training.
    pub const NONE: Self = Self {
        test_share: 0.0,
        seed: 0,
    };

    /// Keeps a share of the samples for testing: of n samples the first ⌊`test_share` · n⌋ of a
    /// permutation that follows from `seed`.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] unless 0 <= `test_share` < 1.
    pub fn new(test_share: f32, seed: u64) -> Result<Self, OutOfRange> {
        if (0.0..1.0).contains(&test_share) {
            Ok(Self { test_share, seed })
        } else {
            Err(OutOfRange::new(
                "The share of test points",
                "at least 0 and below 1".to_owned(),
                test_share,
            ))
        }
    }

    /// Whether each of `n` samples is for testing.
    fn is_test(self, n: usize) -> Vec<bool> {
        let n_test = (f64::from(self.test_share) * n as f64) as usize;
        let mut is_test = vec![false; n];
        let mut order: Vec<u32> = (0..n as u32).collect();
        seeds::shuffle(&mut order, &mut seeds::rng(self.seed, Stream::Split, 0));
        for &index in &order[..n_test] {
            is_test[index as usize] = true;
        }
        is_test
    }
}

impl Samples {
    /// Expands `data` into the given features, for a network of `outputs` classes.
    ///
    /// # Errors
    ///
    /// [`UnknownClass`] if a label is not below `outputs`.
    pub fn new(
        data: &Dataset,
        features: &[Feature],
        outputs: usize,
        split: Split,
    ) -> Result<Self, UnknownClass> {
        UnknownClass::check(data, outputs)?;
        let is_test = split.is_test(data.len());
        let part_of = |part| {
            let points = data.points().iter().zip(&is_test);
            points
                .filter(move |(_, is_test)| **is_test == part)
                .map(|(point, _)| point)
        };
        let (n_train, n_test) = (part_of(false).count(), part_of(true).count());
        let mut samples = Self::zeros(
            n_train.next_multiple_of(LINE) + n_test,
            features.len(),
            outputs,
        );
        (samples.n_train, samples.n_test) = (n_train, n_test);
        let test_rows = samples.rows(Part::Test);
        for (row, point) in (0..n_train)
            .zip(part_of(false))
            .chain(test_rows.zip(part_of(true)))
        {
            samples.set(row, features, *point);
        }
        Ok(samples)
    }

    /// Room for `n_rows` samples, all of them for training.
    pub(crate) fn zeros(n_rows: usize, n_features: usize, outputs: usize) -> Self {
        Self {
            inputs: Columns::zeros(n_rows, n_features),
            one_hot: Columns::zeros(n_rows, outputs),
            labels: vec![0; n_rows],
            n_train: n_rows,
            n_test: 0,
        }
    }

    fn set(&mut self, row: usize, features: &[Feature], point: Point) {
        for (column, feature) in features.iter().enumerate() {
            self.inputs.column_mut(column)[row] = feature.value(point.x(), point.y());
        }
        self.one_hot.column_mut(point.label().index())[row] = 1.0;
        self.labels[row] = point.label().get();
    }

    /// Replaces the first rows by the rows `indices` of `source`, and clears what shares a vector
    /// register with the last of them: an earlier sample must not overflow beside these.
    pub(crate) fn gather(&mut self, source: &Self, indices: &[u32]) {
        let end = indices.len().next_multiple_of(LINE);
        for (target, source) in [
            (&mut self.inputs, &source.inputs),
            (&mut self.one_hot, &source.one_hot),
        ] {
            for column in 0..source.n_columns() {
                let (target, source) = (target.column_mut(column), source.column(column));
                for (value, &index) in target.iter_mut().zip(indices) {
                    *value = source[index as usize];
                }
                target[indices.len()..end].fill(0.0);
            }
        }
    }

    /// The number of samples of a part.
    #[must_use]
    pub fn len(&self, part: Part) -> usize {
        match part {
            Part::Train => self.n_train,
            Part::Test => self.n_test,
        }
    }

    /// Whether a part has no samples.
    #[must_use]
    pub fn is_empty(&self, part: Part) -> bool {
        self.len(part) == 0
    }

    /// The classes of the samples of a part.
    #[must_use]
    pub fn labels(&self, part: Part) -> &[u8] {
        &self.labels[self.rows(part)]
    }

    /// The rows of a part; they begin at a multiple of [`LINE`].
    pub(crate) fn rows(&self, part: Part) -> Range<usize> {
        match part {
            Part::Train => 0..self.n_train,
            Part::Test => {
                let start = self.n_train.next_multiple_of(LINE);
                start..start + self.n_test
            }
        }
    }

    pub(crate) fn label(&self, row: usize) -> usize {
        self.labels[row].into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClassCount, Distribution, generate_seeded};

    fn data(n: usize) -> Dataset {
        generate_seeded(Distribution::Blobs, ClassCount::new(3).unwrap(), n, 1)
    }

    fn samples(n: usize, split: Split) -> Samples {
        Samples::new(&data(n), &Feature::ALL, 3, split).unwrap()
    }

    fn points(samples: &Samples, part: Part) -> Vec<(f32, f32, u8)> {
        let row = |row| {
            let label = samples.label(row);
            let one_hot: Vec<f32> = (0..3).map(|k| samples.one_hot.column(k)[row]).collect();
            let expected: Vec<f32> = (0..3).map(|k| f32::from(u8::from(k == label))).collect();
            assert_eq!(one_hot, expected);
            let [x, y] = [0, 1].map(|feature| samples.inputs.column(feature)[row]);
            (x, y, label as u8)
        };
        samples.rows(part).map(row).collect()
    }

    fn plain(data: &Dataset) -> Vec<(f32, f32, u8)> {
        let plain = |point: &Point| (point.x(), point.y(), point.label().get());
        data.points().iter().map(plain).collect()
    }

    #[test]
    fn without_a_split_all_points_are_there_in_order() {
        for n in [0, 1, 16, 1_000] {
            let samples = samples(n, Split::NONE);
            assert_eq!(points(&samples, Part::Train), plain(&data(n)));
            assert!(samples.is_empty(Part::Test));
        }
    }

    #[test]
    fn a_split_keeps_each_point_once_in_exact_shares_and_follows_from_its_seed() {
        for (n, share, n_test) in [(10, 0.25, 2), (1_000, 0.3, 300), (7, 0.0, 0), (3, 0.99, 2)] {
            let split = |seed| samples(n, Split::new(share, seed).unwrap());
            let parts = |samples: &Samples| [Part::Train, Part::Test].map(|p| points(samples, p));
            let [train, test] = parts(&split(1));
            assert_eq!((train.len(), test.len()), (n - n_test, n_test));
            let mut all = [train.clone(), test].concat();
            let mut expected = plain(&data(n));
            all.sort_by(|a, b| a.partial_cmp(b).unwrap());
            expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
            assert_eq!(all, expected);
            assert_eq!(parts(&split(1)), parts(&split(1)));
            if n_test > 100 {
                assert_ne!(parts(&split(1)), parts(&split(2)));
            }
            let kept = plain(&data(n))
                .into_iter()
                .filter(|point| train.contains(point));
            assert!(kept.eq(train.iter().copied()), "the order of the data");
        }
        for share in [-0.1, 1.0, f32::NAN] {
            let error = Split::new(share, 1).unwrap_err().to_string();
            assert!(error.starts_with("The share of test points must be at least 0 and below 1"));
        }
    }

    #[test]
    fn a_class_without_an_output_is_named() {
        let error = Samples::new(&data(6), &Feature::ALL, 2, Split::NONE).unwrap_err();
        assert!(error.to_string().starts_with("Point 3 has the label 2"));
    }

    #[test]
    fn gathered_rows_are_those_asked_for_and_nothing_beside_them() {
        let source = samples(100, Split::NONE);
        let mut batch = Samples::zeros(48, 2, 3);
        batch.inputs.column_mut(0).fill(7.0);
        batch.gather(&source, &[99, 3, 50]);
        let xs = [99, 3, 50].map(|row: usize| source.inputs.column(0)[row]);
        assert_eq!(batch.inputs.column(0)[..3], xs);
        assert_eq!(batch.inputs.column(0)[3..16], [0.0; 13]);
        for class in 0..3 {
            let expected = [99, 3, 50].map(|row: usize| source.one_hot.column(class)[row]);
            assert_eq!(batch.one_hot.column(class)[..3], expected);
        }
    }
}
