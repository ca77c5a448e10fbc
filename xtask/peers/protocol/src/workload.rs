//! The file of workloads: everything a program needs in order to do the same work as the others.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// One piece of work: a network, and what is to be done with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Workload {
    /// `T1` to `T4`, `R1` to `R3`.
    pub name: String,
    /// What it is, for a person.
    pub title: String,
    /// `[2, hidden…, classes]`.
    pub layer_sizes: Vec<usize>,
    /// After each hidden layer: `tanh` or `relu`.
    pub activation: String,
    /// The parameters to begin with, layer after layer: the weights (out × in, column-major), then
    /// the biases.
    pub parameters: Vec<f32>,
    /// What to do.
    pub task: Task,
    /// The least arithmetic for one step or one map.
    pub arithmetic: Arithmetic,
}

/// What is done with the network.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Task {
    /// Train it. The time is that of one step, out of `n_steps` from the parameters above.
    Train {
        /// The points, x and y.
        points: Vec<[f32; 2]>,
        /// Their classes.
        labels: Vec<u8>,
        /// `adam` or `sgd`.
        optimizer: String,
        /// Its learning rate.
        learning_rate: f32,
        /// The indices of each step's points, for those who do not draw them themselves; empty
        /// when every step takes all points.
        batches: Vec<Vec<u32>>,
        /// The length of the run.
        n_steps: u64,
    },
    /// Compute the posteriors of its classes on a grid over [-1, 1]², both ends included, rows
    /// from y = +1 down.
    Map {
        /// Samples per row and per column.
        side: usize,
    },
}

/// An amount of arithmetic.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Arithmetic {
    /// Additions and multiplications.
    pub flops: f64,
    /// Values of tanh and exp.
    pub elementary_functions: f64,
}

impl Arithmetic {
    /// What `n_samples` samples cost: two flops per weight forward and, when training, four back;
    /// one function per tanh unit and per softmax output. Biases, ReLU, loss and optimizer are
    /// left out: this is a floor.
    #[must_use]
    pub fn of(layer_sizes: &[usize], activation: &str, n_samples: usize, trains: bool) -> Self {
        let n_weights: usize = layer_sizes.windows(2).map(|n| n[0] * n[1]).sum();
        let n_hidden: usize = layer_sizes[1..layer_sizes.len() - 1].iter().sum();
        let n_classes = layer_sizes[layer_sizes.len() - 1];
        let n_functions = n_classes + if activation == "relu" { 0 } else { n_hidden };
        let flops_per_weight = if trains { 6.0 } else { 2.0 };
        Self {
            flops: flops_per_weight * (n_weights * n_samples) as f64,
            elementary_functions: (n_functions * n_samples) as f64,
        }
    }
}

impl Workload {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn read_all(path: &Path) -> Result<Vec<Self>> {
        let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
        serde_json::from_reader(BufReader::new(file))
            .with_context(|| format!("reading {}", path.display()))
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write_all(workloads: &[Self], path: &Path) -> Result<()> {
        let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
        let mut out = BufWriter::new(file);
        serde_json::to_writer(&mut out, workloads)?;
        Ok(out.flush()?)
    }

    /// The parameters of each layer: (in, out, weights out × in column-major, biases).
    pub fn layers(&self) -> impl Iterator<Item = (usize, usize, &[f32], &[f32])> {
        let mut rest = &self.parameters[..];
        self.layer_sizes.windows(2).map(move |sizes| {
            let (n_in, n_out) = (sizes[0], sizes[1]);
            let (layer, after) = rest.split_at(n_out * (n_in + 1));
            rest = after;
            let (weights, biases) = layer.split_at(n_out * n_in);
            (n_in, n_out, weights, biases)
        })
    }
}
