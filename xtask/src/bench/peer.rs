//! A program that does the workload: started once, then asked and answered line by line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// A running program.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) version: String,
    workloads: Vec<String>,
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What it says when it is ready.
#[derive(Deserialize)]
struct Hello {
    version: String,
    workloads: Vec<String>,
}

/// What it says after a turn.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Turn(Turn),
    Error { error: String },
}

/// One turn of one program at one workload.
#[derive(Clone, Deserialize)]
pub(super) struct Turn {
    /// Per step or map.
    pub(super) seconds: f64,
    /// How much of the time it had a processor.
    pub(super) cpu_share: f64,
    pub(super) result: Vec<f64>,
}

impl Program {
    /// Starts `command` and waits until it is ready, which may mean a minute of compiling.
    pub(super) fn start(name: &'static str, mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        let requests = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().expect("its output is piped"));
        let line = read_line(&mut answers).with_context(|| format!("{name} did not start"))?;
        let hello: Hello = serde_json::from_str(&line)?;
        Ok(Self {
            name,
            version: hello.version,
            workloads: hello.workloads,
            child,
            requests,
            answers,
        })
    }

    /// Whether it can do the work of that name.
    pub(super) fn does(&self, workload: &str) -> bool {
        self.workloads.iter().any(|name| name == workload)
    }

    /// Has it do the work of that name for at least this long.
    pub(super) fn measure(&mut self, workload: &str, at_least: Duration) -> Result<Turn> {
        let context = || format!("{} at {workload}", self.name);
        let requests = self.requests.as_mut().expect("open until it is dropped");
        writeln!(requests, "{workload} {}", at_least.as_secs_f64()).with_context(context)?;
        let line = read_line(&mut self.answers).with_context(context)?;
        match serde_json::from_str(&line).with_context(context)? {
            Answer::Turn(turn) => Ok(turn),
            Answer::Error { error } => bail!("{} at {workload}: {error}", self.name),
        }
    }
}

impl Drop for Program {
    /// Ends its input, which ends it.
    fn drop(&mut self) {
        self.requests = None;
        // How it ends does not matter any more.
        let _ = self.child.wait();
    }
}

fn read_line(answers: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    if answers.read_line(&mut line)? == 0 {
        bail!("it ended");
    }
    Ok(line)
}
