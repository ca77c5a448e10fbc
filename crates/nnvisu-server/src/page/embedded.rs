//! The page from the program itself, as `build/bundle.rs` has prepared it.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    sync::LazyLock,
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ACCEPT_ENCODING, ETag, EntityTag, Header, HeaderMap, IfNoneMatch},
    web::Bytes,
};
use flate2::{Compression, write::GzEncoder};
use include_dir::{Dir, include_dir};

use super::INDEX_FILE;

/// What is below the hash of the page never changes: a browser need not ask again for a year,
/// which is as long as one can say (RFC 9111, section 5.2.2; `immutable` is RFC 8246).
const FOR_EVER: (header::HeaderName, &str) =
    (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

static WEB: Dir<'static> = include_dir!("$NNVISU_PAGE");

static ASSETS: LazyLock<HashMap<&'static str, Asset>> = LazyLock::new(|| {
    let mut assets = HashMap::new();
    collect(&WEB, &mut assets);
    assets
});

/// One file of the page.
struct Asset {
    content_type: String,
    is_hashed: bool,
    plain: Representation,
    /// The file in gzip format, where that saves something.
    gzip: Option<Representation>,
}

/// What may be sent for a file. Each encoding has its own tag, as strong tags promise equal bytes
/// (RFC 9110, section 8.8.3.3).
struct Representation {
    bytes: Bytes,
    etag: EntityTag,
}

impl Asset {
    fn new(name: &str, contents: &'static [u8]) -> Self {
        let mime = mime_guess::from_path(name).first_or_octet_stream();
        let is_text = mime.type_() == "text"
            || matches!(
                mime.essence_str(),
                "image/svg+xml" | "application/manifest+json"
            );
        let compressed = is_text.then(|| compress(contents));
        let tag = content_hash(contents);
        Self {
            content_type: if mime.type_() == "text" {
                format!("{mime}; charset=utf-8")
            } else {
                mime.to_string()
            },
            is_hashed: name != INDEX_FILE,
            plain: Representation {
                bytes: Bytes::from_static(contents),
                etag: EntityTag::new_strong(tag.clone()),
            },
            gzip: compressed
                .filter(|compressed| compressed.len() < contents.len())
                .map(|compressed| Representation {
                    bytes: compressed.into(),
                    etag: EntityTag::new_strong(format!("{tag}-gzip")),
                }),
        }
    }
}

fn collect(dir: &'static Dir<'static>, assets: &mut HashMap<&'static str, Asset>) {
    for file in dir.files() {
        if let Some(path) = file.path().to_str() {
            assets.insert(path, Asset::new(path, file.contents()));
        }
    }
    for inner in dir.dirs() {
        collect(inner, assets);
    }
}

fn compress(contents: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(contents)
        .and_then(|()| encoder.finish())
        .expect("writing into memory cannot fail")
}

/// Changes with the contents; need not be the same for two builds of the program.
fn content_hash(contents: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Answers with the file of the page at `path` (no leading slash, empty for the page itself), or
/// with nothing if there is no such file.
pub(crate) fn serve(request: &HttpRequest, path: &str) -> Option<HttpResponse> {
    let path = if path.is_empty() { INDEX_FILE } else { path };
    let asset = ASSETS.get(path)?;
    let (representation, encoding) = match &asset.gzip {
        Some(gzip) if accepts_gzip(request.headers()) => (gzip, Some("gzip")),
        _ => (&asset.plain, None),
    };

    let mut response = if is_cached(request, &representation.etag) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response.insert_header(ETag(representation.etag.clone()));
    if asset.is_hashed {
        response.insert_header(FOR_EVER);
    }
    if asset.gzip.is_some() {
        response.insert_header((header::VARY, "accept-encoding"));
    }
    if is_cached(request, &representation.etag) {
        return Some(response.finish());
    }
    response.content_type(asset.content_type.as_str());
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding));
    }
    Some(response.body(representation.bytes.clone()))
}

fn is_cached(request: &HttpRequest, etag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(etag)),
        Err(_) => false,
    }
}

/// Whether the browser takes gzip: named in `Accept-Encoding` and not with weight 0.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let refused = parts
                .filter_map(|parameter| parameter.strip_prefix("q="))
                .any(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0));
            name.eq_ignore_ascii_case("gzip") && !refused
        })
}

#[cfg(test)]
mod tests {
    use actix_web::{body::MessageBody, http::StatusCode, test::TestRequest};

    use super::*;

    fn get(path: &str, headers: &[(&'static str, &str)]) -> Option<HttpResponse> {
        let mut request = TestRequest::get();
        for &header in headers {
            request = request.insert_header(header);
        }
        serve(&request.to_http_request(), path)
    }

    fn header_of<'a>(response: &'a HttpResponse, name: &str) -> &'a str {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn the_directory_is_the_page() {
        let page = get("", &[]).unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(header_of(&page, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header_of(&page, "content-encoding"), "");
    }

    #[test]
    fn the_program_of_the_page_never_changes_under_its_name() {
        let path = concat!("_", env!("NNVISU_PAGE_HASH"), "/js/main.js");
        let tag = header_of(&get(path, &[]).unwrap(), "etag").to_owned();
        for (known, status) in [
            ("", StatusCode::OK),
            (tag.as_str(), StatusCode::NOT_MODIFIED),
        ] {
            let module = get(path, &[("if-none-match", known)]).unwrap();
            assert_eq!(module.status(), status);
            assert_eq!(
                header_of(&module, "cache-control"),
                "public, max-age=31536000, immutable"
            );
        }
        assert_eq!(
            header_of(&get(path, &[]).unwrap(), "content-type"),
            "text/javascript; charset=utf-8"
        );
        // The page itself is asked for each time.
        assert_eq!(header_of(&get("", &[]).unwrap(), "cache-control"), "");
    }

    #[test]
    fn what_is_not_of_the_page_is_not_there() {
        for path in [
            "nothing.html",
            "_0123456789abcdef/js/main.js",
            "js",
            "js/main.js",
            "jsconfig.json",
            "types/wire.d.ts",
            "../Cargo.toml",
            "/",
        ] {
            assert!(get(path, &[]).is_none(), "{path}");
        }
    }

    #[test]
    fn a_known_file_is_not_sent_again() {
        let tag = header_of(&get("", &[]).unwrap(), "etag").to_owned();
        assert!(tag.starts_with('"'), "{tag} is a strong tag");
        let again = get("", &[("if-none-match", &tag)]).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header_of(&again, "etag"), tag);
        let changed = get("", &[("if-none-match", "\"other\"")]).unwrap();
        assert_eq!(changed.status(), StatusCode::OK);
    }

    #[test]
    fn gzip_is_another_representation() {
        let plain = get("", &[("accept-encoding", "gzip;q=0, br")]).unwrap();
        let gzip = get("", &[("accept-encoding", "br, gzip;q=0.5")]).unwrap();
        assert_eq!(header_of(&gzip, "content-encoding"), "gzip");
        assert_eq!(header_of(&plain, "content-encoding"), "");
        assert_eq!(header_of(&plain, "vary"), "accept-encoding");
        assert_ne!(header_of(&gzip, "etag"), header_of(&plain, "etag"));
        let compressed = gzip.into_body().try_into_bytes().unwrap();
        let mut decoder = flate2::read::GzDecoder::new(&compressed[..]);
        let mut contents = Vec::new();
        std::io::Read::read_to_end(&mut decoder, &mut contents).unwrap();
        assert_eq!(contents, plain.into_body().try_into_bytes().unwrap());
    }
}
