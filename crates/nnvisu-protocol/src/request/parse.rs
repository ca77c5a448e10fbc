//! From text to a request: the one way in, strict and with errors that say what is allowed.

use super::json::{Fields, is_nested_deeper_than, read_object};
use super::read::{Object, Path, Read, excerpt};
use super::values::{config_update, model, network_update, points, whole};
use super::{Envelope, REQUEST_TYPES, Request, Restore};
use crate::config::Config;
use crate::error::{ErrorCode, RequestError};
use crate::limits::{Limits, MAX_NESTING};
use crate::version::{ProtocolVersion, SUBPROTOCOL_V2};

/// Reads a request.
///
/// Fields that the protocol does not know are ignored: clients may carry more. Whole numbers
/// may be written with a decimal point (`10.0`). Request ids, and the fields that version 2
/// adds to requests of version 1, are read on version 2 connections only.
///
/// # Errors
///
/// When the text is not a request of this version within the limits. The error carries the id
/// of the request whenever that could be read, even from text that is not JSON further on.
pub fn parse_request(
    version: ProtocolVersion,
    text: &str,
    limits: &Limits,
) -> Result<Envelope, RequestError> {
    let mut fields = Fields::new();
    let is_object = read_object(text, &mut fields);
    let object = Object::from_fields(fields, &Path::Root);
    let (id, id_error) = match version {
        ProtocolVersion::V1 => (None, None),
        ProtocolVersion::V2 => match read_id(&object) {
            Ok(id) => (id, None),
            Err(error) => (None, Some(error)),
        },
    };
    let request = match is_object {
        Err(error) => Err(RequestError::new(ErrorCode::InvalidJson, error.to_string())),
        Ok(()) if is_nested_deeper_than(MAX_NESTING, text) => Err(RequestError::new(
            ErrorCode::InvalidJson,
            format!("Lists and objects may be nested at most {MAX_NESTING} deep"),
        )),
        Ok(()) => match id_error {
            Some(error) => Err(error),
            None => read_request(version, &object, limits),
        },
    };
    match request {
        Ok(request) => Ok(Envelope { id, request }),
        Err(error) => Err(error.with_re(id)),
    }
}

fn read_id(object: &Object<'_, '_>) -> Result<Option<u32>, RequestError> {
    if !object.has("id") {
        return Ok(None);
    }
    let id = object.required_with("id", |id| whole(id, u32::MAX as u64))?;
    Ok(Some(id as u32))
}

fn read_request(
    version: ProtocolVersion,
    object: &Object<'_, '_>,
    limits: &Limits,
) -> Result<Request, RequestError> {
    let name = object.required_with("type", |name| name.string())?;
    let is_v2 = version == ProtocolVersion::V2;
    match name.as_ref() {
        "start_training" => Ok(Request::StartTraining),
        "stop_training" => Ok(Request::StopTraining),
        "reset" => Ok(Request::Reset {
            seeds: optional_in_v2(is_v2, object, "seeds")?,
        }),
        "update_config" => read_update_config(object),
        "update_architecture" => Ok(Request::UpdateArchitecture {
            payload: network_update(&read_payload(object, "payload")?)?,
            seeds: optional_in_v2(is_v2, object, "seeds")?,
        }),
        "update_data" => Ok(Request::UpdateData {
            data: object.required_with("data", |data| points(data, limits))?,
        }),
        "generate_data" => Ok(Request::GenerateData {
            distribution: object.required("distribution")?,
            num_classes: object.required("num_classes")?,
            seed: optional_in_v2(is_v2, object, "seed")?,
        }),
        "train_step" => read_train_step(object, limits),
        "restore" if is_v2 => read_restore(object, limits),
        "set_speed" if is_v2 => Ok(Request::SetSpeed {
            steps_per_second: object.nullable("stepsPerSecond")?,
        }),
        "step" if is_v2 => Ok(Request::Step),
        unknown => Err(unknown_type(version, unknown)),
    }
}

/// A field that version 2 adds to a request of version 1, where it is ignored. It may be
/// left out or `null`.
fn optional_in_v2<T: Read>(
    is_v2: bool,
    object: &Object<'_, '_>,
    name: &str,
) -> Result<Option<T>, RequestError> {
    if is_v2 && object.has(name) {
        object.nullable(name)
    } else {
        Ok(None)
    }
}

/// The object in a field whose own fields count as those of the request, so that errors name
/// `learningRate` and not `payload.learningRate`.
fn read_payload<'a>(
    object: &Object<'a, '_>,
    name: &str,
) -> Result<Object<'a, 'static>, RequestError> {
    object.required_with(name, |payload| Ok(Object::read(payload)?.into_root()))
}

fn read_update_config(object: &Object<'_, '_>) -> Result<Request, RequestError> {
    let name = match (object.has("payload"), object.has("config")) {
        (true, true) => {
            return Err(RequestError::new(
                ErrorCode::InvalidJson,
                "The settings stand in “payload” or in “config”, not in both",
            )
            .with_field("config"));
        }
        (false, true) => "config",
        (_, false) => "payload",
    };
    Ok(Request::UpdateConfig {
        payload: config_update(&read_payload(object, name)?)?,
    })
}

fn read_train_step(object: &Object<'_, '_>, limits: &Limits) -> Result<Request, RequestError> {
    let update = object.required_with("config", |config| config_update(&Object::read(config)?))?;
    let mut config = Config::default();
    config.apply(&update);
    let model =
        object.required_with("model", |value| model(value, update.architecture.as_ref()))?;
    if let Some(model) = &model {
        config.architecture = model.hidden_layers().clone();
    }
    let data = object.required_with("data", |data| points(data, limits))?;
    if data.is_empty() {
        return Err(RequestError::no_data().with_field("data"));
    }
    Ok(Request::TrainStep {
        config,
        model,
        data,
    })
}

fn read_restore(object: &Object<'_, '_>, limits: &Limits) -> Result<Request, RequestError> {
    Ok(Request::Restore(Box::new(Restore {
        config: object.required("config")?,
        data: object.required_with("data", |data| points(data, limits))?,
        checkpoint: object.nullable("checkpoint")?,
        seeds: object.nullable("seeds")?,
        steps_per_second: object.nullable("stepsPerSecond")?,
    })))
}

fn unknown_type(version: ProtocolVersion, name: &str) -> RequestError {
    let given = excerpt(name);
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
