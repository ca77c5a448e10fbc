//! What is wrong with a request, said to a person and to a program.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::request::Request;

/// A value outside its range. Displays as a sentence: what is allowed and what came instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct OutOfRange {
    message: String,
}

impl OutOfRange {
    pub(crate) fn new(what: &str, allowed: impl fmt::Display, given: impl fmt::Display) -> Self {
        Self::sentence(format!("{what} must be {allowed}, not {given}"))
    }

    /// About a value that only its field names; who knows the field begins the sentence with it.
    pub(crate) fn of_field(allowed: impl fmt::Display, given: impl fmt::Display) -> Self {
        Self::sentence(format!("must be {allowed}, not {given}"))
    }

    /// About a name that is not one of the allowed ones.
    pub(crate) fn name(what: &str, allowed: &[&str], given: &str) -> Self {
        let allowed = allowed.join(", ");
        let given = Excerpt(given);
        Self::sentence(format!("{what} must be one of {allowed}, not “{given}”"))
    }

    pub(crate) fn sentence(message: String) -> Self {
        Self { message }
    }
}

/// What a client sent, short enough for a message and without control characters.
pub(crate) struct Excerpt<'a>(pub(crate) &'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 40;
        for (n_written, char) in self.0.chars().enumerate() {
            if n_written == MAX_CHARS {
                return f.write_str("…");
            }
            let shown = if char.is_control() { '·' } else { char };
            write!(f, "{shown}")?;
        }
        Ok(())
    }
}

/// The stable, machine-readable kind of an `error` message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// The text is not one JSON object, says something twice, or is nested too deep.
    InvalidJson,
    /// `type` names no request of this protocol version.
    UnknownType,
    /// A required field is not there.
    MissingField,
    /// A field has the wrong JSON type.
    WrongType,
    /// A number, name, list or shape is outside what is allowed.
    OutOfRange,
    /// More points than the server's limit.
    TooManyPoints,
    /// A text message above the server's size limit.
    MessageTooLarge,
    /// A binary frame: clients send only text.
    BinaryNotAccepted,
    /// A checkpoint whose parts do not fit each other, the configuration or the data.
    CheckpointMismatch,
    /// Training was asked for and there are no points.
    NoData,
    /// The weights or the loss are no longer finite; training stopped.
    Diverged,
    /// An `edit_data` was made from other points than the server has.
    OutOfSync,
    /// The server's own fault.
    Internal,
    /// A code that only a newer server knows. No server of this version sends it.
    #[serde(other)]
    #[cfg_attr(test, ts(skip))]
    Unknown,
}

impl ErrorCode {
    /// Every code that a server sends.
    pub const ALL: [Self; 13] = [
        Self::InvalidJson,
        Self::UnknownType,
        Self::MissingField,
        Self::WrongType,
        Self::OutOfRange,
        Self::TooManyPoints,
        Self::MessageTooLarge,
        Self::BinaryNotAccepted,
        Self::CheckpointMismatch,
        Self::NoData,
        Self::Diverged,
        Self::OutOfSync,
        Self::Internal,
    ];

    /// The code as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidJson => "invalid_json",
            Self::UnknownType => "unknown_type",
            Self::MissingField => "missing_field",
            Self::WrongType => "wrong_type",
            Self::OutOfRange => "out_of_range",
            Self::TooManyPoints => "too_many_points",
            Self::MessageTooLarge => "message_too_large",
            Self::BinaryNotAccepted => "binary_not_accepted",
            Self::CheckpointMismatch => "checkpoint_mismatch",
            Self::NoData => "no_data",
            Self::Diverged => "diverged",
            Self::OutOfSync => "out_of_sync",
            Self::Internal => "internal",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a request was refused. Displays as the sentence meant for a person.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct RequestError {
    /// The kind of mistake.
    pub code: ErrorCode,
    /// A sentence for a person: what was wrong and what is allowed.
    pub message: String,
    /// Where in the request, such as `learningRate` or `data[3].label`.
    pub field: Option<String>,
    /// The id of the request, when it could be read.
    pub re: Option<u32>,
    /// Version 1 only: what of the request acts all the same. An `update_config` of which some
    /// settings are refused still changes the others.
    pub accepted: Option<Box<Request>>,
}

impl RequestError {
    /// An error about the request as a whole.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            re: None,
            accepted: None,
        }
    }

    /// The same error, naming the field it is about.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same error, answering the request with this id.
    #[must_use]
    pub fn with_re(mut self, re: Option<u32>) -> Self {
        self.re = re;
        self
    }

    /// The answer to a binary frame from a client.
    #[must_use]
    pub fn binary_not_accepted() -> Self {
        Self::new(
            ErrorCode::BinaryNotAccepted,
            "Requests are JSON text; binary frames are not accepted",
        )
    }

    /// The answer to a request for training when there are no points.
    #[must_use]
    pub fn no_data() -> Self {
        Self::new(ErrorCode::NoData, "Add points before training")
    }
}
