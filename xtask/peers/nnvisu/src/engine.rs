//! The workloads, done by nnvisu-core.

use std::time::Duration;

use anyhow::Result;
use bench_protocol::{Measurement, Task, Workload, repeat};
use nnvisu_core::{
    Architecture, BatchSize, Checkpoint, Dataset, Dropout, Grid, HiddenLayers, InstructionSet,
    Label, LearningRate, Mlp, OptimizerKind, Point, Rasterizer, Trainer, TrainingConfig,
};

use crate::definitions::seeds;

/// Does `work` for at least that long.
pub(crate) fn measure(
    work: &Workload,
    instructions: InstructionSet,
    at_least: Duration,
) -> Result<Measurement> {
    match &work.task {
        Task::Train { n_steps, .. } => {
            let mut fresh = trainer(work)?;
            fresh.set_instruction_set(instructions);
            let (time, loss) = repeat(
                at_least,
                *n_steps,
                || Ok(fresh.clone()),
                |trainer| {
                    let mut loss = f32::NAN;
                    for _ in 0..*n_steps {
                        loss = trainer.train_step()?;
                    }
                    Ok(loss)
                },
            )?;
            Ok(Measurement {
                time,
                result: vec![loss],
            })
        }
        Task::Map { side } => {
            let mlp = mlp(work)?;
            let grid = Grid::new(*side, *side)?;
            let mut rasterizer = Rasterizer::with_instruction_set(instructions);
            let mut planes = Vec::new();
            let (time, ()) = repeat(
                at_least,
                1,
                || Ok(()),
                |()| {
                    rasterizer.posteriors(&mlp, grid, &mut planes);
                    Ok(())
                },
            )?;
            Ok(Measurement {
                time,
                result: samples(&planes, side * side),
            })
        }
    }
}

/// The posteriors at 64 places of the map, class after class for each.
fn samples(planes: &[u8], n_pixels: usize) -> Vec<f32> {
    (0..64)
        .map(|i| i * (n_pixels - 1) / 63)
        .flat_map(|pixel| planes.iter().skip(pixel).step_by(n_pixels))
        .map(|&byte| f32::from(byte) / 255.0)
        .collect()
}

fn architecture(work: &Workload) -> Result<Architecture> {
    let sizes = &work.layer_sizes;
    let hidden_layers = HiddenLayers::new(sizes[1..sizes.len() - 1].to_vec())?;
    let activation = work.activation.parse()?;
    let architecture = Architecture::uniform(&hidden_layers, activation, Dropout::default());
    Ok(architecture.with_outputs(sizes[sizes.len() - 1])?)
}

fn mlp(work: &Workload) -> Result<Mlp> {
    Ok(Mlp::from_parameters(architecture(work)?, &work.parameters)?)
}

/// A trainer at the beginning of the run that `work` describes.
fn trainer(work: &Workload) -> Result<Trainer> {
    let Task::Train {
        points,
        labels,
        optimizer,
        learning_rate,
        batches,
        ..
    } = &work.task
    else {
        anyhow::bail!("{} does not train", work.name);
    };
    let optimizer: OptimizerKind = optimizer.parse()?;
    let training = TrainingConfig {
        optimizer,
        learning_rate: LearningRate::new(*learning_rate)?,
        batch_size: BatchSize::new(batches.first().map_or(0, Vec::len) as u32)?,
        ..TrainingConfig::default()
    };
    let parameters = work.parameters.clone();
    let start = Checkpoint::at_start(architecture(work)?, parameters, optimizer, seeds());
    let points = points
        .iter()
        .zip(labels)
        .map(|(&[x, y], &label)| Ok(Point::new(x, y, Label::new(label)?)?))
        .collect::<Result<_>>()?;
    Ok(Trainer::restore(training, Dataset::new(points), &start)?)
}
