//! What is measured: a network, its training and its points, named by their sizes.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Bencher;
use nnvisu_core::{
    Activation, Architecture, BatchSize, ClassCount, Dataset, Distribution, Dropout, HiddenLayers,
    OptimizerKind, Seeds, Trainer, TrainingConfig, generate_seeded,
};

/// After this many steps a run starts anew from its first weights. Otherwise a fast engine would
/// mostly measure a network that has long learnt all there is.
const STEPS_PER_RUN: u64 = 500;

/// A training run.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    pub(crate) n_points: usize,
    pub(crate) n_classes: usize,
    pub(crate) hidden_layers: &'static [usize],
    pub(crate) activation: Activation,
    pub(crate) optimizer: OptimizerKind,
    /// 0 is all points.
    pub(crate) batch_size: u32,
    pub(crate) dropout: f32,
}

/// The program's ordinary case, and its own default network.
pub(crate) const T1: Work = Work {
    n_points: 200,
    n_classes: 2,
    hidden_layers: &[10, 5],
    activation: Activation::Tanh,
    optimizer: OptimizerKind::Adam,
    batch_size: 0,
    dropout: 0.0,
};

/// Many classes and a middling network.
pub(crate) const T2: Work = Work {
    n_points: 1_000,
    n_classes: 8,
    hidden_layers: &[32, 32],
    activation: Activation::Relu,
    ..T1
};

/// The largest network there is.
pub(crate) const T3: Work = Work {
    n_points: 1_000,
    n_classes: 3,
    hidden_layers: &[100; 10],
    ..T1
};

/// The smallest steps: next to no arithmetic.
pub(crate) const T4: Work = Work {
    n_points: 500,
    hidden_layers: &[4, 2],
    optimizer: OptimizerKind::Sgd,
    batch_size: 10,
    ..T1
};

impl Work {
    /// The points that one step looks at.
    pub(crate) fn points_per_step(&self) -> u64 {
        match self.batch_size {
            0 => self.n_points as u64,
            n => u64::from(n),
        }
    }

    /// The number of weights, biases not counted.
    pub(crate) fn n_weights(&self) -> u64 {
        let ends = [&[2], self.hidden_layers, &[self.n_classes]].concat();
        ends.windows(2).map(|n| (n[0] * n[1]) as u64).sum()
    }

    /// A trainer at step 0.
    pub(crate) fn trainer(&self) -> Trainer {
        let network = Architecture::uniform(
            &HiddenLayers::new(self.hidden_layers.to_vec()).expect("the sizes are allowed"),
            self.activation,
            Dropout::new(self.dropout).expect("below 1"),
        );
        let training = TrainingConfig {
            optimizer: self.optimizer,
            batch_size: BatchSize::new(self.batch_size).expect("small enough"),
            ..TrainingConfig::default()
        };
        Trainer::new(network, training, Seeds::from_master(1), self.data())
    }

    fn data(&self) -> Dataset {
        let distribution = match self.n_classes {
            2 => Distribution::Moons,
            _ => Distribution::Blobs,
        };
        let classes = ClassCount::new(self.n_classes).expect("2 to 8 classes");
        generate_seeded(distribution, classes, self.n_points, 1)
    }
}

/// The sizes, as in `200-points-2-10-5-2-tanh-adam`.
impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-points-2", self.n_points)?;
        match self.hidden_layers {
            [first, .., _] if self.hidden_layers.len() > 3 => {
                write!(f, "-{}x{first}", self.hidden_layers.len())?;
            }
            sizes => sizes.iter().try_for_each(|size| write!(f, "-{size}"))?,
        }
        write!(
            f,
            "-{}-{}-{}",
            self.n_classes, self.activation, self.optimizer
        )?;
        if self.batch_size > 0 {
            write!(f, "-batch-{}", self.batch_size)?;
        }
        if self.dropout > 0.0 {
            write!(f, "-dropout-{}", self.dropout)?;
        }
        Ok(())
    }
}

/// Measures steps of `work`, starting over now and then outside the clock.
pub(crate) fn measure_steps(bencher: &mut Bencher<'_>, work: &Work) {
    let fresh = work.trainer();
    bencher.iter_custom(|n_steps| {
        let mut elapsed = Duration::ZERO;
        let mut left = n_steps;
        while left > 0 {
            let n = left.min(STEPS_PER_RUN);
            let mut trainer = fresh.clone();
            let start = Instant::now();
            for _ in 0..n {
                black_box(trainer.train_step()).expect("the run converges");
            }
            elapsed += start.elapsed();
            left -= n;
        }
        elapsed
    });
}
