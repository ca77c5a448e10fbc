//! Decides which requests are let in: by the name that was asked for, by the access token, by where
//! the page comes from, and by how much room there is.
//!
//! A refusal comes before the WebSocket opens, as an HTTP status and a sentence. Browsers hide
//! both from a page whose handshake fails; so the page may ask for the same address by a plain
//! GET, which is refused in the same words, or answered 426 where a handshake would be let in.

mod middleware;
mod refusal;

pub(crate) use middleware::check_access;
pub(crate) use refusal::Refusal;

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderValue},
};

use crate::{
    access::{client_subnet, may_connect},
    admission::AdmissionPermit,
    shared::Shared,
};

/// What a client wrote, as it may stand in the log: no control characters, and not too much.
fn for_log(value: Option<&HeaderValue>) -> String {
    const MAX_BYTES: usize = 200;
    let bytes = value.map_or(&[][..], HeaderValue::as_bytes);
    let shown = &bytes[..bytes.len().min(MAX_BYTES)];
    shown.escape_ascii().to_string()
}

/// Admits the client that sent `request` to a session of its own, or says why not.
pub(crate) fn admit(request: &HttpRequest, shared: &Shared) -> Result<AdmissionPermit, Refusal> {
    let admitted = permit_for(request, shared);
    if let Err(refusal) = &admitted {
        shared.metrics.refused(refusal.as_str());
    }
    admitted
}

/// Whether the page that sent `request` may ask this server for more than files.
pub(crate) fn check_origin(request: &HttpRequest, shared: &Shared) -> Result<(), Refusal> {
    let checked = known_origin(request, shared);
    if let Err(refusal) = &checked {
        shared.metrics.refused(refusal.as_str());
    }
    checked
}

fn known_origin(request: &HttpRequest, shared: &Shared) -> Result<(), Refusal> {
    if may_connect(request.headers(), &shared.allowed_origins) {
        return Ok(());
    }
    tracing::warn!(
        origin = for_log(request.headers().get(header::ORIGIN)),
        "refused a request from a foreign page; --allow-origin lets one in"
    );
    Err(Refusal::ForeignOrigin)
}

fn permit_for(request: &HttpRequest, shared: &Shared) -> Result<AdmissionPermit, Refusal> {
    known_origin(request, shared)?;
    if shared.shutdown.has_begun() {
        return Err(Refusal::Draining);
    }
    let client = client_subnet(request, shared.trust_forwarded_for);
    shared.admission.admit(client).map_err(|denied| {
        let refusal = Refusal::from(denied);
        tracing::info!(?client, %refusal, "refused a session");
        refusal
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_clients_is_escaped_and_cut_for_the_log() {
        let value = HeaderValue::from_bytes(b"a\x9b31m\tb\"\xff").unwrap();
        assert_eq!(for_log(Some(&value)), r#"a\x9b31m\tb\"\xff"#);
        let long = HeaderValue::from_str(&"x".repeat(8000)).unwrap();
        assert_eq!(for_log(Some(&long)).len(), 200);
        assert_eq!(for_log(None), "");
    }
}
