//! The page from a directory, for those who edit it.

use std::path::Path;

use actix_files::Files;
use actix_web::dev::{ServiceRequest, ServiceResponse, fn_service};

use super::{INDEX_FILE, belongs_to_page, not_found};

/// Serves the page's files below `dir`. Neither `..` nor names with a leading dot get through,
/// and the same kinds of file are served as from the program itself.
pub(crate) fn files_of(dir: &Path) -> Files {
    Files::new("/", dir)
        .index_file(INDEX_FILE)
        .prefer_utf8(true)
        .path_filter(|path, _| path.as_os_str().is_empty() || belongs_to_page(path))
        .default_handler(fn_service(|request: ServiceRequest| async {
            let (request, _) = request.into_parts();
            let response = actix_web::Responder::respond_to(not_found().await, &request);
            Ok(ServiceResponse::new(
                request,
                response.map_into_boxed_body(),
            ))
        }))
}
