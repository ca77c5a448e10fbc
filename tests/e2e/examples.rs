//! The libraries' examples do what they say.

use std::process::Stdio;
use std::time::Duration;

use nnvisu_tests::program::example;
use nnvisu_tests::wait::guarded;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

fn command(name: &str, folder: &TempDir) -> Command {
    let mut command = Command::new(example(name));
    command
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs an example to its end and gives what it prints.
async fn run(name: &str, args: &[&str], folder: &TempDir) -> String {
    let output = command(name, folder).args(args).output();
    let output = guarded(name, output).await.expect("it starts");
    assert!(output.status.success(), "{name} failed");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[tokio::test]
async fn train_and_draw() {
    let folder = folder();
    run("train_and_draw", &["map.png"], &folder).await;
    let file = std::fs::read(folder.path().join("map.png")).expect("a file");
    assert!(file.starts_with(b"\x89PNG") && file.len() > 5_000);
}

#[tokio::test]
async fn own_dataset() {
    let printed = run("own_dataset", &[], &folder()).await;
    let line = printed
        .lines()
        .find_map(|line| line.strip_prefix("on 999 other points: "));
    let accuracy: f64 = line.expect("a result").parse().expect("a number");
    assert!(accuracy > 0.98, "{printed}");
}

#[tokio::test]
async fn terminal() {
    let map = run("terminal", &["circles", "2"], &folder()).await;
    let rows: Vec<&str> = map.lines().collect();
    assert_eq!(rows.len(), 36);
    let at = |row: usize, column: usize| rows[row].as_bytes()[column];
    // One class in the middle, the other one around it.
    assert_eq!(at(18, 36), b'0', "{map}");
    for (row, column) in [(18, 4), (18, 68), (2, 36), (33, 36)] {
        assert_eq!(at(row, column), b'1', "{map}");
    }
}

/// A server in another application, and a client without a browser.
#[tokio::test]
async fn mount_and_remote_training() {
    let folder = folder();
    let mut server = command("mount", &folder)
        .arg("0")
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(server.stdout.take().expect("piped")).lines();
    let line = guarded("the address", lines.next_line()).await;
    let line = line.expect("UTF-8").expect("a line");
    let url = line.strip_prefix("listening on ").expect("an address");

    let get = async |path: &str| {
        let response = reqwest::get(format!("{url}{path}"))
            .await
            .expect("an answer");
        response.text().await.expect("text")
    };
    assert!(get("").await.contains("My course"));
    assert!(get("playground/").await.contains("<title>nnvisu"));

    let socket = format!("{}playground/ws", url.replace("http", "ws"));
    let printed = run("remote_training", &[&socket, "moons.gif"], &folder).await;
    assert!(printed.contains("frames in moons.gif"), "{printed}");
    let file = std::fs::read(folder.path().join("moons.gif")).expect("a file");
    assert!(file.starts_with(b"GIF89a") && file.ends_with(&[0x3b]));

    let pid = server.id().expect("it runs").cast_signed();
    kill_process(Pid::from_raw(pid).expect("an id"), Signal::TERM).expect("it can be signalled");
    let status = tokio::time::timeout(Duration::from_secs(60), server.wait()).await;
    let status = status.expect("it ends").expect("it can be waited for");
    assert!(status.success(), "{status}");
}
