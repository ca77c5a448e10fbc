//! The programs beside a browser: its WebDriver server, and a screen for those that need one.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::wait::{guarded, until};

/// A running program that is ended when dropped, and what it printed to say how it is reached.
pub(super) struct Helper {
    pub(super) process: Child,
    pub(super) says: String,
}

impl Helper {
    /// ChromeDriver, which says its port.
    pub(super) async fn chromedriver(display: Option<&str>) -> Self {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        // "ChromeDriver was started successfully on port 33445."
        started(on_display(command, display), |line| {
            let (_, port) = line.split_once("successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        })
        .await
    }

    /// geckodriver, which says its port.
    pub(super) async fn geckodriver(display: Option<&str>) -> Self {
        let mut command = Command::new("geckodriver");
        // Without the second, all browsers would want the same port for WebDriver BiDi.
        command.args(["--port=0", "--websocket-port=0"]);
        // "1761234567890	geckodriver	INFO	Listening on 127.0.0.1:39321"
        started(on_display(command, display), |line| {
            let (_, port) = line.rsplit_once("Listening on 127.0.0.1:")?;
            Some(port.to_owned())
        })
        .await
    }

    /// WebKitGTK's driver, which says nothing: it gets a port that is free.
    pub(super) async fn webkit_driver(display: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound listener").port();
        drop(listener);
        let mut command = Command::new("WebKitWebDriver");
        command.arg(format!("--port={port}"));
        // Without a graphics card, composited pages stay blank.
        command.env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
        let process = spawned(on_display(command, Some(display)).stdout(Stdio::null()));
        until("WebKit's driver", async || {
            TcpStream::connect(("127.0.0.1", port)).await.is_ok()
        })
        .await;
        Self {
            process,
            says: port.to_string(),
        }
    }

    /// A screen in memory, which says the number of its display.
    pub(super) async fn screen() -> Self {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1920x1200x24"]);
        command.args(["-nolisten", "tcp"]);
        let is_number = |line: &str| line.parse::<u32>().ok().map(|number| format!(":{number}"));
        started(command, is_number).await
    }

    /// Ends the program and waits until it is gone.
    pub(super) async fn end(mut self) {
        self.process.kill().await.expect("a process can be killed");
    }
}

fn on_display(mut command: Command, display: Option<&str>) -> Command {
    match display {
        Some(display) => command.env("DISPLAY", display),
        None => command.env_remove("DISPLAY"),
    };
    command
}

fn spawned(command: &mut Command) -> Child {
    let program = command
        .as_std()
        .get_program()
        .to_string_lossy()
        .into_owned();
    command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| {
            panic!(
                "browser tests need {program} on the PATH (`cargo xtask test --only browser` \
                 installs the browsers and their drivers on Debian): {error}"
            )
        })
}

/// Starts a program and waits for what `found` finds in one of its lines.
async fn started(mut command: Command, found: impl Fn(&str) -> Option<String>) -> Helper {
    let mut process = spawned(command.stdout(Stdio::piped()));
    let stdout = process.stdout.take().expect("stdout is piped");
    let mut lines = BufReader::new(stdout).lines();
    let says = guarded("a program to say how it is reached", async {
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(says) = found(&line) {
                return says;
            }
        }
        panic!(
            "{:?} ended without saying how it is reached",
            command.as_std()
        );
    })
    .await;
    // It must not block on a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Helper { process, says }
}
