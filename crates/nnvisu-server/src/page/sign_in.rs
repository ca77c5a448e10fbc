//! What a person without the access token sees.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};

use crate::responses::uncached;

const PAGE: &str = include_str!("sign_in.html");

/// Nothing is loaded, and the form leads to where it comes from.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A page that asks for the token; `complaint` says what was wrong with the last one.
pub(crate) fn sign_in(complaint: &'static str) -> HttpResponse {
    uncached(StatusCode::UNAUTHORIZED)
        .insert_header(header::ContentType::html())
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .insert_header((header::WWW_AUTHENTICATE, "Bearer"))
        .body(PAGE.replace("{complaint}", complaint))
}
