//! Headers that narrow what a browser lets the page do and what it keeps of it.

use actix_web::{http::header, middleware::DefaultHeaders};

use super::CACHE_CONTROL;

/// Everything comes from the server itself; pictures may also be made by the page (`data:`,
/// `blob:`). There are no plug-ins, no inline scripts and no forms that leave the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; \
     object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'self'";

/// The headers of every file of the page.
pub(crate) fn page_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(CACHE_CONTROL)
        .add((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::REFERRER_POLICY, "no-referrer"))
}
