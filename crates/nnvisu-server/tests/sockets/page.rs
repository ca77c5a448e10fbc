//! The page by HTTP: from the program and from a directory, at the root and below a path.

use actix_web::{
    App,
    http::{StatusCode, header},
    test::{TestRequest, call_service, init_service, read_body},
};
use nnvisu_server::{Service, ServiceConfig};

const WEB_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web");

/// Asks a service mounted at `mount` for `uri`: the status, where it leads or what it is, the body.
async fn get(config: ServiceConfig, mount: &str, uri: &str) -> (StatusCode, String, String) {
    let Answer {
        status,
        about,
        body,
        ..
    } = ask(config, mount, uri).await;
    (status, about, body)
}

struct Answer {
    status: StatusCode,
    about: String,
    body: String,
    cache_control: String,
    content_security_policy: String,
}

async fn ask(config: ServiceConfig, mount: &str, uri: &str) -> Answer {
    let service = Service::new(config);
    let app = init_service(App::new().service(service.scope(mount))).await;
    let response = call_service(&app, TestRequest::get().uri(uri).to_request()).await;
    let text = |name| {
        let value = response.headers().get(name);
        value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    };
    let status = response.status();
    for name in [
        header::CONTENT_SECURITY_POLICY,
        header::X_CONTENT_TYPE_OPTIONS,
        header::CACHE_CONTROL,
    ] {
        let is_answered_elsewhere = status.is_redirection() || uri.ends_with("healthz");
        assert!(
            is_answered_elsewhere || !text(name.clone()).is_empty(),
            "{uri} lacks {name}"
        );
    }
    let content_type = text(header::CONTENT_TYPE);
    let about = if status.is_redirection() {
        text(header::LOCATION)
    } else {
        content_type
    };
    let cache_control = text(header::CACHE_CONTROL);
    let content_security_policy = text(header::CONTENT_SECURITY_POLICY);
    let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
    Answer {
        status,
        about,
        body,
        cache_control,
        content_security_policy,
    }
}

fn built_in() -> ServiceConfig {
    ServiceConfig::default()
}

fn from_disk() -> ServiceConfig {
    ServiceConfig {
        web_dir: Some(WEB_DIR.into()),
        ..ServiceConfig::default()
    }
}

/// The files that the page names: its program, its style, its icon.
fn named(html: &str) -> Vec<String> {
    let mut named = Vec::new();
    for opening in [" src=\"", " href=\""] {
        for piece in html.split(opening).skip(1) {
            let path = piece.split('"').next().unwrap();
            if path.contains('.') && !path.contains(':') {
                named.push(path.to_owned());
            }
        }
    }
    named
}

#[actix_web::test]
async fn both_sources_serve_a_whole_page() {
    for mount in ["", "/nnvisu", "/a/b"] {
        for (config, cache_control, n_files) in [
            // Two scripts, the styles, and the icon, which is named twice.
            (built_in(), "public, max-age=31536000, immutable", 5),
            (from_disk(), "no-cache", 17),
        ] {
            let page = ask(config.clone(), mount, &format!("{mount}/")).await;
            assert_eq!(page.status, StatusCode::OK);
            assert_eq!(page.cache_control, "no-cache");
            let files = named(&page.body);
            assert_eq!(files.len(), n_files, "{files:?}");
            for path in files {
                let uri = format!("{mount}/{path}");
                let answer = ask(config.clone(), mount, &uri).await;
                assert_eq!(answer.status, StatusCode::OK, "{uri}");
                assert_eq!(answer.cache_control, cache_control, "{uri}");
                let expected = match path.rsplit('.').next() {
                    Some("js") => "text/javascript",
                    Some("css") => "text/css",
                    _ => "image/svg+xml",
                };
                // From the disk, scripts come without a charset: it is always UTF-8.
                assert!(
                    answer.about.starts_with(expected),
                    "{uri}: {}",
                    answer.about
                );
            }
        }
    }
}

#[actix_web::test]
async fn what_another_page_had_is_not_found_and_not_remembered() {
    let answer = ask(built_in(), "", "/_0123456789abcdef/js/main.js").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.cache_control, "no-cache");
}

#[actix_web::test]
async fn a_page_of_a_developer_has_its_own_way_with_styles_and_scripts() {
    let built_in = ask(built_in(), "", "/").await.content_security_policy;
    assert!(built_in.contains("default-src 'self'"), "{built_in}");
    let own = ask(from_disk(), "", "/").await.content_security_policy;
    assert_eq!(own, "frame-ancestors 'self'");
}

#[actix_web::test]
async fn two_slashes_are_one() {
    for config in [built_in(), from_disk()] {
        for (mount, uri) in [
            ("", "//"),
            ("", "//index.html"),
            ("", "//healthz"),
            ("/nnvisu", "/nnvisu//"),
            ("/nnvisu", "/nnvisu///index.html?a=//"),
        ] {
            let (status, _, _) = get(config.clone(), mount, uri).await;
            assert_eq!(status, StatusCode::OK, "{uri}");
        }
        let (status, _, body) = get(config, "", "//ws").await;
        assert_eq!(status, StatusCode::UPGRADE_REQUIRED, "{body}");
    }
}

#[actix_web::test]
async fn nothing_else_is_served() {
    for config in [built_in(), from_disk()] {
        for path in [
            "/nothing",
            "/js",
            "/js/",
            "/jsconfig.json",
            "/types/wire.d.ts",
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/..%2fCargo.toml",
            "/.gitignore",
            "//etc/passwd",
            "/js/..%5cmain.js",
        ] {
            let (status, _, body) = get(config.clone(), "", path).await;
            assert!(status.is_client_error(), "{path}: {status}");
            assert!(!body.contains("[package]"));
        }
    }
    let (status, content_type, body) = get(built_in(), "", "/nothing").await;
    assert_eq!(
        (status, content_type.as_str()),
        (StatusCode::NOT_FOUND, "text/plain; charset=utf-8")
    );
    assert!(body.contains("nothing at this address"));
}

#[actix_web::test]
async fn a_path_without_its_slash_leads_to_the_page() {
    for config in [built_in(), from_disk()] {
        let (status, location, _) = get(config, "/some/nnvisu", "/some/nnvisu").await;
        assert_eq!(
            (status, location.as_str()),
            (StatusCode::PERMANENT_REDIRECT, "nnvisu/")
        );
    }
}

#[actix_web::test]
async fn says_that_it_is_well() {
    let (status, _, body) = get(built_in(), "/nnvisu", "/nnvisu/healthz").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "ok\n"));
}
