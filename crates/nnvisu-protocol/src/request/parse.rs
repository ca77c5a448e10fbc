//! From text to a request: the one way in, strict and with errors that say what is allowed.

use super::Envelope;
use crate::error::RequestError;
use crate::limits::Limits;
use crate::version::ProtocolVersion;

/// Reads a request.
///
/// # Errors
///
/// When the text is not a request of this version within the limits.
pub fn parse_request(
    _version: ProtocolVersion,
    _text: &str,
    _limits: &Limits,
) -> Result<Envelope, RequestError> {
    Err(RequestError::new(
        crate::ErrorCode::Internal,
        "Not built yet",
    ))
}
