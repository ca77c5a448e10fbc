//! Measures a network on samples, many at a time: loss, confusion matrix and activation statistics
//! in one pass.

use crate::kernels::dispatch;
use crate::kernels::statistics::ColumnStatistics;
use crate::propagation::{Propagation, block_rows, blocks};
use crate::samples::{Part, Samples};
use crate::{Evaluation, HiddenLayers, InstructionSet, MAX_CLASSES, Mlp};
use std::ops::Range;

/// Measures networks on samples. It keeps its work space, so that measuring networks of the same
/// shape over and over allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Evaluator {
    instructions: InstructionSet,
    work: Option<(Vec<usize>, Propagation)>,
}

/// The activations of a hidden layer over all samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ActivationStatistics {
    /// Their mean.
    pub mean: f32,
    /// Their standard deviation.
    pub standard_deviation: f32,
    /// The share of them that are exactly 0: units that ReLU has switched off.
    pub zero_share: f32,
    /// The share of them beyond ±[`ActivationStatistics::SATURATED`], where tanh hardly reacts.
    pub saturated_share: f32,
}

impl ActivationStatistics {
    /// Activations of a greater magnitude count as saturated, if the activation function is tanh.
    pub const SATURATED: f32 = 0.99;
}

impl Evaluator {
    /// An evaluator without work space yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that computes with these instructions instead of the widest.
    #[must_use]
    pub fn with_instruction_set(instructions: InstructionSet) -> Self {
        Self {
            instructions,
            work: None,
        }
    }

    /// Measures `mlp` on a part of `samples`, which have been made for its features and outputs;
    /// `None` if the part is empty.
    ///
    /// # Panics
    ///
    /// If the samples have another number of features or classes than the network.
    pub fn evaluate(&mut self, mlp: &Mlp, samples: &Samples, part: Part) -> Option<Evaluation> {
        assert_eq!(
            (samples.inputs.n_columns(), samples.one_hot.n_columns()),
            (mlp.layer_sizes()[0], mlp.n_classes()),
            "the samples are of another network"
        );
        let rows = samples.rows(part);
        if rows.is_empty() {
            return None;
        }
        let propagation = self.work_for(mlp);
        let mut tally = Tally::default();
        let mut activations = [LayerSums::default(); HiddenLayers::MAX_LAYERS];
        let n_hidden = mlp.architecture().layers().len();
        for block in blocks(rows.clone(), block_rows(mlp)) {
            tally.add(propagation, mlp, samples, &block);
            for (layer, sums) in activations[..n_hidden].iter_mut().enumerate() {
                sums.add(propagation, layer, block.len());
            }
        }
        let statistics = |(sums, layer): (&LayerSums, &crate::LayerSpec)| {
            let is_bounded = layer.activation == crate::Activation::Tanh;
            sums.statistics(rows.len() * layer.units, is_bounded)
        };
        let layers = activations.iter().zip(mlp.architecture().layers());
        let layers = layers.map(statistics).collect();
        Some(Evaluation::from_parts(mlp.n_classes(), &tally, layers))
    }

    fn work_for(&mut self, mlp: &Mlp) -> &mut Propagation {
        let fits = |(sizes, _): &(Vec<usize>, _)| sizes == mlp.layer_sizes();
        if !self.work.as_ref().is_some_and(fits) {
            self.work = None;
        }
        let (_, propagation) = self.work.get_or_insert_with(|| {
            let sizes = mlp.layer_sizes();
            let propagation = Propagation::new(self.instructions, sizes, block_rows(mlp));
            (sizes.to_vec(), propagation)
        });
        propagation
    }
}

/// What has been measured so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// The sum of the losses.
    pub(crate) loss: f64,
    /// Counts by true class, then by the class that the network gives.
    pub(crate) counts: [[u32; MAX_CLASSES]; MAX_CLASSES],
    pub(crate) n_samples: usize,
}

impl Tally {
    /// Measures one block of samples more.
    pub(crate) fn add(
        &mut self,
        propagation: &mut Propagation,
        mlp: &Mlp,
        samples: &Samples,
        block: &Range<usize>,
    ) {
        let (loss, predicted) = propagation.measure(mlp, samples, block);
        self.loss += f64::from(loss);
        for (row, &class) in block.clone().zip(predicted) {
            self.counts[samples.label(row)][class as usize] += 1;
        }
        self.n_samples += block.len();
    }

    /// The mean loss, 0 or more; infinite if the logits overflow, but never NaN.
    pub(crate) fn mean_loss(&self) -> f64 {
        match self.loss / self.n_samples as f64 {
            // Infinities cancelled on the way.
            loss if loss.is_nan() => f64::INFINITY,
            // Rounding must not make a perfect fit look better than perfect.
            loss => loss.max(0.0),
        }
    }

    /// The share of samples whose own class is the one that the network gives.
    pub(crate) fn accuracy(&self) -> f64 {
        let correct: u32 = (0..MAX_CLASSES).map(|k| self.counts[k][k]).sum();
        f64::from(correct) / self.n_samples as f64
    }
}

/// Sums over the activations of a layer.
#[derive(Clone, Copy, Default)]
struct LayerSums {
    sum: f64,
    sum_of_squares: f64,
    n_zero: f64,
    n_saturated: f64,
}

impl LayerSums {
    fn add(&mut self, propagation: &Propagation, layer: usize, n_rows: usize) {
        let activations = propagation.activations(layer);
        let statistics = ColumnStatistics {
            values: activations,
            n_rows,
            threshold: ActivationStatistics::SATURATED,
        };
        let [sum, sum_of_squares, n_zero, n_saturated] = dispatch(propagation.arch(), statistics);
        self.sum += f64::from(sum);
        self.sum_of_squares += f64::from(sum_of_squares);
        self.n_zero += f64::from(n_zero);
        self.n_saturated += f64::from(n_saturated);
    }

    fn statistics(&self, n_values: usize, is_bounded: bool) -> ActivationStatistics {
        let n = n_values as f64;
        let mean = self.sum / n;
        let variance = self.sum_of_squares / n - mean * mean;
        let n_saturated = if is_bounded { self.n_saturated } else { 0.0 };
        ActivationStatistics {
            mean: mean as f32,
            standard_deviation: variance.max(0.0).sqrt() as f32,
            zero_share: (self.n_zero / n) as f32,
            saturated_share: (n_saturated / n) as f32,
        }
    }
}
