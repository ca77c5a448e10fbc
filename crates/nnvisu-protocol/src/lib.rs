//! The messages and binary frames that nnvisu's server and clients exchange.
//!
//! What they mean and when they come is said in `PROTOCOL.md` beside this crate, for clients in
//! any language. This crate is for Rust:
//!
//! - A client writes a [`Request`] with [`Envelope::to_json`] and reads what comes back with
//!   [`parse_response`], [`decode_frame`] and, in version 1, [`decode_map`].
//! - A server reads requests with [`parse_request`] and writes a [`ServerMessage`] and frames.
//!
//! A client is little more than a WebSocket, those and a loop: the example `remote_training`
//! generates points on a server, trains there, and writes the maps as a GIF.
//!
//! # One way in
//!
//! A [`Request`] has no `Deserialize`: [`parse_request`] is the only way from text to a request,
//! and everything it hands out is within its range. So behind it nothing has to be checked again,
//! and what is refused is refused with a sentence that says what was wrong and what is allowed.
//! On the way out it is the same: no type of a [`Response`] can hold a number that is NaN or
//! infinite, because JSON has none.
//!
//! # Example: a client
//!
//! ```
//! use nnvisu_protocol::{
//!     Envelope, Label, Point, Request, Response, decode_frame, parse_response,
//! };
//!
//! // Two points, and the request that hands them to the server as request number 1.
//! let data = vec![
//!     Point::new(-0.5, 0.25, Label::new(0)?)?,
//!     Point::new(0.5, 0.25, Label::new(1)?)?,
//! ];
//! let request = Envelope { id: Some(1), request: Request::UpdateData { data } };
//! assert_eq!(
//!     request.to_json(),
//!     r#"{"id":1,"type":"update_data","data":[{"x":-0.5,"y":0.25,"label":0},{"x":0.5,"y":0.25,"label":1}]}"#
//! );
//!
//! // The server refuses: it says what was wrong.
//! let text = r#"{"re":1,"type":"error","message":"There can be at most 1 points, not 2",
//!     "code":"too_many_points","field":"data"}"#;
//! let answer = parse_response(text)?.expect("a type this version knows");
//! assert_eq!(answer.re, Some(1));
//! assert!(matches!(answer.response, Response::Error { message, .. } if message.ends_with("not 2")));
//!
//! // A binary frame: a map of 2 × 2 pixels and 2 classes, raw, at step 0 of generation 0.
//! let mut bytes = vec![3, 0, 1, 0]; // paused, one section
//! bytes.extend([0; 20]); // run, generation, reserved, step
//! bytes.extend([2, 0, 0, 0, 16, 0, 0, 0]); // posteriors, raw, 16 bytes
//! bytes.extend([2, 0, 2, 0, 2, 0, 0, 0]); // width, height, classes
//! bytes.extend([255, 128, 128, 0, 0, 127, 127, 255]);
//!
//! let frame = decode_frame(&bytes)?;
//! assert_eq!((frame.info.step, frame.metrics()), (0, None));
//! let map = frame.posteriors().expect("a section of posteriors");
//! assert_eq!((map.size.width, map.size.height, map.size.classes), (2, 2, 2));
//! // How much class 1 there is in the top right corner.
//! let (class, row, column) = (1, 0, 1);
//! let idx = (class * usize::from(map.size.height) + row) * usize::from(map.size.width) + column;
//! assert_eq!(map.planes[idx], 127);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Example: a server
//!
//! ```
//! use nnvisu_protocol::{Limits, ProtocolVersion, ServerMessage, parse_request};
//!
//! let text = r#"{"type":"set_speed","id":7,"stepsPerSecond":-1}"#;
//! let error = parse_request(ProtocolVersion::V2, text, &Limits::default()).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "Speed must be above 0 and at most 1,000,000 steps per second, not -1"
//! );
//! let answer = ServerMessage::from(error);
//! assert_eq!(answer.re, Some(7));
//! assert!(answer.to_json().contains(r#""field":"stepsPerSecond""#));
//! ```

mod architecture;
mod checkpoint;
mod edit;
mod error;
mod floats;
mod frame;
pub mod limits;
mod lists;
mod metrics;
mod names;
mod numbers;
mod objects;
mod point;
mod request;
mod response;
mod settings;
#[cfg(test)]
mod typescript;
mod version;
mod view;
mod weights;

pub use architecture::{Architecture, Feature, HiddenLayers, LayerSpec};
pub use checkpoint::{AbsentRow, Checkpoint, InvalidCheckpoint, LastGood, OptimizerState};
pub use edit::DataEdit;
pub use error::{ErrorCode, OutOfRange, RequestError};
pub use floats::{Floats, InvalidFloats};
pub use frame::{
    FRAME_PREAMBLE_BYTES, FRAME_TAG, Frame, FrameEncoder, FrameError, FrameInfo, FrameMetrics,
    FrameWriter, MAP_TAG, Map, MapSize, PosteriorEncoding, Posteriors, Precision,
    SECTION_HEADER_BYTES, Section, SectionKind, decode_frame, decode_map, encode_map,
};
pub use limits::Limits;
pub use metrics::{InvalidMetrics, Metrics};
pub use names::{Activation, Distribution, Optimizer};
pub use numbers::{
    ClassCount, FramesPerSecond, Label, LayerUnits, NumberRange, Seed, Seeds, StepsPerSecond,
    ViewSize,
};
pub use point::{Point, n_classes};
pub use request::{Envelope, NetworkUpdate, REQUEST_TYPES, Request, Restore, parse_request};
pub use response::{
    ArchitectureSynced, RESPONSE_TYPES, Response, ServerInfo, ServerMessage, SessionState,
    StepMetrics, SyncStatus, parse_response,
};
pub use settings::{
    BatchSize, Config, ConfigUpdate, Dropout, LearningRate, Regularization, Setting, SettingValues,
    TakesEffect, settings,
};
pub use version::{ProtocolVersion, SUBPROTOCOL_V2};
pub use view::View;
pub use weights::{InvalidWeights, Layer, N_INPUTS, Weights};
