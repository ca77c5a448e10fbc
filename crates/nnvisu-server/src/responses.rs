//! Answers in plain text that are not to be kept.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};

/// An answer in plain text that is true now and perhaps not later.
pub(crate) fn uncached(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header(header::ContentType::plaintext())
        .insert_header((header::CACHE_CONTROL, "no-store"));
    response
}
