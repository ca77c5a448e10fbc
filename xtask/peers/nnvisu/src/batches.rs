//! Which points the engine's mini-batches hold, so that the peers can train on the very same.

use anyhow::{Result, ensure};
use nnvisu_core::{
    Architecture, BatchSize, Checkpoint, Dataset, HiddenLayers, Label, LearningRate, OptimizerKind,
    Point, Seeds, Trainer, TrainingConfig,
};

/// The indices of the points of each of the first `n_steps` batches.
///
/// A batch is a function of its seed, its step, the number of points and the batch size, not of
/// the points themselves; the engine does not show it. So ask it about one point after the other:
/// a network that is certain of class 0 everywhere, and does not learn, has a loss just when the
/// only point of class 1 is in the batch.
pub(crate) fn batches(
    n_points: usize,
    batch_size: usize,
    n_steps: u64,
    seeds: Seeds,
) -> Result<Vec<Vec<u32>>> {
    let training = TrainingConfig {
        optimizer: OptimizerKind::Sgd,
        learning_rate: LearningRate::new(f32::MIN_POSITIVE)?,
        batch_size: BatchSize::new(batch_size as u32)?,
        ..TrainingConfig::default()
    };
    let network = Architecture::default().with_hidden_layers(&HiddenLayers::none());
    let parameters = vec![0.0, 0.0, 0.0, 0.0, 20.0, -20.0];
    let certain = Checkpoint::at_start(network, parameters, OptimizerKind::Sgd, seeds);
    let mut batches = vec![Vec::with_capacity(batch_size); n_steps as usize];
    for asked in 0..n_points {
        let points = (0..n_points)
            .map(|index| Ok(Point::new(0.0, 0.0, Label::new(u8::from(index == asked))?)?))
            .collect::<Result<_>>()?;
        let data = Dataset::new(points);
        let mut trainer = Trainer::restore(training, data, &certain)?;
        for batch in &mut batches {
            if trainer.train_step()? > 1.0 {
                batch.push(asked as u32);
            }
        }
    }
    ensure!(
        batches.iter().all(|batch| batch.len() == batch_size),
        "the engine's batches could not be found out"
    );
    Ok(batches)
}
