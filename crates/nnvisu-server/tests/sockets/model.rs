//! A session file in, the network of it as another file out.

use std::time::Duration;

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use nnvisu_core::{
    Architecture, ClassCount, Distribution, Seeds, Trainer, TrainingConfig,
    files::{json, onnx, safetensors, session},
    generate_seeded,
};
use nnvisu_protocol::Limits;
use nnvisu_server::{AccessToken, ServiceConfig};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{TIMEOUT, TestServer};

fn trained() -> Trainer {
    let data = generate_seeded(Distribution::Moons, ClassCount::new(3).unwrap(), 60, 1);
    let (network, training) = (Architecture::default(), TrainingConfig::default());
    let mut trainer = Trainer::new(network, training, Seeds::from_master(1), data);
    for _ in 0..20 {
        trainer.train_step().unwrap();
    }
    trainer
}

/// The answer to a POST of `body`: head and bytes.
async fn post(
    server: &TestServer,
    path: &str,
    headers: &[&str],
    body: &[u8],
) -> (u16, String, Vec<u8>) {
    let host = format!("Host: {}", server.address);
    let length = format!("Content-Length: {}", body.len());
    let start = format!("POST {path} HTTP/1.1");
    let mut lines = vec![start.as_str(), "Connection: close", &length];
    if !headers.iter().any(|line| line.starts_with("Host:")) {
        lines.push(&host);
    }
    lines.extend(headers);
    lines.extend(["", ""]);
    let request = [lines.join("\r\n").as_bytes(), body].concat();
    let answer = server.raw(&request).await;
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .expect("a whole answer");
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head, answer[end + 4..].to_vec())
}

#[actix_web::test]
async fn a_session_becomes_a_model() {
    let server = TestServer::start();
    let trainer = trained();
    let file = session::write(&trainer);
    let mlp = trainer.mlp();
    for (format, content_type, model) in [
        ("onnx", "application/octet-stream", onnx::write(mlp)),
        (
            "safetensors",
            "application/octet-stream",
            safetensors::write(mlp),
        ),
        ("json", "application/json", json::write(mlp).into_bytes()),
    ] {
        let (status, head, body) = post(&server, &format!("/model/{format}"), &[], &file).await;
        assert_eq!(status, 200, "{head}");
        let head = head.to_lowercase();
        assert!(
            head.contains(&format!("content-type: {content_type}")),
            "{head}"
        );
        let name =
            format!("content-disposition: attachment; filename=\"nnvisu-2-10-5-3.{format}\"");
        assert!(head.contains(&name), "{head}");
        assert!(head.contains("cache-control: no-store"), "{head}");
        assert!(body == model, "{format}");
    }
    assert_eq!(server.service.n_sessions(), 0);
}

#[actix_web::test]
async fn what_is_no_session_is_refused_in_words() {
    let server = TestServer::start();
    let file = session::write(&trained());
    for (path, body, status, says) in [
        (
            "/model/onnx",
            &b"x,y,label\n"[..],
            400,
            "not an nnvisu session",
        ),
        (
            "/model/json",
            &file[..file.len() / 2],
            400,
            "damaged or incomplete",
        ),
        ("/model/onnx", b"", 400, "not an nnvisu session"),
        ("/model/pickle", &file, 404, "onnx, safetensors, json"),
    ] {
        let (got, _, answer) = post(&server, path, &[], body).await;
        let answer = String::from_utf8(answer).unwrap();
        assert_eq!(got, status, "{path}: {answer}");
        assert!(answer.contains(says), "{path}: {answer}");
    }
    let answer = server.get("/model/onnx", &[]).await;
    assert_eq!(answer.status, 405);
    assert!(
        answer.head.to_lowercase().contains("allow: post"),
        "{}",
        answer.head
    );
}

#[actix_web::test]
async fn limits_are_those_of_messages() {
    let file = session::write(&trained());
    for (max_message_bytes, status) in [(file.len(), 200), (file.len() - 1, 413)] {
        let server = TestServer::with(ServiceConfig {
            limits: Limits {
                max_message_bytes,
                ..Limits::default()
            },
            ..ServiceConfig::default()
        });
        let (got, head, _) = post(&server, "/model/onnx", &[], &file).await;
        assert_eq!(got, status, "{head}");
    }
}

#[actix_web::test]
async fn access_is_as_to_the_websocket() {
    let server = TestServer::with(ServiceConfig {
        access_token: Some(AccessToken::new("correct-horse-battery").unwrap()),
        ..ServiceConfig::default()
    });
    let file = session::write(&trained());
    let bearer = "Authorization: Bearer correct-horse-battery";
    for (headers, status) in [
        (&[][..], 401),
        (&[bearer], 200),
        (&[bearer, "Origin: https://evil.example"], 403),
        (&[bearer, "Origin: null"], 403),
        (&[bearer, "Host: evil.example"], 403),
    ] {
        let (got, head, _) = post(&server, "/model/onnx", headers, &file).await;
        assert_eq!(got, status, "{headers:?}: {head}");
    }
    let own = format!("Origin: http://{}", server.address);
    let (status, head, _) = post(&server, "/model/onnx", &[bearer, &own], &file).await;
    assert_eq!(status, 200, "{head}");
}

#[actix_web::test]
async fn a_client_that_sends_slowly_keeps_no_other_from_saving() {
    let server = TestServer::with(ServiceConfig {
        trust_forwarded_for: true,
        ..ServiceConfig::default()
    });
    let file = session::write(&trained());
    let slow = "X-Forwarded-For: 203.0.113.1";
    let head = format!(
        "POST /model/onnx HTTP/1.1\r\nHost: {}\r\n{slow}\r\nContent-Length: 1000\r\n\r\n{{",
        server.address
    );
    // As many as the server converts at once, from one address; none of them ever continues.
    let mut waiting: FuturesUnordered<_> = (0..16)
        .map(async |_| {
            let mut stream = TcpStream::connect(&server.address).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut start = [0; 12];
            stream.read_exact(&mut start).await.unwrap();
            start
        })
        .collect();
    for _ in 0..12 {
        let answer = tokio::time::timeout(TIMEOUT, waiting.next()).await;
        assert_eq!(&answer.unwrap().unwrap(), b"HTTP/1.1 429");
    }
    let (status, _, answer) = post(&server, "/model/onnx", &[slow], &file).await;
    let answer = String::from_utf8(answer).unwrap();
    assert_eq!(status, 429, "{answer}");
    assert!(answer.contains("4 models"), "{answer}");
    for other in [&[][..], &["X-Forwarded-For: 203.0.113.2"]] {
        let (status, head, _) = post(&server, "/model/onnx", other, &file).await;
        assert_eq!(status, 200, "{head}");
    }

    drop(waiting);
    let free_again = async {
        while post(&server, "/model/onnx", &[slow], &file).await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(TIMEOUT, free_again)
        .await
        .expect("the permits should come back");
}
