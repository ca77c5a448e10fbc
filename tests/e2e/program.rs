//! The `nnvisu` command: its options, its errors, its end.

use std::process::Stdio;
use std::time::Duration;

use nnvisu_tests::client::Client;
use nnvisu_tests::data::{XOR, points};
use nnvisu_tests::program::nnvisu;
use nnvisu_tests::server::{Server, Signal};
use nnvisu_tests::wait::guarded;
use serde_json::json;
use tokio::process::Command;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// How long the program may take to end when asked to.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(2);

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs the program to its end.
async fn run(args: &[&str]) -> Run {
    let output = Command::new(nnvisu())
        .args(args)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = guarded(&format!("nnvisu {args:?} to end"), output)
        .await
        .expect("nnvisu starts");
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[tokio::test]
async fn version_and_help_are_told() {
    let version = run(&["--version"]).await;
    assert_eq!(version.code, Some(0));
    assert_eq!(
        version.stdout.trim(),
        format!("nnvisu {}", env!("CARGO_PKG_VERSION"))
    );
    let help = run(&["serve", "--help"]).await;
    assert_eq!(help.code, Some(0));
    for option in [
        "--host",
        "--port",
        "--web-dir",
        "--allow-origin",
        "--open",
        "--max-points",
    ] {
        assert!(
            help.stdout.contains(option),
            "{option} in:\n{}",
            help.stdout
        );
    }
}

#[tokio::test]
async fn the_address_is_printed_and_is_local() {
    let server = Server::start().await;
    assert!(server.address().ip().is_loopback());
    assert!(
        server.output().contains(&server.url("")),
        "{}",
        server.output()
    );
}

#[tokio::test]
async fn a_port_in_use_is_one_line_and_a_failure() {
    let server = Server::start().await;
    let port = server.address().port().to_string();
    let second = run(&["serve", "--port", &port]).await;
    assert_eq!(second.code, Some(1));
    assert_eq!(second.stderr.trim().lines().count(), 1, "{}", second.stderr);
    assert!(second.stderr.contains(&port), "{}", second.stderr);
    assert!(second.stderr.contains("in use"), "{}", second.stderr);
    assert_eq!(second.stdout, "");
}

#[tokio::test]
async fn wrong_options_are_refused_by_name() {
    for (args, named) in [
        (&["serve", "--prot", "80"][..], "--prot"),
        (&["serve", "--port", "70000"], "70000"),
        (&["serve", "--port", "http"], "http"),
        (&["serve", "--max-points", "-1"], "-1"),
        (
            &["serve", "--host", "not a host", "--port", "0"],
            "not a host",
        ),
        (&["sreve"], "sreve"),
        (
            &["serve", "--port", "0", "--web-dir", "/no/such/directory"],
            "/no/such/directory",
        ),
        (
            &[
                "serve",
                "--port",
                "0",
                "--allow-origin",
                "school.example/page",
            ],
            "school.example/page",
        ),
    ] {
        let refused = run(args).await;
        assert_ne!(refused.code, Some(0), "{args:?}");
        assert!(refused.code.is_some(), "{args:?} ended by a signal");
        assert!(
            refused.stderr.contains(named),
            "{args:?}: {}",
            refused.stderr
        );
        assert!(
            !refused.stderr.contains("panicked"),
            "{args:?}: {}",
            refused.stderr
        );
    }
}

#[tokio::test]
async fn interrupt_and_terminate_end_the_program_while_clients_train() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut server = Server::start().await;
        let mut clients = Vec::new();
        for _ in 0..3 {
            let mut client = Client::v1(&server).await;
            client
                .send(json!({"type": "update_data", "data": points(&XOR)}))
                .await;
            client.send(json!({"type": "start_training"})).await;
            client.next_map().await;
            clients.push(client);
        }
        // One that is only connected.
        clients.push(Client::v2(&server).await);
        // And a browser that keeps its connection for another request.
        let http = reqwest::Client::new();
        let page = http.get(server.url("/")).send().await.expect("an answer");
        assert!(page.status().is_success());

        // They read on, as a browser does.
        let goodbyes: Vec<_> = clients
            .into_iter()
            .map(|client| tokio::spawn(client.closed()))
            .collect();
        server.signal(signal);
        let status = server.exit_within(SHUTDOWN_LIMIT).await;
        assert_eq!(status.code(), Some(0), "{signal:?}");
        for goodbye in goodbyes {
            let code = goodbye.await.expect("no panic");
            assert_eq!(code, Some(CloseCode::Away), "{signal:?}");
        }
    }
}

#[tokio::test]
async fn clients_that_neither_read_nor_close_do_not_hold_the_program_up() {
    let mut server = Server::start().await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = Client::v1(&server).await;
        client
            .send(json!({"type": "update_data", "data": points(&XOR)}))
            .await;
        client.send(json!({"type": "start_training"})).await;
        client.next_map().await;
        clients.push(client);
    }
    server.signal(Signal::TERM);
    let status = server.exit_within(SHUTDOWN_LIMIT).await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn it_ends_at_once_without_clients() {
    let mut server = Server::start().await;
    server.signal(Signal::TERM);
    let status = server.exit_within(SHUTDOWN_LIMIT).await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn its_port_is_free_again_afterwards() {
    let mut server = Server::start().await;
    let port = server.address().port();
    let _client = Client::v1(&server).await;
    server.signal(Signal::INT);
    server.exit_within(SHUTDOWN_LIMIT).await;
    let again = Server::start_on(port, &[]).await;
    assert_eq!(again.address().port(), port);
    Client::v1(&again).await;
}

#[tokio::test]
async fn it_is_quiet_unless_something_is_wrong() {
    let mut server = Server::start().await;
    let mut client = Client::v1(&server).await;
    client.round_trip().await;
    client.refused("not JSON").await;
    client.close().await;
    server.signal(Signal::TERM);
    server.exit_within(SHUTDOWN_LIMIT).await;
    let lines = server.output().lines().count();
    assert!(lines <= 3, "{}", server.output());
}
