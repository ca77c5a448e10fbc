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
//! | `step` | optimizer steps made |
//! | `parameters` | as in [`Mlp::parameters`](crate::Mlp::parameters): base64 (with padding) of little-endian single-precision numbers |
//! | `checksum` | [`checksum`](super::checksum) of the parameters, eight lower-case hexadecimal digits |
//! | `optimizer` | `{kind, steps, first_moment, second_moment}`, the moments like `parameters`, `""` where there are none |
//!
//! Version 1 has `network` in place of `architecture`,
//! `{hidden_layers: [10, 5], activation: "tanh", dropout: 0}`, and the number of outputs as
//! `n_classes` in `checkpoint`.
//!
//! Settings and numbers are written as everywhere in this crate's `serde` feature. If the points
//! have another number of classes than the network, its output layer follows them when the file is
//! read, as in [`Trainer::restore`].

use super::floats::Floats;
use super::{MAX_BYTES, MAX_POINTS, checksum_of, json_of};
use crate::{
    Activation, Architecture, Checkpoint, Dataset, Dropout, HiddenLayers, InvalidCheckpoint, Label,
    OptimizerKind, OptimizerState, Point, Seeds, Trainer, TrainingConfig,
};
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// What `format` says.
const FORMAT: &str = "nnvisu-session";

/// The newest version, which [`write()`] writes where version 1 cannot hold the network. [`read`]
/// reads it and all before it.
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

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u64,
    /// In version 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Network>,
    /// From version 2 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    architecture: Option<Architecture>,
    training: TrainingConfig,
    seeds: Seeds,
    points: Vec<(f32, f32, Label)>,
    /// Not left out where there is none: a missing field is a damaged file.
    #[serde(deserialize_with = "Option::deserialize")]
    checkpoint: Option<StoredCheckpoint>,
}

/// The network of version 1, whose hidden layers have the same activation and dropout.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    hidden_layers: HiddenLayers,
    activation: Activation,
    dropout: Dropout,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredCheckpoint {
    step: u64,
    /// In version 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    n_classes: Option<usize>,
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
    let checkpoint = trainer.checkpoint();
    let network = Network::of(&checkpoint.architecture);
    let (version, network) = match &network {
        Some(network) => (1, format!("\"network\": {}", json_of(network))),
        None => (
            VERSION,
            format!("\"architecture\": {}", json_of(&checkpoint.architecture)),
        ),
    };
    format!(
        r#"{{
  "format": {},
  "version": {version},
  {network},
  "training": {},
  "seeds": {},
  "points": {points},
  "checkpoint": {}
}}
"#,
        json_of(&FORMAT),
        json_of(trainer.training_config()),
        json_of(trainer.seeds()),
        json_of(&StoredCheckpoint::of(checkpoint, version)),
    )
    .into_bytes()
}

impl Network {
    /// The network of version 1 that has this architecture, if there is one.
    fn of(architecture: &Architecture) -> Option<Self> {
        let (activation, dropout) = architecture.uniform_layers()?;
        Some(Self {
            hidden_layers: architecture.hidden_layers(),
            activation,
            dropout,
        })
    }
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
        let architecture = match (self.version, self.network, self.architecture) {
            (1, Some(network), None) => {
                let Network {
                    hidden_layers,
                    activation,
                    dropout,
                } = network;
                Architecture::uniform(&hidden_layers, activation, dropout)
            }
            (2, None, Some(architecture)) => architecture,
            (version, ..) => {
                let field = if version == 1 {
                    "network"
                } else {
                    "architecture"
                };
                let why = format!("version {version} has the field `{field}` and not the other");
                return Err(InvalidSession::Damaged(why));
            }
        };
        let Some(stored) = self.checkpoint else {
            return Ok(Trainer::new(architecture, self.training, self.seeds, data));
        };
        let checkpoint = stored.into_checkpoint(architecture, self.seeds)?;
        let trainer = Trainer::restore(self.training, data, &checkpoint)?;
        Ok(trainer)
    }
}

impl StoredCheckpoint {
    fn of(checkpoint: Checkpoint, version: u64) -> Self {
        let optimizer = checkpoint.optimizer;
        Self {
            step: checkpoint.step,
            n_classes: (version == 1).then(|| checkpoint.architecture.outputs()),
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
        if self.step.max(self.optimizer.steps) > MAX_STEPS {
            return Err(InvalidSession::damaged("its number of steps is impossible"));
        }
        let n_classes = self.n_classes.unwrap_or(architecture.outputs());
        Ok(Checkpoint {
            architecture: architecture
                .with_outputs(n_classes)
                .map_err(InvalidSession::damaged)?,
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
