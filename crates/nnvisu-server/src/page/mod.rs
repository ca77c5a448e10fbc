//! The page: HTML, CSS, JavaScript and images, from the program itself or from a directory.
//!
//! The program has the page in few files, below a directory whose name is a hash of them (see
//! `build/bundle.rs`): a browser keeps those for good, and asks again only for `index.html`, which
//! names them. In a directory of a developer no name carries a hash, so a browser has to ask every time
//! (`no-cache`) and is answered `304 Not Modified` by its entity tag. All links within the page are
//! relative; nothing here needs to know under which path a reverse proxy shows it.

mod disk;
mod embedded;
mod headers;
mod sign_in;

// What prepares the page runs before there are tests; so its own are run from here.
#[cfg(test)]
#[path = "../../build/bundle.rs"]
mod bundle;
#[cfg(test)]
#[path = "../../build/modules.rs"]
mod modules;

pub(crate) use disk::files_of;
pub(crate) use embedded::serve;
pub(crate) use headers::{page_headers, security_headers};
pub(crate) use sign_in::sign_in;

use std::path::Path;

use actix_web::{HttpResponse, Responder, http::header};

/// What a request for a directory gets.
const INDEX_FILE: &str = "index.html";

/// Browsers keep a copy, but ask whether it is still right before each use.
const CACHE_CONTROL: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-cache");

/// The kinds of file that belong to the page. What only its developers need (type declarations,
/// editor settings) stays out.
fn belongs_to_page(path: &Path) -> bool {
    const EXTENSIONS: [&str; 9] = [
        "html",
        "css",
        "js",
        "svg",
        "png",
        "ico",
        "webmanifest",
        "woff2",
        "txt",
    ];
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// The answer for a path that nothing lives at.
pub(crate) async fn not_found() -> impl Responder {
    HttpResponse::NotFound()
        .insert_header(header::ContentType::plaintext())
        .body("There is nothing at this address. nnvisu's page is at the root of the server.\n")
}
