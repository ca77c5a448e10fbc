//! What a server says.

use serde::{Deserialize, Serialize};

use crate::architecture::{Architecture, HiddenLayers};
use crate::checkpoint::Checkpoint;
use crate::error::{ErrorCode, RequestError};
use crate::limits::Limits;
use crate::metrics::{InvalidMetrics, Metrics};
use crate::names::Distribution;
use crate::numbers::{ClassCount, Seed, Seeds, StepsPerSecond};
use crate::point::Point;
use crate::settings::Config;
use crate::weights::Weights;

/// A text message from the server and, in version 2, the id of the request it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(type = "{ re?: number, } & Response"))]
pub struct ServerMessage {
    /// Version 2 only: the id of the request that this answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub re: Option<u32>,
    /// The message.
    #[serde(flatten)]
    pub response: Response,
}

impl ServerMessage {
    /// The text to send.
    ///
    /// # Panics
    ///
    /// Never: everything in a response can be written as JSON, and no number in it is NaN or
    /// infinite.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a response is always serialisable")
    }
}

impl From<Response> for ServerMessage {
    fn from(response: Response) -> Self {
        Self { re: None, response }
    }
}

impl From<RequestError> for ServerMessage {
    fn from(error: RequestError) -> Self {
        Self {
            re: error.re,
            response: Response::Error {
                message: error.message,
                code: error.code,
                field: error.field,
            },
        }
    }
}

/// Everything a server can say in text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Response {
    /// The first message of a connection.
    Config {
        /// About the server.
        payload: ServerInfo,
    },
    /// Version 1: where training is. Both versions: the answer to `train_step`.
    StepResult {
        /// Where training is.
        metrics: StepMetrics,
        /// The weights, at most once a second while training, else `null`.
        model: Option<Weights>,
    },
    /// The answer to `update_architecture`.
    ArchitectureSynced {
        /// What is trained now.
        payload: ArchitectureSynced,
    },
    /// The answer to `generate_data`.
    DataGenerated {
        /// The points.
        data: Vec<Point>,
        /// Version 2 only: their shape.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        distribution: Option<Distribution>,
        /// Version 2 only: how many classes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        num_classes: Option<ClassCount>,
        /// Version 2 only: the seed that makes these points again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        seed: Option<Seed>,
    },
    /// A request was refused and changed nothing, or training stopped by itself.
    Error {
        /// For a person.
        message: String,
        /// For a program.
        code: ErrorCode,
        /// Where in the request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        field: Option<String>,
    },
    /// Version 2: a request worked, or the session changed by itself.
    State {
        /// The session as it is now.
        payload: Box<SessionState>,
    },
    /// Version 2: what `restore` needs to continue from here.
    Checkpoint {
        /// To be kept as it is.
        payload: Box<Checkpoint>,
    },
}

/// What the server says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ServerInfo {
    /// The version of the program.
    pub version: String,
    /// Whom to thank.
    pub author: String,
    /// Version 2 only: the limits this server works with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub limits: Option<Limits>,
    /// Version 2 only: which page the server hands out. A page that was handed out under another
    /// name is not the one of this server. Absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub page: Option<String>,
}

/// The metrics of a `step_result`: loss and accuracy over all points with the weights of that
/// step; the step is absent in the answer to `train_step`. Without points the accuracy is `null`
/// and the loss 0: existing clients cannot show a loss that is no number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "WireStepMetrics", into = "WireStepMetrics")]
#[cfg_attr(
    test,
    ts(type = "{ loss: number, accuracy: number | null, step?: number, }")
)]
pub struct StepMetrics {
    /// Loss and accuracy, which stand side by side with the step on the wire.
    pub metrics: Option<Metrics>,
    /// Optimizer steps done; absent in the answer to `train_step`.
    pub step: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct WireStepMetrics {
    loss: f32,
    accuracy: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<u64>,
}

impl TryFrom<WireStepMetrics> for StepMetrics {
    type Error = InvalidMetrics;

    fn try_from(wire: WireStepMetrics) -> Result<Self, InvalidMetrics> {
        let metrics = match wire.accuracy {
            Some(accuracy) => Some(Metrics::new(wire.loss, accuracy)?),
            None if wire.loss == 0.0 => None,
            None => return Err(InvalidMetrics),
        };
        Ok(Self {
            metrics,
            step: wire.step,
        })
    }
}

impl From<StepMetrics> for WireStepMetrics {
    fn from(step_metrics: StepMetrics) -> Self {
        Self {
            loss: step_metrics.metrics.map_or(0.0, Metrics::loss),
            accuracy: step_metrics.metrics.map(Metrics::accuracy),
            step: step_metrics.step,
        }
    }
}

/// The network that was asked for is the one that is trained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ArchitectureSynced {
    /// Always `success`; a network that is refused is answered by `error`.
    pub status: SyncStatus,
    /// The hidden layers that are trained now.
    pub hidden_layers: HiddenLayers,
}

impl ArchitectureSynced {
    /// Confirms these hidden layers.
    #[must_use]
    pub fn new(hidden_layers: HiddenLayers) -> Self {
        Self {
            status: SyncStatus::Success,
            hidden_layers,
        }
    }
}

/// How `update_architecture` went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SyncStatus {
    /// The server trains what was asked for.
    Success,
}

/// A session as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SessionState {
    /// One more each time the weights are thrown away.
    pub generation: u32,
    /// Whether training is on.
    pub running: bool,
    /// Optimizer steps done.
    pub step: u64,
    /// The epoch the run is in, from 0.
    pub epoch: u64,
    /// The settings as configured.
    pub config: Config,
    /// The network as it is trained.
    pub network: Architecture,
    /// The seeds of this run.
    pub seeds: Seeds,
    /// The speed asked for; `null` for as fast as possible.
    pub steps_per_second: Option<StepsPerSecond>,
    /// Number of points.
    pub points: usize,
    /// Number of different classes among the points.
    pub classes: usize,
}

/// The name of every text message of a server.
pub const RESPONSE_TYPES: [&str; 7] = [
    "config",
    "step_result",
    "architecture_synced",
    "data_generated",
    "error",
    "state",
    "checkpoint",
];

/// Reads a text message of a server, for clients. `None` is a message of a type that this
/// version does not know: clients ignore those.
///
/// # Errors
///
/// When the text is not JSON or not of the form that its type asks for.
pub fn parse_response(text: &str) -> Result<Option<ServerMessage>, serde_json::Error> {
    #[derive(Deserialize)]
    struct TypeOnly<'a> {
        #[serde(borrow, rename = "type")]
        name: std::borrow::Cow<'a, str>,
    }
    let name = serde_json::from_str::<TypeOnly<'_>>(text)?.name;
    if !RESPONSE_TYPES.contains(&name.as_ref()) {
        return Ok(None);
    }
    serde_json::from_str(text).map(Some)
}
