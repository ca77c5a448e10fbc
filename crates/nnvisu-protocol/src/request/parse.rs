//! From text to a request: the one way in, strict and with errors that say what is allowed.

use super::json::{Fields, NotAnObject, is_nested_deeper_than, read_object};
use super::read::{Excerpt, Object, Path, Read};
use super::values::{config_update, model, network_update, points, whole};
use super::{Envelope, REQUEST_TYPES, Request, Restore};
use crate::config::Config;
use crate::error::{ErrorCode, RequestError};
use crate::limits::{Limits, MAX_NESTING};
use crate::version::{ProtocolVersion, SUBPROTOCOL_V2};

/// The field with the client's own number for a request.
const ID: &str = "id";

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
    let is_object = read_outermost(text, limits, &mut fields);
    let object = Object::from_fields(fields, &Path::Root);
    let id = match version {
        ProtocolVersion::V1 => Ok(None),
        ProtocolVersion::V2 => read_id(&object),
    };
    let re = id.as_ref().ok().copied().flatten();
    is_object
        .and(id)
        .and_then(|id| {
            let request = read_request(version, &object, limits)?;
            Ok(Envelope { id, request })
        })
        .map_err(|error| error.with_re(re))
}

/// Takes the message apart into its fields; on an error `fields` holds those before it.
fn read_outermost<'a>(
    text: &'a str,
    limits: &Limits,
    fields: &mut Fields<'a>,
) -> Result<(), RequestError> {
    if text.len() > limits.max_message_bytes {
        return Err(RequestError::new(
            ErrorCode::MessageTooLarge,
            format!(
                "A message may have at most {} bytes, not {}",
                limits.max_message_bytes,
                text.len()
            ),
        ));
    }
    let refuse = |message: String| Err(RequestError::new(ErrorCode::InvalidJson, message));
    if !text.trim_ascii_start().starts_with('{') {
        return refuse("A request is a JSON object with a “type”".to_owned());
    }
    if let Err(error) = read_object(text, fields) {
        if matches!(&error, NotAnObject::DuplicateKey(key) if key == ID) {
            fields.retain(|(key, _)| key != ID);
        }
        return refuse(error.to_string());
    }
    if is_nested_deeper_than(MAX_NESTING, text) {
        return refuse(format!(
            "Lists and objects may be nested at most {MAX_NESTING} deep"
        ));
    }
    Ok(())
}

fn read_id(object: &Object<'_, '_>) -> Result<Option<u32>, RequestError> {
    if !object.has(ID) {
        return Ok(None);
    }
    let id = object.required_with(ID, |id| whole(id, u32::MAX as u64))?;
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
