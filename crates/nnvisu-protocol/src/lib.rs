//! The messages and binary frames that nnvisu's server and clients exchange.

mod checkpoint;
mod config;
mod error;
mod floats;
mod frame;
pub mod limits;
mod metrics;
mod model;
mod point;
mod request;
mod response;
mod settings;
#[cfg(test)]
mod typescript;
mod version;

pub use checkpoint::{Checkpoint, InvalidCheckpoint, OptimizerState, n_parameters};
pub use config::{Config, ConfigUpdate};
pub use error::{ErrorCode, OutOfRange, RequestError};
pub use floats::{Floats, InvalidFloats};
pub use frame::{
    Encoding, FrameError, MAP_TAG, Map, PICTURE_HEADER_BYTES, PICTURE_TAG, Picture, PictureHeader,
    decode_map, decode_picture, encode_map, encode_picture,
};
pub use limits::Limits;
pub use metrics::{InvalidMetrics, Metrics};
pub use model::{InvalidModel, Layer, Model, N_INPUTS};
pub use point::{Point, n_classes};
pub use request::{Envelope, NetworkUpdate, REQUEST_TYPES, Request, Restore, parse_request};
pub use response::{
    ArchitectureSynced, NetworkState, RESPONSE_TYPES, Response, ServerInfo, ServerMessage,
    SessionState, StepMetrics, SyncStatus, parse_response,
};
pub use settings::{
    Activation, BatchSize, ClassCount, Distribution, Dropout, HiddenLayers, Label, LearningRate,
    Optimizer, Regularization, Seed, Seeds, StepsPerSecond,
};
pub use version::{ProtocolVersion, SUBPROTOCOL_V2};
