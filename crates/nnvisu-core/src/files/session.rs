//! Session files (`.nnvisu`): a whole training run, to be continued later, here or in the page.
//!
//! # Format, version 1
//!
//! One JSON object in UTF-8. Every field is there, and no other:
//!
//! | field | what |
//! | --- | --- |
//! | `format` | `"nnvisu-session"` |
//! | `version` | `1` |
//! | `network` | `{hidden_layers: [10, 5], activation: "tanh", dropout: 0}` |
//! | `training` | `{optimizer: "adam", learning_rate: 0.01, weight_decay: 0, batch_size: 0}` |
//! | `seeds` | `{init, batches, dropout}`: whole numbers; programs that keep numbers as doubles need them below 2⁵³ |
//! | `points` | `[[x, y, label], …]` |
//! | `checkpoint` | `null`: fresh weights from the seeds; else the object below |
//!
//! | field of `checkpoint` | what |
//! | --- | --- |
//! | `step` | optimizer steps made |
//! | `n_classes` | output units of the network, 2 to 8 |
//! | `parameters` | as in [`Mlp::parameters`](crate::Mlp::parameters): base64 (with padding) of little-endian single-precision numbers |
//! | `checksum` | [`checksum`](super::checksum) of the parameters, eight lower-case hexadecimal digits |
//! | `optimizer` | `{kind, steps, first_moment, second_moment}`, the moments like `parameters`, `""` where there are none |
//!
//! Settings and numbers are written as everywhere in this crate's `serde` feature. If the points
//! have another number of classes than the network, its output layer follows them when the file is
//! read, as in [`Trainer::restore`].

use super::floats::Floats;
use super::{MAX_BYTES, MAX_POINTS, checksum_of, json_of};
use crate::{
    Checkpoint, Dataset, InvalidCheckpoint, Label, NetworkConfig, OptimizerKind, OptimizerState,
    Point, Seeds, Trainer, TrainingConfig,
};
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// What `format` says.
const FORMAT: &str = "nnvisu-session";

/// The version that [`write()`] writes. [`read`] reads it and all before it.
pub const VERSION: u64 = 1;

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

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u64,
    network: NetworkConfig,
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
    n_classes: usize,
    parameters: Floats,
    checksum: String,
    optimizer: StoredOptimizer,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredOptimizer {
    kind: OptimizerKind,
    steps: u64,
    first_moment: Floats,
    second_moment: Floats,
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
    let file: File = serde_json::from_slice(bytes).map_err(InvalidSession::damaged)?;
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
    format!(
        r#"{{
  "format": {},
  "version": {},
  "network": {},
  "training": {},
  "seeds": {},
  "points": {points},
  "checkpoint": {}
}}
"#,
        json_of(&FORMAT),
        json_of(&VERSION),
        json_of(trainer.network_config()),
        json_of(trainer.training_config()),
        json_of(trainer.seeds()),
        json_of(&StoredCheckpoint::of(trainer.checkpoint())),
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
            return Ok(Trainer::new(self.network, self.training, self.seeds, data));
        };
        let checkpoint = stored.into_checkpoint(&self.network, self.seeds)?;
        let trainer = Trainer::restore(self.network, self.training, data, &checkpoint)?;
        Ok(trainer)
    }
}

impl StoredCheckpoint {
    fn of(checkpoint: Checkpoint) -> Self {
        let optimizer = checkpoint.optimizer;
        Self {
            step: checkpoint.step,
            n_classes: checkpoint.n_classes,
            checksum: format!("{:08x}", checksum_of(&checkpoint.parameters)),
            parameters: Floats(checkpoint.parameters),
            optimizer: StoredOptimizer {
                kind: optimizer.kind,
                steps: optimizer.steps,
                first_moment: Floats(optimizer.first_moment),
                second_moment: Floats(optimizer.second_moment),
            },
        }
    }

    fn into_checkpoint(
        self,
        network: &NetworkConfig,
        seeds: Seeds,
    ) -> Result<Checkpoint, InvalidSession> {
        let actual = checksum_of(&self.parameters.0);
        if format!("{actual:08x}") != self.checksum {
            return Err(InvalidSession::Checksum {
                actual,
                stated: format!("\"{}\"", crate::Quoted::new(&self.checksum)),
            });
        }
        if self.step.max(self.optimizer.steps) > MAX_STEPS {
            return Err(InvalidSession::damaged("its number of steps is impossible"));
        }
        Ok(Checkpoint {
            hidden_layers: network.hidden_layers.clone(),
            n_classes: self.n_classes,
            activation: network.activation,
            parameters: self.parameters.0,
            optimizer: OptimizerState {
                kind: self.optimizer.kind,
                steps: self.optimizer.steps,
                first_moment: self.optimizer.first_moment.0,
                second_moment: self.optimizer.second_moment.0,
            },
            step: self.step,
            seeds,
        })
    }
}
