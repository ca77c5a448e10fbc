//! One way to read, accept and refuse a request for all tests.

use nnvisu_protocol::{
    Envelope, ErrorCode, Limits, ProtocolVersion, Request, RequestError, parse_request,
};

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

/// A `restore` with a checkpoint whose seven parameters are 0, 1, … 6.
pub(crate) fn restore_text() -> String {
    r#"{"type":"restore","id":7,
    "config":{"learningRate":0.01,"architecture":[1],"activation":"tanh","optimizer":"adam",
        "regularization":0,"batchSize":0,"dropout":0},
    "data":[],
    "checkpoint":{"generation":4,"step":12,"epoch":12,"epochPosition":0,"diverged":false,
        "architecture":{"features":["x","y"],"layers":[{"units":1,"activation":"relu","dropout":0}],"outputs":2},
        "parameters":"AAAAAAAAgD8AAABAAABAQAAAgEAAAKBAAADAQA==",
        "optimizer":{"kind":"sgd","steps":12,"rowSteps":[12,5],"slots":[]},
        "seeds":{"init":1,"batches":2,"dropout":3},
        "absentRows":[{"class":4,"parameters":"AAAAAAAAgD8=","slots":[],"steps":7}],
        "lastGood":{"parameters":"AAAAAAAAgD8AAABAAABAQAAAgEAAAKBAAADAQA==","step":11,"epoch":11,"epochPosition":0,"loss":0.5,"lowestLoss":0.25}},
    "seeds":null,"stepsPerSecond":60}"#
        .to_owned()
}

#[track_caller]
pub(crate) fn refused(text: &str) -> RequestError {
    match parse_v2(text) {
        Ok(envelope) => panic!("accepted {text} as {envelope:?}"),
        Err(error) => error,
    }
}

/// Checks code, field and the whole sentence.
#[track_caller]
pub(crate) fn check(text: &str, code: ErrorCode, field: Option<&str>, message: &str) {
    let error = refused(text);
    assert_eq!(error.message, message, "{text}");
    assert_eq!(error.code, code, "{text}");
    assert_eq!(error.field.as_deref(), field, "{text}");
}
