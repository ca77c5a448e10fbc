//! Who may use the server: by the name asked for, and by the access token.

use std::time::Instant;

use nnvisu_server::{AccessToken, Server, ServerConfig, ServiceConfig};
use tokio_tungstenite::tungstenite;

use crate::support::{Answer, TestServer};

const TOKEN: &str = "correct-horse-battery";

fn with_token() -> ServiceConfig {
    ServiceConfig {
        access_token: Some(AccessToken::new(TOKEN).unwrap()),
        ..ServiceConfig::default()
    }
}

#[actix_web::test]
async fn a_foreign_name_that_points_here_gets_nothing() {
    let server = TestServer::start();
    let rebound = ["Host: evil.example:8888"];
    for path in ["/", "/js/main.js", "/ws", "/metrics", "/nothing"] {
        let answer = server.get(path, &rebound).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.body.contains("--allow-host"), "{}", answer.body);
    }
    // The page of that name would be of the same origin as we are.
    let handshake = server
        .get(
            "/ws",
            &[
                "Host: evil.example",
                "Origin: http://evil.example",
                "Upgrade: websocket",
                "Connection: upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            ],
        )
        .await;
    assert_eq!(handshake.status, 403);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.get(path, &rebound).await.status, 200, "{path}");
    }
    for own in ["Host: localhost:1", "Host: [::1]", "Host: 127.0.0.1"] {
        assert_eq!(server.get("/", &[own]).await.status, 200, "{own}");
    }
}

#[actix_web::test]
async fn further_names_can_be_allowed() {
    let server = TestServer::with(ServiceConfig {
        allowed_hosts: vec!["nnvisu.example.com".parse().unwrap()],
        ..ServiceConfig::default()
    });
    for (host, status) in [
        ("Host: nnvisu.example.com", 200),
        ("Host: NNVISU.example.com:8443", 200),
        ("Host: example.com", 403),
    ] {
        assert_eq!(server.get("/", &[host]).await.status, status, "{host}");
    }
}

#[actix_web::test]
async fn a_server_for_others_answers_to_every_name() {
    let config = ServerConfig {
        host: "0.0.0.0".to_owned(),
        port: 0,
        ..ServerConfig::default()
    };
    let server = TestServer::serve(Server::bind(config).unwrap());
    let answer = server.get("/", &["Host: whatever.example"]).await;
    assert_eq!(answer.status, 200);
}

fn location_and_cookie(answer: &Answer) -> (String, String) {
    let header = |name: &str| {
        let line = answer.head.lines().find(|line| line.starts_with(name));
        let line = line.unwrap_or_else(|| panic!("no {name} in {}", answer.head));
        line[name.len() + 2..].to_owned()
    };
    (header("location"), header("set-cookie"))
}

#[actix_web::test]
async fn without_the_token_there_is_only_a_form() {
    let server = TestServer::with(with_token());
    for wrong in [
        "X: y",
        "Authorization: Bearer wrong-token",
        "Cookie: nnvisu_token=wrong",
    ] {
        let page = server.get("/", &[wrong]).await;
        assert_eq!(page.status, 401);
        assert!(page.body.contains("<form"), "{}", page.body);
        assert!(page.head.contains("www-authenticate: Bearer"));
        let forgets = page.head.contains("set-cookie: nnvisu_token=; Max-Age=0");
        assert_eq!(forgets, wrong.starts_with("Cookie"), "{}", page.head);
        assert_eq!(server.get("/ws", &[wrong]).await.status, 401);
    }
    for path in ["/js/main.js", "/metrics", "/?token=wrong-token", "/nothing"] {
        let answer = server.get(path, &[]).await;
        assert_eq!(answer.status, 401, "{path}");
    }
    let handshake = server.try_connect(server.request(&[])).await;
    let Err(tungstenite::Error::Http(response)) = handshake else {
        panic!("let in");
    };
    assert_eq!(response.status(), 401);
    assert_eq!(server.get("/healthz", &[]).await.status, 200);
}

#[actix_web::test]
async fn the_token_in_the_address_becomes_a_cookie() {
    let server = TestServer::with(with_token());
    let answer = server.get(&format!("/?token={TOKEN}"), &[]).await;
    assert_eq!(answer.status, 303);
    let (location, cookie) = location_and_cookie(&answer);
    assert_eq!(location, "./");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let cookie = cookie.split(';').next().unwrap();
    let cookie_line = format!("Cookie: {cookie}");
    assert_eq!(server.get("/", &[&cookie_line]).await.status, 200);
    assert_eq!(server.get("/ws", &[&cookie_line]).await.status, 426);
    let request = server.request(&[("cookie", cookie)]);
    let (mut client, _) = server.try_connect(request).await.unwrap();
    client.next_text("config").await;
}

#[actix_web::test]
async fn the_token_can_be_typed() {
    let server = TestServer::with(with_token());
    let typed = |token: &str| {
        let body = format!("token={token}");
        format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let wrong = server.post(&typed("something-else")).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.body.contains("not the token"), "{}", wrong.body);
    let right = server.post(&typed(TOKEN)).await;
    assert_eq!(right.status, 303);
    location_and_cookie(&right);
}

#[actix_web::test]
async fn tokens_cannot_be_guessed_fast_and_the_right_one_still_gets_in() {
    let server = TestServer::with(with_token());
    let right = server.get(&format!("/?token={TOKEN}"), &[]).await;
    let signed_in = right.head.lines().filter_map(|line| {
        let cookie = line.strip_prefix("set-cookie: ")?.split(';').next()?;
        cookie.starts_with("nnvisu_signed_in").then_some(cookie)
    });
    let signed_in = format!("Cookie: {}", signed_in.collect::<Vec<_>>().join(""));
    let wrong = ["Authorization: Bearer wrong-token"];
    let first_guess = Instant::now();
    for _ in 0..10 {
        assert_eq!(server.get("/ws", &wrong).await.status, 401);
    }
    // Those that come together wait for the same second, and one of them has it. On a machine so
    // busy that they do not come together, one has each second.
    let guesses: Vec<_> = (0..20).map(|_| server.get("/ws", &wrong)).collect();
    let answers = futures_util::future::join_all(guesses).await;
    let n_compared = answers.iter().filter(|answer| answer.status == 401).count();
    let n_seconds = first_guess.elapsed().as_secs() as usize;
    assert!(
        (1..=n_seconds).contains(&n_compared),
        "{n_compared} in {n_seconds} s"
    );
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    assert!(refused.body.contains("Too many wrong"), "{}", refused.body);
    // A browser that has signed in does not notice; the right token is let in when it has its turn.
    assert_eq!(server.get("/", &[&signed_in]).await.status, 200);
    let right = format!("Authorization: Bearer {TOKEN}");
    assert_eq!(server.get("/", &[&right]).await.status, 200);
    // Without a token nothing is guessed.
    assert_eq!(server.get("/", &[]).await.status, 401);
}

#[actix_web::test]
async fn programs_send_the_token_as_a_bearer() {
    let server = TestServer::with(with_token());
    let bearer = format!("Bearer {TOKEN}");
    let request = server.request(&[("authorization", &bearer)]);
    assert!(server.try_connect(request).await.is_ok());
    let line = format!("Authorization: {bearer}");
    assert_eq!(server.get("/metrics", &[&line]).await.status, 200);
}

#[actix_web::test]
async fn every_answer_has_the_headers_that_narrow_browsers() {
    for (server, expected) in [
        (TestServer::start(), [200, 404, 426]),
        (TestServer::with(with_token()), [401, 401, 401]),
    ] {
        for (path, status) in ["/", "/nothing", "/ws"].into_iter().zip(expected) {
            let answer = server.get(path, &[]).await;
            assert_eq!(answer.status, status, "{path}");
            for header in [
                "content-security-policy: default-src",
                "x-content-type-options: nosniff",
                "x-frame-options: SAMEORIGIN",
                "referrer-policy: no-referrer",
                "permissions-policy: ",
                "cross-origin-opener-policy: same-origin",
                "cross-origin-resource-policy: same-origin",
            ] {
                assert!(answer.head.contains(header), "{path}: {}", answer.head);
            }
            assert!(answer.head.contains("frame-ancestors"), "{path}");
            assert!(!answer.head.contains("unsafe-inline"), "{path}");
        }
    }
}
