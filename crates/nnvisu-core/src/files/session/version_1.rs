//! Session files of version 1: one activation and one dropout for all hidden layers, and batches that
//! were drawn anew in each step.

use super::{File, InvalidSession, StoredCheckpoint, StoredOptimizer};
use crate::files::floats::Floats;
use crate::{
    Activation, Architecture, Dropout, HiddenLayers, Label, OptimizerKind, Seeds, TrainingConfig,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OldFile {
    format: String,
    version: u64,
    network: Network,
    training: TrainingConfig,
    seeds: Seeds,
    points: Vec<(f32, f32, Label)>,
    #[serde(deserialize_with = "Option::deserialize")]
    checkpoint: Option<OldCheckpoint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    hidden_layers: HiddenLayers,
    activation: Activation,
    dropout: Dropout,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OldCheckpoint {
    step: u64,
    n_classes: usize,
    parameters: Floats,
    checksum: String,
    optimizer: OldOptimizer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OldOptimizer {
    kind: OptimizerKind,
    steps: u64,
    first_moment: Floats,
    second_moment: Floats,
}

/// Reads a file of version 1 as one of version 2.
pub(super) fn read(bytes: &[u8]) -> Result<File, InvalidSession> {
    let old: OldFile = serde_json::from_slice(bytes).map_err(InvalidSession::damaged)?;
    let Network {
        hidden_layers,
        activation,
        dropout,
    } = old.network;
    let mut architecture = Architecture::uniform(&hidden_layers, activation, dropout);
    if let Some(checkpoint) = &old.checkpoint {
        architecture = architecture
            .with_outputs(checkpoint.n_classes)
            .map_err(InvalidSession::damaged)?;
    }
    let (n_points, batch_size) = (old.points.len(), old.training.batch_size);
    let upgrade = |checkpoint: OldCheckpoint| {
        let optimizer = checkpoint.optimizer;
        // A moment that the optimizer does not use is empty.
        let moments = [optimizer.first_moment, optimizer.second_moment].into_iter();
        let (epoch, epoch_position) = batch_size.position_after(checkpoint.step, n_points);
        StoredCheckpoint {
            step: checkpoint.step,
            epoch,
            epoch_position,
            diverged: false,
            parameters: checkpoint.parameters,
            checksum: checkpoint.checksum,
            optimizer: StoredOptimizer {
                kind: optimizer.kind,
                steps: optimizer.steps,
                row_steps: vec![optimizer.steps; checkpoint.n_classes],
                slots: moments.filter(|moment| !moment.0.is_empty()).collect(),
            },
            absent_rows: Vec::new(),
            last_good: None,
        }
    };
    Ok(File {
        format: old.format,
        version: old.version,
        architecture,
        training: old.training,
        seeds: old.seeds,
        points: old.points,
        checkpoint: old.checkpoint.map(upgrade),
    })
}
