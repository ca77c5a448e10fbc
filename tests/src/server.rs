//! A server under test: the real program as a child process, on a port of its
//! own choosing.

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::program::nnvisu;
use crate::wait::guarded;

pub use rustix::process::Signal;

/// A running `nnvisu serve`, killed when dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
    output: Arc<Mutex<String>>,
}

impl Server {
    /// Starts a server on a free port.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a server on a free port, with more arguments.
    pub async fn start_with(args: &[&str]) -> Self {
        Self::start_on(0, args).await
    }

    /// Starts a server on `port`, with more arguments.
    pub async fn start_on(port: u16, args: &[&str]) -> Self {
        let mut child = Command::new(nnvisu())
            .args(["serve", "--port", &port.to_string()])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("nnvisu starts");
        let output = Arc::new(Mutex::new(String::new()));
        let mut stdout = follow(child.stdout.take().expect("stdout is piped"), &output);
        follow(child.stderr.take().expect("stderr is piped"), &output);
        let address = guarded("the server's address on its standard output", async {
            while let Some(line) = stdout.recv().await {
                if let Some(address) = address_in(&line) {
                    return address;
                }
            }
            panic!(
                "the server ended without saying its address:\n{}",
                output.lock().expect("no panic while writing")
            );
        })
        .await;
        Self {
            child,
            address,
            output,
        }
    }

    /// The address it serves.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The page's address, with `path` (which begins with a slash).
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many training threads run, by their name `nnvisu-session-<n>` (of
    /// which Linux keeps 15 characters).
    pub fn session_threads(&self) -> usize {
        let tasks = format!("/proc/{}/task", self.pid().as_raw_nonzero());
        std::fs::read_dir(tasks)
            .expect("the server runs, on Linux")
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
            .filter(|name| name.starts_with("nnvisu-session"))
            .count()
    }

    /// All threads of the server.
    pub fn threads(&self) -> usize {
        self.entries_of("task")
    }

    /// Its open files and sockets.
    pub fn descriptors(&self) -> usize {
        self.entries_of("fd")
    }

    fn entries_of(&self, directory: &str) -> usize {
        let directory = format!("/proc/{}/{directory}", self.pid().as_raw_nonzero());
        let entries = std::fs::read_dir(directory).expect("the server runs, on Linux");
        entries.count()
    }

    /// Memory that the server has in use, in KiB.
    pub fn resident_kib(&self) -> u64 {
        self.kib_of("VmRSS:")
    }

    /// The most memory that it has had in use, in KiB.
    pub fn peak_kib(&self) -> u64 {
        self.kib_of("VmHWM:")
    }

    /// The value of one of its metrics without labels.
    ///
    /// # Panics
    ///
    /// The server does not answer, or has no such metric.
    pub async fn metric(&self, name: &str) -> f64 {
        let response = reqwest::get(self.url("/metrics")).await;
        let text = response.expect("an answer").text().await.expect("text");
        let mut values = text.lines().filter_map(|line| line.strip_prefix(name));
        let value = values.find_map(|value| value.trim().parse().ok());
        value.unwrap_or_else(|| panic!("{name} in {text}"))
    }

    fn kib_of(&self, name: &str) -> u64 {
        let status = format!("/proc/{}/status", self.pid().as_raw_nonzero());
        let status = std::fs::read_to_string(status).expect("the server runs, on Linux");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.expect("the memory, in kB")
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the server can be signalled");
    }

    /// Waits for the server to end by itself.
    pub async fn exit_within(&mut self, limit: Duration) -> ExitStatus {
        tokio::time::timeout(limit, self.child.wait())
            .await
            .unwrap_or_else(|_| panic!("the server still runs after {limit:?}"))
            .expect("the server can be waited for")
    }

    /// Kills the server without warning, and waits until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("the server can be killed");
    }

    /// What the server has printed so far.
    pub fn output(&self) -> String {
        self.output.lock().expect("no panic while writing").clone()
    }

    fn pid(&self) -> Pid {
        let id = self.child.id().expect("the server has not been waited for");
        Pid::from_raw(id.cast_signed()).expect("a process has an id above 0")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let output = self.output();
            if !output.is_empty() {
                report(&format!("the server printed:\n{output}"));
            }
        }
    }
}

/// Shows `text` with the failure of the test, which captures it.
#[expect(clippy::print_stdout, reason = "the test harness captures it")]
pub fn report(text: &str) {
    println!("{text}");
}

/// Collects the lines of a child's output, and hands on a copy of each.
fn follow(
    stream: impl AsyncRead + Unpin + Send + 'static,
    output: &Arc<Mutex<String>>,
) -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let output = Arc::clone(output);
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut output = output.lock().expect("no panic while writing");
            output.push_str(&line);
            output.push('\n');
            // Nobody listens any more once the address is known.
            let _ = sender.send(line);
        }
    });
    receiver
}

/// The address in a line such as `Serving nnvisu at http://127.0.0.1:8888/`.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || ".:[]".contains(c)))
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}
