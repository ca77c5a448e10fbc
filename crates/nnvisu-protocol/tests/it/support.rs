//! One way to read a request for all tests.

use nnvisu_protocol::{Envelope, Limits, ProtocolVersion, Request, RequestError, parse_request};

pub(crate) fn parse_v1(text: &str) -> Result<Envelope, RequestError> {
    parse_request(ProtocolVersion::V1, text, &Limits::default())
}

pub(crate) fn parse_v2(text: &str) -> Result<Envelope, RequestError> {
    parse_request(ProtocolVersion::V2, text, &Limits::default())
}

#[track_caller]
pub(crate) fn accepted(text: &str) -> Request {
    match parse_v2(text) {
        Ok(envelope) => envelope.request,
        Err(error) => panic!("refused {text}: {error:?}"),
    }
}
