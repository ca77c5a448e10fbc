//! Headers that narrow what a browser lets the page do and what it keeps of it.

use actix_web::{
    http::header::{self, HeaderName},
    middleware::DefaultHeaders,
};

use super::CACHE_CONTROL;

/// Everything comes from the server itself; images may also be made by the page (`data:`,
/// `blob:`). There are no plug-ins, no inline scripts and no forms that leave the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; \
     img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'";

/// The page needs none of what a browser can do besides showing it.
const PERMISSIONS_POLICY: &str = "accelerometer=(), browsing-topics=(), camera=(), \
     display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), \
     payment=(), usb=(), xr-spatial-tracking=()";

/// The page of a directory decides by itself what scripts and styles it has in it, such as the
/// inline ones of a page written for another server.
const POLICY_OF_OTHER_PAGES: &str = "frame-ancestors 'self'";

/// The headers of every answer, where it does not say otherwise, besides the page of the program or
/// that of a directory.
pub(crate) fn security_headers(is_page_from_directory: bool) -> DefaultHeaders {
    let content_security_policy = if is_page_from_directory {
        POLICY_OF_OTHER_PAGES
    } else {
        CONTENT_SECURITY_POLICY
    };
    DefaultHeaders::new()
        .add((header::CONTENT_SECURITY_POLICY, content_security_policy))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // For browsers that do not know frame-ancestors.
        .add((header::X_FRAME_OPTIONS, "SAMEORIGIN"))
        .add((header::REFERRER_POLICY, "no-referrer"))
        .add((header::PERMISSIONS_POLICY, PERMISSIONS_POLICY))
        .add((
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ))
        .add((
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ))
}

/// The headers of every file of the page.
pub(crate) fn page_headers() -> DefaultHeaders {
    DefaultHeaders::new().add(CACHE_CONTROL)
}
