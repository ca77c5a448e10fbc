//! The workloads themselves: data, first weights and settings, all from fixed seeds.

use anyhow::Result;
use bench_protocol::{Arithmetic, Task, Workload};
use nnvisu_core::{
    Activation, Architecture, BatchSize, ClassCount, Dataset, Distribution, Dropout, HiddenLayers,
    LearningRate, OptimizerKind, Seeds, Trainer, TrainingConfig, generate_seeded,
};

use crate::batches::batches;

/// Data come from this seed, all else from [`seeds`].
const DATA_SEED: u64 = 1;

/// Maps are of networks that have learnt for this many steps: not at random any more, not yet
/// certain everywhere.
const N_STEPS_BEFORE_PICTURE: u64 = 50;

/// The seeds of every run.
pub(crate) fn seeds() -> Seeds {
    Seeds::from_master(1)
}

/// The network, data and settings of a training workload.
struct Definition {
    n_points: usize,
    n_classes: usize,
    hidden_layers: &'static [usize],
    activation: Activation,
    optimizer: OptimizerKind,
    batch_size: usize,
    /// Enough that no program measures its own start of a run, so few that rounding does not
    /// drive the programs' results apart.
    n_steps: u64,
}

const T1: Definition = Definition {
    n_points: 200,
    n_classes: 2,
    hidden_layers: &[10, 5],
    activation: Activation::Tanh,
    optimizer: OptimizerKind::Adam,
    batch_size: 0,
    n_steps: 1_000,
};

const T2: Definition = Definition {
    n_points: 1_000,
    n_classes: 8,
    hidden_layers: &[32, 32],
    activation: Activation::Relu,
    n_steps: 100,
    ..T1
};

const T3: Definition = Definition {
    n_points: 1_000,
    n_classes: 3,
    hidden_layers: &[100; 10],
    n_steps: 30,
    ..T1
};

const T4: Definition = Definition {
    n_points: 500,
    hidden_layers: &[4, 2],
    optimizer: OptimizerKind::Sgd,
    batch_size: 10,
    n_steps: 1_000,
    ..T1
};

/// T1–T4 and R1–R3.
pub(crate) fn all() -> Result<Vec<Workload>> {
    Ok(vec![
        training("T1", &T1)?,
        training("T2", &T2)?,
        training("T3", &T3)?,
        training("T4", &T4)?,
        map("R1", 100, &T1, "T1")?,
        map("R2", 256, &T2, "T2")?,
        map("R3", 256, &T3, "T3")?,
    ])
}

fn training(name: &str, definition: &Definition) -> Result<Workload> {
    let trainer = definition.trainer()?;
    let layer_sizes = trainer.mlp().layer_sizes().to_vec();
    let points = trainer.data().points();
    let batch = trainer.training_config().batch_size.resolve(points.len());
    let title = format!(
        "{} points, {}, {}, {}, {}",
        points.len(),
        shape(&layer_sizes),
        definition.activation,
        definition.optimizer,
        if batch < points.len() {
            format!("batch {batch}")
        } else {
            "full batch".to_owned()
        }
    );
    let task = Task::Train {
        points: points.iter().map(|point| [point.x(), point.y()]).collect(),
        labels: points.iter().map(|point| point.label().get()).collect(),
        optimizer: definition.optimizer.to_string(),
        learning_rate: trainer.training_config().learning_rate.get(),
        batches: if batch < points.len() {
            batches(points.len(), batch, definition.n_steps, seeds())?
        } else {
            Vec::new()
        },
        n_steps: definition.n_steps,
    };
    let arithmetic = Arithmetic::of(&layer_sizes, definition.activation.name(), batch, true);
    Ok(workload(name, title, &trainer, task, arithmetic))
}

fn map(name: &str, side: usize, definition: &Definition, of: &str) -> Result<Workload> {
    let mut trainer = definition.trainer()?;
    for _ in 0..N_STEPS_BEFORE_PICTURE {
        trainer.train_step()?;
    }
    let layer_sizes = trainer.mlp().layer_sizes();
    let arithmetic = Arithmetic::of(
        layer_sizes,
        definition.activation.name(),
        side * side,
        false,
    );
    let title = format!("{side} × {side} map of {of}'s network");
    Ok(workload(
        name,
        title,
        &trainer,
        Task::Map { side },
        arithmetic,
    ))
}

fn workload(
    name: &str,
    title: String,
    trainer: &Trainer,
    task: Task,
    arithmetic: Arithmetic,
) -> Workload {
    let mlp = trainer.mlp();
    Workload {
        name: name.to_owned(),
        title,
        layer_sizes: mlp.layer_sizes().to_vec(),
        activation: mlp.architecture().activation_names(),
        parameters: mlp.parameters().to_vec(),
        task,
        arithmetic,
    }
}

/// `2-10-5-2`, or `2-10×100-3` for many layers of one size.
fn shape(layer_sizes: &[usize]) -> String {
    match layer_sizes {
        [first, hidden, .., last] if layer_sizes.len() > 6 => {
            format!("{first}-{}×{hidden}-{last}", layer_sizes.len() - 2)
        }
        sizes => sizes
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("-"),
    }
}

impl Definition {
    fn trainer(&self) -> Result<Trainer> {
        let hidden_layers = HiddenLayers::new(self.hidden_layers.to_vec())?;
        let network = Architecture::uniform(&hidden_layers, self.activation, Dropout::default());
        let training = TrainingConfig {
            optimizer: self.optimizer,
            learning_rate: LearningRate::default(),
            batch_size: BatchSize::new(self.batch_size as u32)?,
            ..TrainingConfig::default()
        };
        Ok(Trainer::new(network, training, seeds(), self.data()?))
    }

    fn data(&self) -> Result<Dataset> {
        let distribution = match self.n_classes {
            2 => Distribution::Moons,
            _ => Distribution::Blobs,
        };
        let classes = ClassCount::new(self.n_classes)?;
        Ok(generate_seeded(
            distribution,
            classes,
            self.n_points,
            DATA_SEED,
        ))
    }
}
