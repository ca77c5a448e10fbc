//! The check before everything but the health checks: the right `Host`, and the access token if
//! there is one.

use std::time::Duration;

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header},
    middleware::Next,
    web::{Data, Form},
};

use super::{Refusal, for_log};
use crate::{
    access::{AccessToken, ClientSubnet, carries_token, client_subnet, is_ours, token_cookie},
    guess_limiter::{GuessLimiter, TooManyGuesses},
    page,
    responses::uncached,
    shared::Shared,
    watch::note_request,
};

/// How long a person may take to send the form.
const FORM_TIMEOUT: Duration = Duration::from_secs(5);

/// Lets a request pass, answers it, or refuses it.
///
/// # Errors
///
/// Those of the routes behind it.
pub(crate) async fn check_access(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    note_request(request.request());
    let shared = request
        .app_data::<Data<Shared>>()
        .expect("the scope has it")
        .clone();
    if !is_ours(request.headers(), &shared.allowed_hosts) {
        tracing::warn!(
            host = for_log(request.headers().get(header::HOST)),
            "refused a request for a name that is not this server's; --allow-host allows one"
        );
        shared.metrics.refused(Refusal::ForeignHost.as_str());
        return Ok(request.into_response(Refusal::ForeignHost.response()));
    }
    let Some(token) = &shared.access_token else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let sign_in = SignIn {
        token,
        pass: &shared.sign_in_pass,
        guesses: &shared.guesses,
        source: client_subnet(request.request(), shared.trust_forwarded_for),
    };
    match sign_in.check(&mut request).await {
        Checked::Passes => Ok(next.call(request).await?.map_into_boxed_body()),
        Checked::ShowsPage => {
            let by_https = is_https(request.request());
            let mut response = next.call(request).await?.map_into_boxed_body();
            let cookie = sign_in.pass.session_cookie(PASS_COOKIE, by_https);
            let _ = response.response_mut().add_cookie(&cookie);
            Ok(response)
        }
        Checked::SignsIn => {
            let answer = sign_in.remember(request.request());
            Ok(request.into_response(answer))
        }
        Checked::Refused(refusal, answer) => {
            shared.metrics.refused(refusal.as_str());
            Ok(request.into_response(answer))
        }
    }
}

/// The cookie of browsers that have signed in since the server started. Nobody can guess what is
/// in it, so those who have it are never held up by others who guess.
const PASS_COOKIE: &str = "nnvisu_signed_in";

/// What asks for the access token.
struct SignIn<'a> {
    token: &'a AccessToken,
    pass: &'a AccessToken,
    guesses: &'a GuessLimiter,
    source: Option<ClientSubnet>,
}

enum Checked {
    Passes,
    /// The page is shown to a browser that still has the token, but not the cookie of those that
    /// have signed in.
    ShowsPage,
    /// The browser is to be sent to the page with cookies to show from now on.
    SignsIn,
    Refused(Refusal, HttpResponse),
}

impl SignIn<'_> {
    async fn check(&self, request: &mut ServiceRequest) -> Checked {
        if self.pass.is_cookie_of(request.request(), PASS_COOKIE) {
            return Checked::Passes;
        }
        let name = request.path().rsplit('/').next();
        let is_page = matches!(name, Some("" | "index.html"));
        let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
        let typed = if is_page && request.method() == Method::POST {
            typed_token(request).await
        } else {
            None
        };
        let has_token = typed.is_some() || carries_token(request.request());
        if has_token && self.guesses.turn(self.source).await == Err(TooManyGuesses) {
            tracing::warn!(source = ?self.source, "refused to compare more wrong access tokens");
            return Checked::Refused(Refusal::TooManyGuesses, Refusal::TooManyGuesses.response());
        }
        let is_in_address = self.token.is_in_address_of(request.request());
        let is_typed = typed
            .as_ref()
            .is_some_and(|typed| self.token.is(typed.trim()));
        let is_carried = self.token.is_carried_by(request.request());
        if has_token && (is_in_address || is_typed || is_carried) {
            self.guesses.forgive(self.source);
        }
        if is_in_address {
            // The address of the page goes into histories and bookmarks: better without the token.
            return if is_page && is_reading {
                Checked::SignsIn
            } else {
                Checked::Passes
            };
        }
        if is_typed {
            return Checked::SignsIn;
        }
        if is_carried {
            return if is_page && is_reading {
                Checked::ShowsPage
            } else {
                Checked::Passes
            };
        }
        if has_token {
            tracing::info!("refused a wrong access token");
        }
        let mut answer = if is_page && (is_reading || typed.is_some()) {
            page::sign_in(if typed.is_some() {
                "That was not the token. Please try again."
            } else {
                ""
            })
        } else {
            Refusal::NoToken.response()
        };
        // A browser that kept showing an old token would count as one that guesses.
        if let Some(cookie) = token_cookie(request.request()) {
            let _ = answer.add_removal_cookie(&cookie);
        }
        Checked::Refused(Refusal::NoToken, answer)
    }

    fn remember(&self, request: &HttpRequest) -> HttpResponse {
        let by_https = is_https(request);
        uncached(StatusCode::SEE_OTHER)
            .cookie(self.token.cookie(by_https))
            .cookie(self.pass.session_cookie(PASS_COOKIE, by_https))
            .insert_header((header::LOCATION, "./"))
            .finish()
    }
}

fn is_https(request: &HttpRequest) -> bool {
    request.connection_info().scheme() == "https"
}

/// The token that was entered into the form of the sign-in page.
async fn typed_token(request: &mut ServiceRequest) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct TokenForm {
        token: String,
    }
    let form = request.extract::<Form<TokenForm>>();
    let form = tokio::time::timeout(FORM_TIMEOUT, form).await.ok()?.ok()?;
    Some(form.into_inner().token)
}
