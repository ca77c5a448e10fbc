//! The `nnvisu` command: its options, its errors, its end.

use std::process::Stdio;
use std::time::Duration;

use nnvisu_server::ServerConfig;
use nnvisu_tests::client::Client;
use nnvisu_tests::data::{XOR, points};
use nnvisu_tests::program::nnvisu;
use nnvisu_tests::server::{Server, Signal};
use nnvisu_tests::wait::guarded;
use reqwest::redirect::Policy;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
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
        "--qr",
        "--max-points",
    ] {
        assert!(
            help.stdout.contains(option),
            "{option} in:\n{}",
            help.stdout
        );
    }
}

/// The line with which the program says that it serves, started with these arguments.
async fn first_line(args: &[&str]) -> String {
    let mut child = Command::new(nnvisu())
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("nnvisu starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let line = guarded("a line", lines.next_line()).await;
    child.kill().await.expect("it runs");
    line.expect("UTF-8").unwrap_or_default()
}

#[tokio::test]
async fn without_a_command_it_serves() {
    for args in [
        &["--port", "0"][..],
        &["-v", "-p0"],
        &["--log-format=json", "--port=0"],
    ] {
        let line = first_line(args).await;
        assert!(line.contains(" http://127.0.0.1:"), "{args:?}: {line}");
    }
    // Without any argument either: its port is taken, by us or by someone else.
    let _taken = std::net::TcpListener::bind(("127.0.0.1", ServerConfig::DEFAULT_PORT));
    let alone = run(&[]).await;
    assert_eq!(alone.code, Some(1), "{}", alone.stderr);
    assert!(alone.stderr.contains("Port 8888"), "{}", alone.stderr);
}

#[tokio::test]
async fn links_on_a_terminal_carry_the_access_token() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("token");
    std::fs::write(&file, "open+sesame/1\n").expect("it can be written");
    let file = file.to_str().expect("UTF-8");
    // The output of services goes to logs.
    let server = Server::start_with(&["--access-token-file", file]).await;
    assert!(!server.output().contains("sesame"), "{}", server.output());

    let mut on_terminal = Command::new("script")
        .args(["--quiet", "--return", "--command"])
        .arg(format!(
            "{} --port 0 --access-token-file {file}",
            nnvisu().display()
        ))
        .arg("/dev/null")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("script of util-linux");
    let mut lines = BufReader::new(on_terminal.stdout.take().expect("piped")).lines();
    let line = guarded("a line", lines.next_line()).await;
    let line = line.expect("UTF-8").unwrap_or_default();
    let link = line.split_whitespace().last().expect("a link");
    // It signs in and leads to the page, without the token in its address.
    let client = reqwest::Client::builder().redirect(Policy::none()).build();
    let client = client.expect("a client");
    let response = client.get(link).send().await.expect("an answer");
    assert!(response.status().is_redirection(), "{link}: {response:?}");
    assert!(response.headers().contains_key("set-cookie"));
    let (page, _) = link.split_once('?').expect("a query");
    let without = client.get(page).send().await.expect("an answer");
    assert_eq!(without.status().as_u16(), 401);
}

#[tokio::test]
async fn addresses_for_others_are_told_where_others_can_come() {
    let server = Server::start_with(&["--host", "0.0.0.0"]).await;
    // What is printed at the start has been printed by then.
    Client::v1(&server).await;
    for line in server.output().lines().skip(1) {
        let link = line.strip_prefix("Other devices open ").expect("a link");
        let response = reqwest::get(link).await.expect("an answer");
        assert!(response.status().is_success(), "{link}");
    }
    let nobody = run(&["--port", "0", "--qr"]).await;
    assert_eq!(nobody.code, Some(2), "{}", nobody.stderr);
    assert!(
        nobody.stderr.contains("--host 0.0.0.0"),
        "{}",
        nobody.stderr
    );
    assert_eq!(nobody.stdout, "");
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
    // Who has it, and what to do.
    for advice in ["another nnvisu", "nnvisu --port 0 --open"] {
        assert!(second.stderr.contains(advice), "{}", second.stderr);
    }
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
