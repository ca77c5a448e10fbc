//! Session files (`.nnvisu`): a whole training run, to be continued later, here or in the page.
//!
//! # Format, version 2
//!
//! One JSON object in UTF-8. Every field is there, and no other:
//!
//! | field | what |
//! | --- | --- |
//! | `format` | `"nnvisu-session"` |
//! | `version` | `2` |
//! | `architecture` | `{features: ["x", "y"], layers: [{units: 10, activation: "tanh", dropout: 0}, …], outputs: 2}` |
//! | `training` | `{optimizer: "adam", learning_rate: 0.01, weight_decay: 0, batch_size: 0}` |
//! | `seeds` | `{init, batches, dropout}`: whole numbers; programs that keep numbers as doubles need them below 2⁵³ |
//! | `points` | `[[x, y, label], …]` |
//! | `checkpoint` | `null`: fresh weights from the seeds; else the object below |
//!
//! | field of `checkpoint` | what |
//! | --- | --- |
//! | `step`, `epoch`, `epoch_position` | optimizer steps made, the epoch of the next one (from 0), points of it that have been used |
//! | `diverged` | whether the run has gone back to `last_good` and makes no step for now |
//! | `parameters` | as in [`Mlp::parameters`](crate::Mlp::parameters): base64 (with padding) of little-endian single-precision numbers |
//! | `checksum` | [`checksum`](super::checksum) of the parameters, eight lower-case hexadecimal digits |
//! | `optimizer` | `{kind, steps, row_steps, slots}`: steps of the hidden layers, and of each output unit; a list like `parameters` for each slot |
//! | `absent_rows` | `[{class, parameters, slots, steps}, …]`: output units of classes that are not among the points |
//! | `last_good` | `null`, or `{parameters, step, epoch, epoch_position, loss, lowest_loss}`, the losses `null` where the points have changed since |
//!
//! They are those of [`Checkpoint`].
//!
//! Version 1 has other fields; it is read as a run that began with its points and settings:
//! `network`, `{hidden_layers: [10, 5], activation: "tanh", dropout: 0}`, in place of
//! `architecture`, and in `checkpoint` `step`, `n_classes`, `parameters`, `checksum` and
//! `optimizer`, `{kind, steps, first_moment, second_moment}`, the moments `""` where there are none.
//!
//! Settings and numbers are written as everywhere in this crate's `serde` feature. If the points
//! have another number of classes than the network, its output layer follows them when the file is
//! read, as in [`Trainer::restore`].

mod version_1;

use super::floats::Floats;
use super::{MAX_BYTES, MAX_POINTS, checksum_of, json_of};
use crate::{
    AbsentRow, Architecture, Checkpoint, Dataset, InvalidCheckpoint, Label, LastGood,
    OptimizerKind, OptimizerState, Point, Seeds, Trainer, TrainingConfig,
};
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// What `format` says.
const FORMAT: &str = "nnvisu-session";

/// The version that [`write()`] writes. [`read`] reads it and all before it.
pub const VERSION: u64 = 2;

/// Most steps that a file can tell of: 2⁵³ − 1, what programs that keep numbers as doubles count to.
const MAX_STEPS: u64 = (1 << 53) - 1;

/// Why bytes are not a session file.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSession {
    /// It is larger than [`MAX_BYTES`].
    #[error("The file is larger than {} MiB", MAX_BYTES / (1024 * 1024))]
    TooLarge,
    /// It is something else.
    #[error("The file is not an nnvisu session")]
    NotASession,
    /// A newer nnvisu wrote it.
    #[error(
        "The session file has format version {0}, and this nnvisu reads up to {VERSION}: \
         a newer nnvisu can open it"
    )]
    Newer(u64),
    /// The bytes are not the ones that were written: cut short, or with other parts than there
    /// must be.
    #[error("The session file is damaged or incomplete: {0}")]
    Damaged(String),
    /// It has more points than [`MAX_POINTS`].
    #[error("The session file has {0} points, and at most {MAX_POINTS} are possible")]
    TooManyPoints(usize),
    /// The weights are not the ones that were written.
    #[error(
        "The session file is damaged: its weights have the checksum {actual:08x}, \
         but {stated} was written with them"
    )]
    Checksum {
        /// Of the weights as they are.
        actual: u32,
        /// What the file says.
        stated: String,
    },
    /// Weights or optimizer do not fit the network.
    #[error("The session file is damaged. {0}")]
    Checkpoint(#[from] InvalidCheckpoint),
}

impl InvalidSession {
    fn damaged(error: impl Display) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// Just enough to tell what file it is. Later versions keep these two.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u64,
}

/// Version 2.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u64,
    architecture: Architecture,
    training: TrainingConfig,
    seeds: Seeds,
    points: Vec<(f32, f32, Label)>,
    /// Not left out where there is none: a missing field is a damaged file.
    #[serde(deserialize_with = "Option::deserialize")]
    checkpoint: Option<StoredCheckpoint>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredCheckpoint {
    step: u64,
    epoch: u64,
    epoch_position: u64,
    diverged: bool,
    parameters: Floats,
    checksum: String,
    optimizer: StoredOptimizer,
    absent_rows: Vec<StoredRow>,
    #[serde(deserialize_with = "Option::deserialize")]
    last_good: Option<StoredLastGood>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredOptimizer {
    kind: OptimizerKind,
    steps: u64,
    row_steps: Vec<u64>,
    slots: Vec<Floats>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredRow {
    class: usize,
    parameters: Floats,
    slots: Vec<Floats>,
    steps: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredLastGood {
    parameters: Floats,
    step: u64,
    epoch: u64,
    epoch_position: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    loss: Option<f32>,
    #[serde(deserialize_with = "Option::deserialize")]
    lowest_loss: Option<f32>,
}

/// Reads a session file: a run that continues bit for bit like the one that was written.
///
/// # Errors
///
/// [`InvalidSession`] unless it is a session file of a known version, whole and consistent.
pub fn read(bytes: &[u8]) -> Result<Trainer, InvalidSession> {
    if bytes.len() > MAX_BYTES {
        return Err(InvalidSession::TooLarge);
    }
    let header: Header = serde_json::from_slice(bytes).map_err(|error| {
        if super::begins_with_format(bytes, FORMAT) {
            InvalidSession::damaged(error)
        } else {
            InvalidSession::NotASession
        }
    })?;
    if header.format != FORMAT {
        return Err(InvalidSession::NotASession);
    }
    if header.version > VERSION {
        return Err(InvalidSession::Newer(header.version));
    }
    if header.version == 0 {
        return Err(InvalidSession::damaged("there is no version 0"));
    }
    let file = if header.version == 1 {
        version_1::read(bytes)?
    } else {
        serde_json::from_slice(bytes).map_err(InvalidSession::damaged)?
    };
    file.into_trainer()
}

/// Writes a session file, one point in a line.
#[must_use]
pub fn write(trainer: &Trainer) -> Vec<u8> {
    let point = |point: &Point| (point.x(), point.y(), point.label());
    let points: Vec<String> = trainer
        .data()
        .points()
        .iter()
        .map(|p| json_of(&point(p)))
        .collect();
    let points = match &points[..] {
        [] => "[]".to_owned(),
        points => format!("[\n    {}\n  ]", points.join(",\n    ")),
    };
    let checkpoint = trainer.checkpoint();
    format!(
        r#"{{
  "format": {},
  "version": {},
  "architecture": {},
  "training": {},
  "seeds": {},
  "points": {points},
  "checkpoint": {}
}}
"#,
        json_of(&FORMAT),
        json_of(&VERSION),
        json_of(&checkpoint.architecture),
        json_of(trainer.training_config()),
        json_of(trainer.seeds()),
        json_of(&StoredCheckpoint::of(checkpoint)),
    )
    .into_bytes()
}

impl File {
    fn into_trainer(self) -> Result<Trainer, InvalidSession> {
        if self.points.len() > MAX_POINTS {
            return Err(InvalidSession::TooManyPoints(self.points.len()));
        }
        let points: Result<Dataset, _> = self
            .points
            .into_iter()
            .map(|(x, y, label)| Point::new(x, y, label))
            .collect();
        let data = points.map_err(InvalidSession::damaged)?;
        let Some(stored) = self.checkpoint else {
            return Ok(Trainer::new(
                self.architecture,
                self.training,
                self.seeds,
                data,
            ));
        };
        let checkpoint = stored.into_checkpoint(self.architecture, self.seeds)?;
        Ok(Trainer::restore(self.training, data, &checkpoint)?)
    }
}

impl StoredCheckpoint {
    fn of(checkpoint: Checkpoint) -> Self {
        let optimizer = checkpoint.optimizer;
        let absent_rows = checkpoint.absent_rows.into_iter();
        Self {
            step: checkpoint.step,
            epoch: checkpoint.epoch,
            epoch_position: checkpoint.epoch_position,
            diverged: checkpoint.diverged,
            checksum: format!("{:08x}", checksum_of(&checkpoint.parameters)),
            parameters: Floats(checkpoint.parameters),
            optimizer: StoredOptimizer {
                kind: optimizer.kind,
                steps: optimizer.steps,
                row_steps: optimizer.row_steps,
                slots: stored_slots(optimizer.slots),
            },
            absent_rows: absent_rows
                .map(|row| StoredRow {
                    class: row.class,
                    parameters: Floats(row.parameters),
                    slots: stored_slots(row.slots),
                    steps: row.steps,
                })
                .collect(),
            last_good: checkpoint.last_good.map(|good| StoredLastGood {
                parameters: Floats(good.parameters),
                step: good.step,
                epoch: good.epoch,
                epoch_position: good.epoch_position,
                loss: good.loss,
                lowest_loss: good.lowest_loss,
            }),
        }
    }

    fn into_checkpoint(
        self,
        architecture: Architecture,
        seeds: Seeds,
    ) -> Result<Checkpoint, InvalidSession> {
        let actual = checksum_of(&self.parameters.0);
        if format!("{actual:08x}") != self.checksum {
            return Err(InvalidSession::Checksum {
                actual,
                stated: format!("\"{}\"", crate::Quoted::new(&self.checksum)),
            });
        }
        if self.largest_count() > MAX_STEPS {
            return Err(InvalidSession::damaged("its number of steps is impossible"));
        }
        let absent_rows = self.absent_rows.into_iter();
        Ok(Checkpoint {
            architecture,
            parameters: self.parameters.0,
            optimizer: OptimizerState {
                kind: self.optimizer.kind,
                steps: self.optimizer.steps,
                row_steps: self.optimizer.row_steps,
                slots: plain_slots(self.optimizer.slots),
            },
            step: self.step,
            epoch: self.epoch,
            epoch_position: self.epoch_position,
            seeds,
            absent_rows: absent_rows
                .map(|row| AbsentRow {
                    class: row.class,
                    parameters: row.parameters.0,
                    slots: plain_slots(row.slots),
                    steps: row.steps,
                })
                .collect(),
            last_good: self.last_good.map(|good| LastGood {
                parameters: good.parameters.0,
                step: good.step,
                epoch: good.epoch,
                epoch_position: good.epoch_position,
                loss: good.loss,
                lowest_loss: good.lowest_loss,
            }),
            diverged: self.diverged,
        })
    }

    /// The largest of all numbers of steps, epochs and points.
    fn largest_count(&self) -> u64 {
        let optimizer = &self.optimizer;
        let good = self.last_good.iter();
        let counts = [self.step, self.epoch, self.epoch_position, optimizer.steps]
            .into_iter()
            .chain(optimizer.row_steps.iter().copied())
            .chain(self.absent_rows.iter().map(|row| row.steps))
            .chain(good.flat_map(|good| [good.step, good.epoch, good.epoch_position]));
        counts.max().unwrap_or(0)
    }
}

fn stored_slots(slots: Vec<Vec<f32>>) -> Vec<Floats> {
    slots.into_iter().map(Floats).collect()
}

fn plain_slots(slots: Vec<Floats>) -> Vec<Vec<f32>> {
    slots.into_iter().map(|slot| slot.0).collect()
}
