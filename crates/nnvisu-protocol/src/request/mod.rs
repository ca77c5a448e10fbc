//! What a client can ask for.

mod inspect;
mod parse;
mod refusal;
mod v1;

use serde::{Deserialize, Serialize};

use crate::architecture::HiddenLayers;
use crate::checkpoint::Checkpoint;
use crate::edit::DataEdit;
use crate::names::{Activation, Distribution};
use crate::numbers::{ClassCount, Seed, Seeds, StepsPerSecond};
use crate::objects::only_from_objects;
use crate::point::Point;
use crate::settings::Dropout;
use crate::settings::{Config, ConfigUpdate, present};
use crate::version::ProtocolVersion;
use crate::view::View;
use crate::weights::Weights;

pub use parse::parse_request;

/// A request and, in version 2, the client's own number for it, which its answers carry.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(type = "{ id?: number, } & Request"))]
pub struct Envelope {
    /// Version 2 only: the client's own number for the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    /// The request.
    #[serde(flatten)]
    pub request: Request,
}

impl Envelope {
    /// The text to send.
    ///
    /// # Panics
    ///
    /// Never: everything in a request can be written as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a request is always serialisable")
    }
}

impl From<Request> for Envelope {
    fn from(request: Request) -> Self {
        Self { id: None, request }
    }
}

/// Everything a client can ask for, told apart by `type`. Every value is within its range.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// Start or resume training.
    StartTraining,
    /// Pause; weights and optimizer state are kept.
    StopTraining,
    /// Stop and start again from fresh weights.
    Reset {
        /// Version 2 only: the seeds to use; without them the server draws new ones.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        seeds: Option<Seeds>,
    },
    /// Change some settings.
    UpdateConfig {
        /// The settings to change.
        payload: ConfigUpdate,
    },
    /// Stop; a new network with fresh weights.
    UpdateArchitecture {
        /// The new network.
        payload: NetworkUpdate,
        /// Version 2 only: the seeds to use; without them the server draws new ones.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        seeds: Option<Seeds>,
    },
    /// Replace all points; at most [`Limits::max_points`](crate::Limits::max_points).
    UpdateData {
        /// The points; empty clears them.
        data: Vec<Point>,
    },
    /// Replace the points by generated ones and start from fresh weights.
    GenerateData {
        /// Their shape.
        distribution: Distribution,
        /// How many classes.
        num_classes: ClassCount,
        /// Version 2 only: the seed of the data; without it the server draws a new one.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        seed: Option<Seed>,
    },
    /// One optimizer step that leaves nothing behind on the server.
    TrainStep {
        /// Settings; the ones that are left out have their defaults. With a model its
        /// architecture is that of the model.
        config: Config,
        /// The weights to start from; two empty lists on the wire, here `None`, for fresh ones.
        #[serde(serialize_with = "write_model")]
        #[cfg_attr(test, ts(as = "Weights"))]
        model: Option<Weights>,
        /// The points, at least one.
        data: Vec<Point>,
    },
    /// Version 2: replace everything of the session.
    Restore(Box<Restore>),
    /// Change the speed of training.
    SetSpeed {
        /// The speed; `null` for as fast as possible.
        #[serde(rename = "stepsPerSecond")]
        steps_per_second: Option<StepsPerSecond>,
    },
    /// Version 2: exactly one optimizer step, then pause.
    Step,
    /// Version 2: what the client looks at.
    View(View),
    /// Version 2: change some of the points.
    EditData(DataEdit),
}

/// The network that `update_architecture` asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(remote = "Self")]
pub struct NetworkUpdate {
    /// The hidden layers.
    pub hidden_layers: HiddenLayers,
    /// The activation, if it changes.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(test, ts(optional))]
    pub activation: Option<Activation>,
    /// The dropout, if it changes.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(test, ts(optional))]
    pub dropout: Option<Dropout>,
}
only_from_objects!(NetworkUpdate);

/// Everything that makes a session. What may be left out has its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Restore {
    /// The settings.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<ConfigUpdate>", optional))]
    pub config: Config,
    /// The points.
    pub data: Vec<Point>,
    /// The run to continue, its parts fitting each other; without one, fresh weights.
    #[serde(default)]
    #[cfg_attr(test, ts(optional = nullable))]
    pub checkpoint: Option<Checkpoint>,
    /// The seeds for fresh weights; without them the server draws new ones.
    #[serde(default)]
    #[cfg_attr(test, ts(optional = nullable))]
    pub seeds: Option<Seeds>,
    /// The speed; without one, as fast as possible.
    #[serde(default)]
    #[cfg_attr(test, ts(optional = nullable))]
    pub steps_per_second: Option<StepsPerSecond>,
}

/// The name of every request on the wire and the version that brought it.
pub const REQUEST_TYPES: [(&str, ProtocolVersion); 13] = [
    ("start_training", ProtocolVersion::V1),
    ("stop_training", ProtocolVersion::V1),
    ("reset", ProtocolVersion::V1),
    ("update_config", ProtocolVersion::V1),
    ("update_architecture", ProtocolVersion::V1),
    ("update_data", ProtocolVersion::V1),
    ("generate_data", ProtocolVersion::V1),
    ("train_step", ProtocolVersion::V1),
    ("set_speed", ProtocolVersion::V1),
    ("restore", ProtocolVersion::V2),
    ("step", ProtocolVersion::V2),
    ("view", ProtocolVersion::V2),
    ("edit_data", ProtocolVersion::V2),
];

#[expect(clippy::ref_option, reason = "serde hands over the field as it is")]
fn write_model<S: serde::Serializer>(model: &Option<Weights>, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Fresh {
        weights: [u8; 0],
        biases: [u8; 0],
    }
    match model {
        Some(model) => model.serialize(to),
        None => Fresh {
            weights: [],
            biases: [],
        }
        .serialize(to),
    }
}
