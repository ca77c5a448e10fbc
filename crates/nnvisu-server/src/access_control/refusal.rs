//! Why a request is refused, as an HTTP status and a sentence.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};

use crate::{admission::AdmissionDenied, responses::uncached};

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
        "Too many wrong access tokens have come from your network address; try again in a moment."
    )]
    TooManyGuesses,
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
            Self::TooManyGuesses | Self::TooManyFromAddress(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Draining | Self::Full(_) | Self::NoThread => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// After how many seconds it makes sense to ask again.
    fn retry_after(self) -> Option<&'static str> {
        match self {
            Self::ForeignHost | Self::NoToken | Self::ForeignOrigin => None,
            Self::Draining | Self::TooManyGuesses => Some("1"),
            Self::Full(_) | Self::TooManyFromAddress(_) | Self::NoThread => Some("10"),
        }
    }

    /// The reason as it is counted.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ForeignHost => "foreign_host",
            Self::NoToken => "no_token",
            Self::TooManyGuesses => "too_many_guesses",
            Self::ForeignOrigin => "foreign_origin",
            Self::Draining => "draining",
            Self::Full(_) => "full",
            Self::TooManyFromAddress(_) => "too_many_from_address",
            Self::NoThread => "no_thread",
        }
    }

    /// The answer to the request that is refused.
    pub(crate) fn response(self) -> HttpResponse {
        let mut response = uncached(self.status());
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
