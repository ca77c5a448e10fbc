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
    access::{AccessToken, is_ours},
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
/// Those of what is behind the gate.
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
    let answer = match &shared.access_token {
        Some(token) => ask_for(token, &mut request).await,
        None => None,
    };
    if let Some(answer) = answer {
        if answer.status() == StatusCode::UNAUTHORIZED {
            shared.metrics.refused(Refusal::NoToken.as_str());
        }
        return Ok(request.into_response(answer));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Nothing if the request may pass; else what to answer.
async fn ask_for(token: &AccessToken, request: &mut ServiceRequest) -> Option<HttpResponse> {
    if token.is_carried_by(request.request()) {
        return None;
    }
    let name = request.path().rsplit('/').next();
    let is_page = matches!(name, Some("" | "index.html"));
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if token.is_in_address_of(request.request()) {
        // The address of the page goes into histories and bookmarks: better without the token.
        return (is_page && is_reading).then(|| remember(token, request.request()));
    }
    if is_page && request.method() == Method::POST {
        let typed = typed_token(request).await;
        let is_right = typed.is_some_and(|typed| token.is(typed.trim()));
        if is_right {
            return Some(remember(token, request.request()));
        }
        tracing::info!("refused a wrong access token");
        return Some(page::sign_in("That was not the token. Please try again."));
    }
    let refusal = if is_page && is_reading {
        page::sign_in("")
    } else {
        Refusal::NoToken.response()
    };
    Some(refusal)
}

/// Sends the browser to the page with a cookie to show from now on.
fn remember(token: &AccessToken, request: &HttpRequest) -> HttpResponse {
    let by_https = request.connection_info().scheme() == "https";
    uncached(StatusCode::SEE_OTHER)
        .cookie(token.cookie(by_https))
        .insert_header((header::LOCATION, "./"))
        .finish()
}

/// The token that was entered into the form of the sign-in page.
async fn typed_token(request: &mut ServiceRequest) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct SignIn {
        token: String,
    }
    let form = request.extract::<Form<SignIn>>();
    let form = tokio::time::timeout(FORM_TIMEOUT, form).await.ok()?.ok()?;
    Some(form.into_inner().token)
}
