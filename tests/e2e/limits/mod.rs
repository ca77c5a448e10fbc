//! The program's limits and access rules, set by its options, and what it logs of those it turns away.

use nnvisu_tests::client::{Client, Version};
use nnvisu_tests::server::{Server, Signal};
use nnvisu_tests::wait::guarded;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The status with which a handshake is refused.
async fn refused(server: &Server) -> u16 {
    match Client::connect(server.address(), Version::V1, None).await {
        Err(status) => status,
        Ok(_) => panic!("let in"),
    }
}

/// Sends bytes that no HTTP library would, and returns the answer as text.
async fn raw(server: &Server, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address())
        .await
        .expect("the server accepts connections");
    stream.write_all(request).await.expect("open");
    let mut answer = Vec::new();
    guarded("an answer", stream.read_to_end(&mut answer))
        .await
        .expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn the_options_set_the_limits() {
    for (option, status) in [
        ("--max-sessions=1", 503),
        ("--max-sessions-per-address=1", 429),
    ] {
        let server = Server::start_with(&[option]).await;
        let first = Client::connect(server.address(), Version::V2, None)
            .await
            .expect("let in");
        assert_eq!(refused(&server).await, status, "{option}");
        let asked = reqwest::get(server.url("/ws")).await.expect("an answer");
        assert_eq!(asked.status().as_u16(), status, "{option}");
        let sentence = asked.text().await.expect("a text");
        assert!(sentence.ends_with(".\n"), "a sentence: {sentence}");
        first.close().await;
    }
}

#[tokio::test]
async fn a_message_may_be_as_large_as_the_option_says() {
    let server = Server::start_with(&["--max-message-bytes=2000"]).await;
    let client = Client::connect(server.address(), Version::V2, None)
        .await
        .expect("let in");
    let limits = &client.greeting()["payload"]["limits"];
    assert_eq!(limits["maxMessageBytes"], 2000);
}

#[tokio::test]
async fn who_knows_the_token_in_the_file_gets_in() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("token");
    tokio::fs::write(&file, " open-sesame \nwhat follows does not count\n")
        .await
        .expect("written");
    let file = file.to_str().expect("UTF-8");
    let server = Server::start_with(&["--access-token-file", file]).await;
    assert_eq!(refused(&server).await, 401);
    let page = reqwest::get(server.url("/")).await.expect("an answer");
    assert_eq!(page.status().as_u16(), 401);
    let bearer = reqwest::Client::new()
        .get(server.url("/"))
        .bearer_auth("open-sesame");
    let page = bearer.send().await.expect("an answer");
    assert_eq!(page.status().as_u16(), 200);
    assert!(!server.output().contains("sesame"), "{}", server.output());
}

#[tokio::test]
async fn the_log_holds_nothing_that_a_terminal_would_obey() {
    for format in ["text", "json"] {
        let mut server = Server::start_with(&["-vvv", "--log-format", format]).await;
        let host = server.address();
        // 0x9b begins a command to the terminal, as ESC [ does.
        for line in [
            &b"Origin: http://\x9b2J\x9b31mevil.example"[..],
            b"Host: \x9b31mevil.example",
            b"Origin: http://evil.example\t\x9d0;title\x9c",
        ] {
            let mut request = b"GET /ws HTTP/1.1\r\nConnection: close\r\n".to_vec();
            if !line.starts_with(b"Host") {
                request.extend(format!("Host: {host}\r\n").as_bytes());
            }
            request.extend(line);
            request.extend(b"\r\n\r\n");
            let answer = raw(&server, &request).await;
            assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        }
        raw(&server, b"GET /\x9b31m HTTP/1.1\r\n\r\n").await;
        server.signal(Signal::TERM);
        let status = server.exit_within(Duration::from_secs(2)).await;
        assert!(status.success(), "{status}");

        let output = server.output();
        assert!(output.contains("refused"), "{output}");
        let obeyed = |c: char| c.is_control() && c != '\n';
        assert!(!output.contains(obeyed), "{output:?}");
        if format == "json" {
            let log = output.lines().filter(|line| !line.starts_with("nnvisu "));
            for line in log {
                let entry: Value = serde_json::from_str(line).expect(line);
                assert!(entry["level"].is_string(), "{line}");
            }
        }
    }
}
