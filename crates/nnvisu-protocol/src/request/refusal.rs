//! From an error of serde to a refusal: a code, the field, and a sentence for a person.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_path_to_error::{Path, Segment};

use crate::error::{ErrorCode, Excerpt, RequestError};

/// Reads a value from JSON text that has been [inspected](super::inspect).
pub(super) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, RequestError> {
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json)
        .map_err(|error| refusal(text, error.path(), error.inner()))
}

/// Says what is wrong with the value at `path` of `text`.
pub(super) fn refusal(text: &str, path: &Path, error: &serde_json::Error) -> RequestError {
    let field = field_of(path);
    let message = message_of(error);
    let refuse = |code, message: String| match field.as_str() {
        "" => RequestError::new(code, message),
        field => RequestError::new(code, message).with_field(field),
    };
    if !error.is_data() {
        if message == "number out of range" {
            let given = value_at(text, path).unwrap_or_default();
            let allowed = "a number of double precision";
            let message = format!("“{field}” must be {allowed}, not {}", Excerpt(given));
            return refuse(ErrorCode::OutOfRange, message);
        }
        return RequestError::new(ErrorCode::InvalidJson, format!("This is not JSON: {error}"));
    }
    if let Some(name) = between(&message, "missing field `", "`") {
        let field = match field.as_str() {
            "" => name.to_owned(),
            parent => format!("{parent}.{name}"),
        };
        let message = format!("“{field}” is missing");
        return RequestError::new(ErrorCode::MissingField, message).with_field(field);
    }
    let given = value_at(text, path).unwrap_or_default();
    if message.starts_with("invalid type: ") {
        let expected = match message
            .rsplit_once(", expected ")
            .map_or("", |(_, name)| name)
        {
            "f64" => "a number",
            "a string" => "text",
            "a sequence" => "a list",
            other => other,
        };
        let message = format!("“{field}” must be {expected}, not {}", type_of(given));
        return refuse(ErrorCode::WrongType, message);
    }
    let message = as_written(message, given);
    if message.starts_with("must ") || message.starts_with("may ") {
        return refuse(ErrorCode::OutOfRange, format!("“{field}” {message}"));
    }
    refuse(ErrorCode::OutOfRange, message)
}

/// The message without the place in the text, which the field says better.
pub(super) fn message_of(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
}

/// Where a value stands in a request, such as `data[3].label`; empty for the request itself.
pub(super) fn field_of(path: &Path) -> String {
    let mut field = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => write!(field, "[{index}]").expect("text can be written"),
            Segment::Map { key } => {
                if !field.is_empty() {
                    field.push('.');
                }
                field.push_str(&Excerpt(key).to_string());
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    field
}

/// Quotes a number as the client wrote it, which may differ from how it was read.
fn as_written(message: String, given: &str) -> String {
    if type_of(given) != "a number" {
        return message;
    }
    match message.rsplit_once(", not ") {
        Some((sentence, _)) => format!("{sentence}, not {}", Excerpt(given)),
        None => message,
    }
}

/// What a client calls the type of this JSON value.
fn type_of(value: &str) -> &str {
    match value.as_bytes().first() {
        Some(b'"') => "text",
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'n') => "null",
        Some(b't' | b'f') => value,
        _ => "a number",
    }
}

/// The JSON text of the value at a path.
fn value_at<'a>(text: &'a str, path: &Path) -> Option<&'a str> {
    let mut value = text;
    for segment in path {
        let inner: &RawValue = match segment {
            Segment::Seq { index } => {
                let list: Vec<&RawValue> = serde_json::from_str(value).ok()?;
                list.get(*index)?
            }
            Segment::Map { key } => {
                let fields: HashMap<Cow<'a, str>, &RawValue> = serde_json::from_str(value).ok()?;
                fields.get(key.as_str())?
            }
            Segment::Enum { .. } | Segment::Unknown => return None,
        };
        value = inner.get();
    }
    Some(value.trim_ascii())
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.strip_prefix(start)?.strip_suffix(end)
}
