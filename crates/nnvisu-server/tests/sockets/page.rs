//! The page by HTTP: from the program and from a directory, at the root and below a path.

use actix_web::{
    App,
    http::{StatusCode, header},
    test::{TestRequest, call_service, init_service, read_body},
};
use nnvisu_server::{Service, ServiceConfig};

const WEB_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web");

/// Asks a service mounted at `mount` for `uri`.
async fn get(config: ServiceConfig, mount: &str, uri: &str) -> (StatusCode, String, String) {
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
    let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
    (status, about, body)
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

#[actix_web::test]
async fn both_sources_serve_the_same_page() {
    for mount in ["", "/nnvisu", "/a/b"] {
        for path in ["/", "/index.html", "/js/main.js", "/favicon.svg"] {
            let uri = format!("{mount}{path}");
            let (status, built_in_type, built_in_body) = get(built_in(), mount, &uri).await;
            assert_eq!(status, StatusCode::OK, "{uri}");
            let (status, disk_type, disk_body) = get(from_disk(), mount, &uri).await;
            assert_eq!(status, StatusCode::OK, "{uri}");
            assert!(built_in_body == disk_body, "{uri}");
            // From the disk, scripts come without a charset: it is always UTF-8.
            let essence = |text: &str| text.split(';').next().map(str::to_owned);
            assert_eq!(essence(&built_in_type), essence(&disk_type));
        }
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
