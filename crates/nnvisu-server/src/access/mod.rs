//! Who is let in: by the name that was asked for, by the access token, by where the page comes
//! from, and by how much room there is.
//!
//! A refusal comes before the WebSocket opens, as an HTTP status and a sentence. Browsers hide
//! both from a page whose handshake fails; so the page may ask for the same address by a plain
//! GET, which is refused in the same words, or answered 426 where a handshake would be let in.

mod gate;
mod host;
mod origin;
mod subnet;
mod token;

pub(crate) use gate::gate;
pub use host::{HostName, InvalidHostName};
pub use origin::{InvalidOrigin, Origin};
pub(crate) use subnet::{ClientSubnet, client_subnet, is_local};
pub use token::{AccessToken, InvalidToken};

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};

use crate::{
    admission::{AdmissionDenied, AdmissionPermit},
    service::Shared,
};
use origin::may_connect;

/// Why a client is not let in. Displays as a sentence for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(
        "This server is not known by the name you asked for. \
         Its operator can allow that name with --allow-host."
    )]
    ForeignHost,
    #[error(
        "This server is for people who know its access token: open its page and enter it, \
         or send it as a bearer token."
    )]
    NoToken,
    #[error(
        "Pages from elsewhere may not connect to this server. \
         Its operator can allow yours with --allow-origin."
    )]
    ForeignOrigin,
    #[error("This server is shutting down; try again in a moment.")]
    Draining,
    #[error("The server is full: it has {0} sessions, and takes no more; try again later.")]
    Full(usize),
    #[error(
        "There are already {0} sessions from your network address, and this server takes no more \
         from one; close a tab with nnvisu and try again."
    )]
    TooManyFromAddress(usize),
    #[error("This server cannot start a further session; try again later.")]
    NoThread,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::ForeignHost | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::TooManyFromAddress(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Draining | Self::Full(_) | Self::NoThread => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// After how many seconds it makes sense to ask again.
    fn retry_after(self) -> Option<&'static str> {
        match self {
            Self::ForeignHost | Self::NoToken | Self::ForeignOrigin => None,
            Self::Draining => Some("1"),
            Self::Full(_) | Self::TooManyFromAddress(_) | Self::NoThread => Some("10"),
        }
    }

    /// The reason as it is counted.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ForeignHost => "foreign_host",
            Self::NoToken => "no_token",
            Self::ForeignOrigin => "foreign_origin",
            Self::Draining => "draining",
            Self::Full(_) => "full",
            Self::TooManyFromAddress(_) => "too_many_from_address",
            Self::NoThread => "no_thread",
        }
    }

    /// The answer to the request that is refused.
    pub(crate) fn response(self) -> HttpResponse {
        let mut response = said_once(self.status());
        if self == Self::NoToken {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = self.retry_after() {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        response.body(format!("{self}\n"))
    }
}

impl From<AdmissionDenied> for Refusal {
    fn from(denied: AdmissionDenied) -> Self {
        match denied {
            AdmissionDenied::Full(max) => Self::Full(max),
            AdmissionDenied::TooManyFromAddress(max) => Self::TooManyFromAddress(max),
        }
    }
}

/// An answer in plain text that is true now and perhaps not later.
pub(crate) fn said_once(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header(header::ContentType::plaintext())
        .insert_header((header::CACHE_CONTROL, "no-store"));
    response
}

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
