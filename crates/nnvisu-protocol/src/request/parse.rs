//! From text to a request: the one way in, with errors that say what is allowed.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::inspect::{Head, inspect};
use super::refusal::read;
use super::{Envelope, NetworkUpdate, REQUEST_TYPES, Request, Restore, v1};
use crate::edit::{DataEdit, check_n_points};
use crate::error::{ErrorCode, Excerpt, RequestError};
use crate::limits::Limits;
use crate::names::Distribution;
use crate::numbers::{ClassCount, Seed, Seeds, StepsPerSecond, id};
use crate::point::Point;
use crate::settings::{Config, ConfigUpdate, present};
use crate::version::{ProtocolVersion, SUBPROTOCOL_V2};
use crate::weights::{self, UncheckedWeights};

/// Reads a request.
///
/// Fields that the protocol does not know are ignored: clients may carry more. Whole numbers
/// may be written with a decimal point (`10.0`). Request ids, and the fields that version 2
/// adds to requests of version 1, are read on version 2 connections only.
///
/// # Errors
///
/// When the text is not a request of this version within the limits. The error carries the id
/// of the request whenever that could be read, even from text that is not JSON further on. In
/// version 1 it also carries what is [accepted](RequestError::accepted) all the same.
pub fn parse_request(
    version: ProtocolVersion,
    text: &str,
    limits: &Limits,
) -> Result<Envelope, RequestError> {
    check_size(text, limits)?;
    let mut head = Head::default();
    let inspected = inspect(text, &mut head);
    let id = match (version, head.id) {
        (ProtocolVersion::V2, Some(id)) => read_id(id.get()).map(Some),
        _ => Ok(None),
    };
    let re = id.as_ref().ok().copied().flatten();
    inspected
        .and(id)
        .and_then(|id| {
            let name = read_type(head.type_name.map(RawValue::get))?;
            let request = match version {
                ProtocolVersion::V1 => v1::read_request(&name, text, limits)?,
                ProtocolVersion::V2 => read_request(&name, text, limits)?,
            };
            Ok(Envelope { id, request })
        })
        .map_err(|error| error.with_re(re))
}

fn check_size(text: &str, limits: &Limits) -> Result<(), RequestError> {
    if text.len() <= limits.max_message_bytes {
        return Ok(());
    }
    let message = format!(
        "A message may have at most {} bytes, not {}",
        limits.max_message_bytes,
        text.len()
    );
    Err(RequestError::new(ErrorCode::MessageTooLarge, message))
}

fn read_id(given: &str) -> Result<u32, RequestError> {
    #[derive(Deserialize)]
    struct Id {
        #[serde(deserialize_with = "id")]
        id: u32,
    }
    read::<Id>(&format!(r#"{{"id":{given}}}"#)).map(|Id { id }| id)
}

fn read_type(given: Option<&str>) -> Result<String, RequestError> {
    #[derive(Deserialize)]
    struct Type {
        #[serde(rename = "type")]
        name: String,
    }
    let field = given.map_or_else(|| "{}".to_owned(), |name| format!(r#"{{"type":{name}}}"#));
    read::<Type>(&field).map(|Type { name }| name)
}

fn read_request(name: &str, text: &str, limits: &Limits) -> Result<Request, RequestError> {
    match name {
        "start_training" => Ok(Request::StartTraining),
        "stop_training" => Ok(Request::StopTraining),
        "reset" => read::<Reset>(text).map(|Reset { seeds }| Request::Reset { seeds }),
        "update_config" => read_update_config(text),
        "update_architecture" => read_update_architecture(text),
        "update_data" => read::<UpdateData<Point>>(text)?.within(limits),
        "generate_data" => read::<GenerateData>(text).map(Request::from),
        "train_step" => read::<TrainStep<ConfigUpdate, Point>>(text)?.within(limits),
        "restore" => read_restore(text, limits),
        "set_speed" => read_set_speed(text),
        "step" => Ok(Request::Step),
        "view" => read(text).map(Request::View),
        "edit_data" => {
            let edit: DataEdit = read(text)?;
            edit.check(limits)?;
            Ok(Request::EditData(edit))
        }
        unknown => Err(unknown_type(ProtocolVersion::V2, unknown)),
    }
}

#[derive(Deserialize)]
struct Reset {
    #[serde(default)]
    seeds: Option<Seeds>,
}

fn read_update_config(text: &str) -> Result<Request, RequestError> {
    #[derive(Deserialize)]
    struct UpdateConfig {
        #[serde(default, deserialize_with = "present")]
        payload: Option<ConfigUpdate>,
        #[serde(default, deserialize_with = "present")]
        config: Option<ConfigUpdate>,
    }
    let UpdateConfig { payload, config } =
        read(text).map_err(|error| without(without(error, "payload"), "config"))?;
    one_of(payload, config).map(|payload| Request::UpdateConfig { payload })
}

/// The settings, which may stand in one of two fields.
pub(super) fn one_of<T>(payload: Option<T>, config: Option<T>) -> Result<T, RequestError> {
    match (payload, config) {
        (Some(settings), None) | (None, Some(settings)) => Ok(settings),
        (Some(_), Some(_)) => {
            let message = "The settings stand in “payload” or in “config”, not in both";
            Err(RequestError::new(ErrorCode::InvalidJson, message).with_field("config"))
        }
        (None, None) => {
            let message = "“payload” is missing";
            Err(RequestError::new(ErrorCode::MissingField, message).with_field("payload"))
        }
    }
}

/// The same error, naming the fields of a payload as if they were those of the request:
/// `learningRate`, not `payload.learningRate`.
fn without(mut error: RequestError, payload: &str) -> RequestError {
    let prefix = format!("{payload}.");
    if let Some(field) = error
        .field
        .as_ref()
        .and_then(|field| field.strip_prefix(&prefix))
    {
        error.field = Some(field.to_owned());
        error.message = error.message.replacen(&format!("“{prefix}"), "“", 1);
    }
    error
}

pub(super) fn read_update_architecture(text: &str) -> Result<Request, RequestError> {
    #[derive(Deserialize)]
    struct UpdateArchitecture {
        payload: NetworkUpdate,
        #[serde(default)]
        seeds: Option<Seeds>,
    }
    read(text)
        .map(|UpdateArchitecture { payload, seeds }| Request::UpdateArchitecture { payload, seeds })
        .map_err(|error| without(error, "payload"))
}

#[derive(Deserialize)]
pub(super) struct UpdateData<P> {
    data: Vec<P>,
}

impl<P: Into<Point>> UpdateData<P> {
    pub(super) fn within(self, limits: &Limits) -> Result<Request, RequestError> {
        let data = within(self.data, limits)?;
        Ok(Request::UpdateData { data })
    }
}

fn within<P: Into<Point>>(data: Vec<P>, limits: &Limits) -> Result<Vec<Point>, RequestError> {
    check_n_points("data", data.len() as u64, limits)?;
    Ok(data.into_iter().map(P::into).collect())
}

#[derive(Deserialize)]
pub(super) struct GenerateData {
    distribution: Distribution,
    num_classes: ClassCount,
    #[serde(default)]
    seed: Option<Seed>,
}

impl From<GenerateData> for Request {
    fn from(request: GenerateData) -> Self {
        Self::GenerateData {
            distribution: request.distribution,
            num_classes: request.num_classes,
            seed: request.seed,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct TrainStep<C, P> {
    pub(super) config: C,
    model: UncheckedWeights,
    data: Vec<P>,
}

impl<C, P> TrainStep<C, P> {
    pub(super) fn with_config(self, config: ConfigUpdate) -> TrainStep<ConfigUpdate, P> {
        TrainStep {
            config,
            model: self.model,
            data: self.data,
        }
    }
}

impl<P: Into<Point>> TrainStep<ConfigUpdate, P> {
    pub(super) fn within(self, limits: &Limits) -> Result<Request, RequestError> {
        let mut config = Config::default();
        config.apply(&self.config);
        let configured = self.config.architecture.as_ref();
        let model = if self.model.are_fresh() {
            None
        } else {
            let model = weights::checked(self.model, configured).map_err(|error| {
                RequestError::new(ErrorCode::OutOfRange, error.message)
                    .with_field(format!("model.{}", error.field))
            })?;
            config.architecture = model.hidden_layers().clone();
            Some(model)
        };
        let data = within(self.data, limits)?;
        if data.is_empty() {
            return Err(RequestError::no_data().with_field("data"));
        }
        Ok(Request::TrainStep {
            config,
            model,
            data,
        })
    }
}

fn read_restore(text: &str, limits: &Limits) -> Result<Request, RequestError> {
    let restore: Restore = read(text)?;
    check_n_points("data", restore.data.len() as u64, limits)?;
    if let Some(checkpoint) = &restore.checkpoint {
        checkpoint.check().map_err(|error| {
            RequestError::new(ErrorCode::CheckpointMismatch, error.message)
                .with_field(format!("checkpoint.{}", error.field))
        })?;
    }
    Ok(Request::Restore(Box::new(restore)))
}

pub(super) fn read_set_speed(text: &str) -> Result<Request, RequestError> {
    /// The speed has to be there; `null` is one.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct SetSpeed {
        #[serde(deserialize_with = "Option::deserialize")]
        steps_per_second: Option<StepsPerSecond>,
    }
    read(text).map(|SetSpeed { steps_per_second }| Request::SetSpeed { steps_per_second })
}

pub(super) fn unknown_type(version: ProtocolVersion, name: &str) -> RequestError {
    let given = Excerpt(name);
    let message = if REQUEST_TYPES.iter().any(|&(known, _)| known == name) {
        format!("Requests of type “{given}” need the WebSocket subprotocol {SUBPROTOCOL_V2}")
    } else {
        let known: Vec<&str> = REQUEST_TYPES
            .iter()
            .filter(|&&(_, since)| since == ProtocolVersion::V1 || version == ProtocolVersion::V2)
            .map(|&(known, _)| known)
            .collect();
        format!(
            "There are no requests of type “{given}”, only {}",
            known.join(", ")
        )
    };
    RequestError::new(ErrorCode::UnknownType, message).with_field("type")
}
