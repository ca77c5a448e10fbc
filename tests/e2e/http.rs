//! The page's files over HTTP: from the program, and from a directory.

use nnvisu_tests::server::Server;
use nnvisu_tests::wait::guarded;
use reqwest::{Client, Response, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn get(server: &Server, path: &str) -> Response {
    guarded(path, Client::new().get(server.url(path)).send())
        .await
        .expect("an answer")
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .unwrap_or_else(|| panic!("no {name} in {:?}", response.headers()))
        .to_str()
        .expect("a text")
}

/// Sends a request as it is, which no HTTP library would, and returns the
/// answer's status line and body.
async fn raw(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address())
        .await
        .expect("the server accepts connections");
    stream.write_all(request.as_bytes()).await.expect("open");
    let mut answer = Vec::new();
    guarded(request, stream.read_to_end(&mut answer))
        .await
        .expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The path of the file that the page names after `opening`.
async fn named_in_page(server: &Server, opening: &str) -> String {
    let page = get(server, "/").await.text().await.expect("a text");
    let (_, rest) = page
        .split_once(opening)
        .unwrap_or_else(|| panic!("no {opening} in {page}"));
    let (path, _) = rest.split_once('"').expect("a quoted path");
    format!("/{path}")
}

const MAIN_MODULE: &str = "<script type=\"module\" src=\"";

#[tokio::test]
async fn the_page_and_its_files_have_their_types() {
    let server = Server::start().await;
    let module = named_in_page(&server, MAIN_MODULE).await;
    let icon = named_in_page(&server, "<link rel=\"icon\" type=\"image/svg+xml\" href=\"").await;
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        (&module, "text/javascript; charset=utf-8"),
        (&icon, "image/svg+xml"),
    ] {
        let response = get(&server, path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&response, "content-type"), content_type, "{path}");
        assert_eq!(
            header(&response, "x-content-type-options"),
            "nosniff",
            "{path}"
        );
    }
    let page = get(&server, "/").await.text().await.expect("a text");
    assert!(page.contains("nnvisu"), "{page}");
}

/// The paths that a page, stylesheet or module mentions outside of comments,
/// relative to itself.
fn mentioned(text: &str) -> Vec<String> {
    let text: String = text
        .split("/*")
        .enumerate()
        .map(|(index, piece)| match piece.split_once("*/") {
            Some((_, after_comment)) if index > 0 => after_comment,
            _ => piece,
        })
        .collect();
    let mut found = Vec::new();
    for opening in [
        "src=\"",
        "href=\"",
        "from \"",
        "from '",
        "import \"",
        "import '",
        "url(\"",
    ] {
        let closing = if opening.ends_with('\'') { '\'' } else { '"' };
        for piece in text.split(opening).skip(1) {
            if let Some((path, _)) = piece.split_once(closing)
                && !path.contains(':')
                && !path.starts_with('#')
                && path.contains('.')
            {
                found.push(path.to_string());
            }
        }
    }
    found
}

#[tokio::test]
async fn everything_that_the_page_mentions_is_served() {
    let server = Server::start().await;
    let base = reqwest::Url::parse(&server.url("/")).expect("an address");
    let mut to_visit = vec![base];
    let mut visited = Vec::new();
    while let Some(url) = to_visit.pop() {
        if visited.contains(&url) {
            continue;
        }
        let response = get(&server, url.path()).await;
        assert_eq!(response.status(), StatusCode::OK, "{url}");
        let content_type = header(&response, "content-type").to_string();
        if !content_type.starts_with("image/") {
            let text = response.text().await.expect("a text");
            for path in mentioned(&text) {
                assert!(
                    !path.starts_with('/'),
                    "{url} mentions {path}, which no sub-path has"
                );
                to_visit.push(url.join(&path).expect("a path"));
            }
        }
        visited.push(url);
    }
    let is_module = |url: &reqwest::Url| url.path().ends_with("/js/main.js");
    assert!(visited.iter().any(is_module), "{visited:?}");
}

#[tokio::test]
async fn nothing_of_the_page_comes_from_elsewhere() {
    let server = Server::start().await;
    let response = get(&server, "/").await;
    let policy = header(&response, "content-security-policy").to_string();
    assert!(
        policy.contains("default-src 'self'") || policy.contains("default-src 'none'"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"),
        "{policy}"
    );
    assert_eq!(header(&response, "referrer-policy"), "no-referrer");
    assert!(
        policy.contains("frame-ancestors") || response.headers().contains_key("x-frame-options"),
        "the page cannot be framed by others: {policy}"
    );
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_again() {
    let server = Server::start().await;
    let module = named_in_page(&server, MAIN_MODULE).await;
    for (path, kept) in [
        // Stale pages would outlive an upgrade: always ask.
        ("/", "no-cache"),
        // What the page consists of has another name with every change: never ask again.
        (&module, "immutable"),
    ] {
        let first = get(&server, path).await;
        let etag = header(&first, "etag").to_string();
        assert!(header(&first, "cache-control").contains(kept), "{path}");
        let again = Client::new()
            .get(server.url(path))
            .header("If-None-Match", &etag)
            .send()
            .await
            .expect("an answer");
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(again.bytes().await.expect("a body").len(), 0, "{path}");
        let changed = Client::new()
            .get(server.url(path))
            .header("If-None-Match", "\"something-else\"")
            .send()
            .await
            .expect("an answer");
        assert_eq!(changed.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn head_answers_without_a_body_and_other_methods_are_refused() {
    let server = Server::start().await;
    let head = Client::new()
        .head(server.url("/"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(header(&head, "content-type"), "text/html; charset=utf-8");
    let post = Client::new()
        .post(server.url("/"))
        .send()
        .await
        .expect("an answer");
    assert!(
        [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND].contains(&post.status()),
        "{}",
        post.status()
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let server = Server::start().await;
    let module = named_in_page(&server, MAIN_MODULE).await;
    let of_another_page = module.replace("/_", "/_0");
    for path in [
        "/nothing",
        "/js/",
        "/js/nothing.js",
        "/Cargo.toml",
        &of_another_page,
    ] {
        assert_eq!(
            get(&server, path).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    // The WebSocket's address, visited like a page.
    let status = get(&server, "/ws").await.status();
    assert!(status.is_client_error(), "{status}");
}

/// Paths that lead out of a directory when taken literally.
const ESCAPES: [&str; 6] = [
    "/../secret.txt",
    "/js/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/..\\secret.txt",
    "//etc/passwd",
];

fn assert_refused(answer: &str, path: &str) {
    let status = answer.split(' ').nth(1).unwrap_or_default();
    assert!(status.starts_with('4'), "{path}: {answer}");
    assert!(
        !answer.contains("top secret") && !answer.contains("root:"),
        "{path}: {answer}"
    );
}

#[tokio::test]
async fn a_page_directory_is_served_as_it_is_now_and_nothing_beside_it() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let web = directory.path().join("web");
    tokio::fs::create_dir_all(web.join("js"))
        .await
        .expect("created");
    tokio::fs::write(directory.path().join("secret.txt"), "top secret")
        .await
        .expect("written");
    tokio::fs::write(web.join("index.html"), "<p>first")
        .await
        .expect("written");
    let server = Server::start_with(&["--web-dir", web.to_str().expect("UTF-8")]).await;

    assert_eq!(
        get(&server, "/").await.text().await.expect("a text"),
        "<p>first"
    );
    tokio::fs::write(web.join("index.html"), "<p>second, edited")
        .await
        .expect("written");
    tokio::fs::write(web.join("js/new.js"), "1;")
        .await
        .expect("written");
    assert_eq!(
        get(&server, "/").await.text().await.expect("a text"),
        "<p>second, edited"
    );
    let script = get(&server, "/js/new.js").await;
    assert!(header(&script, "content-type").starts_with("text/javascript"));

    for path in ESCAPES {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            server.address()
        );
        assert_refused(&raw(&server, &request).await, path);
    }
}

/// Such as one that was written for another server, with styles and scripts in its HTML.
#[tokio::test]
async fn a_page_of_a_directory_decides_what_it_consists_of() {
    let web = tempfile::tempdir().expect("a temporary directory");
    let own_page = "<style>p { color: red }</style><p style='margin: 0'>mine";
    tokio::fs::write(web.path().join("index.html"), own_page)
        .await
        .expect("written");
    let server = Server::start_with(&["--web-dir", web.path().to_str().expect("UTF-8")]).await;
    let page = get(&server, "/").await;
    let policy = header(&page, "content-security-policy");
    assert_eq!(policy, "frame-ancestors 'self'");
    assert_eq!(header(&page, "x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn two_slashes_are_one() {
    let server = Server::start().await;
    for (path, status) in [
        ("//", StatusCode::OK),
        ("//index.html", StatusCode::OK),
        ("///healthz", StatusCode::OK),
        ("//ws", StatusCode::UPGRADE_REQUIRED),
        ("//nothing//here", StatusCode::NOT_FOUND),
    ] {
        let answer = get(&server, path).await;
        assert_eq!(answer.status(), status, "{path}");
    }
}

#[tokio::test]
async fn the_built_in_page_has_no_way_out_either() {
    let server = Server::start().await;
    for path in ESCAPES {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            server.address()
        );
        assert_refused(&raw(&server, &request).await, path);
    }
}
