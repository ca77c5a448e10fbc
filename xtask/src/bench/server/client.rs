//! The running server and its one client, which takes frames as a page does.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Message, WebSocket, client};

use crate::command::target_directory;

/// The server says something at least this often, or it is broken.
const PATIENCE: Duration = Duration::from_secs(30);
/// A turn takes this many times as long as one of the library: frames come no faster.
const LONGER: u32 = 3;

/// A running server and its client. The server ends when this is dropped.
pub(super) struct Served {
    child: Ended,
    socket: WebSocket<TcpStream>,
}

/// Ends the process when it is dropped.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One turn of the server.
pub(super) struct ServedTurn {
    /// Per step.
    pub(super) seconds: f64,
    /// How much of the time the training thread had a processor; 1 where that is not known.
    pub(super) cpu_share: f64,
    pub(super) frames_per_second: f64,
    /// Width and height of the last frame.
    pub(super) side: u16,
}

/// What a frame says; see PROTOCOL.md.
struct Shown {
    at: Instant,
    side: u16,
    step: u64,
    steps_per_second: f32,
}

impl Served {
    /// Starts the released server on a free port and hands it the work of that name.
    pub(super) fn start(workloads: &Path, work: &str) -> Result<Self> {
        let program = format!("nnvisu{}", std::env::consts::EXE_SUFFIX);
        let program = target_directory().join("release").join(program);
        let mut child = Command::new(&program)
            .args(["serve", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map(Ended)
            .with_context(|| format!("could not start {}", program.display()))?;
        let mut line = String::new();
        let output = child.0.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut line)?;
        let address = line
            .split_once("http://")
            .map(|(_, address)| address.trim().trim_end_matches('/'))
            .with_context(|| format!("no address in {line:?}"))?;

        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut handshake = format!("ws://{address}/ws").into_client_request()?;
        handshake.headers_mut().insert(
            "Sec-WebSocket-Protocol",
            HeaderValue::from_static("nnvisu.v2"),
        );
        let (socket, _) = client(handshake, stream)?;
        let mut served = Self { child, socket };
        served.send(&restore(workloads, work)?)?;
        // The map of the untrained network.
        served.frame()?;
        Ok(served)
    }

    /// Trains afresh for at least a few times that long.
    pub(super) fn measure(&mut self, at_least: Duration) -> Result<ServedTurn> {
        self.send(&json!({"type": "reset"}))?;
        self.send(&json!({"type": "start_training"}))?;
        // The speed is measured once training has gone on for a while.
        let first = self.frame_where(|shown| shown.steps_per_second > 0.0)?;
        let on_processor = self.time_on_processor();
        let mut last = self.frame()?;
        let mut n_frames = 1;
        while last.at < first.at + at_least * LONGER {
            last = self.frame()?;
            n_frames += 1;
        }
        let on_processor = self
            .time_on_processor()
            .zip(on_processor)
            .map(|(after, before)| after.saturating_sub(before));
        self.send(&json!({"type": "stop_training"}))?;
        self.frame_where(|shown| shown.steps_per_second <= 0.0)?;

        let seconds = last.at.duration_since(first.at).as_secs_f64();
        ensure!(last.step > first.step, "training does not go on");
        Ok(ServedTurn {
            seconds: seconds / (last.step - first.step) as f64,
            cpu_share: on_processor.map_or(1.0, |it| (it.as_secs_f64() / seconds).min(1.0)),
            frames_per_second: f64::from(n_frames) / seconds,
            side: last.side,
        })
    }

    fn send(&mut self, request: &Value) -> Result<()> {
        Ok(self.socket.send(Message::text(request.to_string()))?)
    }

    fn frame_where(&mut self, condition: impl Fn(&Shown) -> bool) -> Result<Shown> {
        loop {
            let shown = self.frame()?;
            if condition(&shown) {
                return Ok(shown);
            }
        }
    }

    /// The next frame. Reading answers the pings behind the frames before it.
    fn frame(&mut self) -> Result<Shown> {
        loop {
            match self.socket.read()? {
                Message::Binary(frame) => return Shown::read(&frame),
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text)?;
                    ensure!(message["type"] != "error", "the server answers {text}");
                }
                Message::Close(reason) => bail!("the server has closed: {reason:?}"),
                _ => {}
            }
        }
    }

    /// How long the training thread has had a processor, where the system says so.
    fn time_on_processor(&self) -> Option<Duration> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.0.id())).ok()?;
        let session = tasks.flatten().map(|task| task.path()).find(|task| {
            let name = std::fs::read_to_string(task.join("comm"));
            name.is_ok_and(|name| name.starts_with("nnvisu-session"))
        })?;
        let times = std::fs::read_to_string(session.join("schedstat")).ok()?;
        let nanoseconds = times.split(' ').next()?.parse().ok()?;
        Some(Duration::from_nanos(nanoseconds))
    }
}

impl Shown {
    fn read(frame: &[u8]) -> Result<Self> {
        let (Some(2), Some(&side), Some(&step), Some(&speed)) = (
            frame.first(),
            frame.get(2..).and_then(<[u8]>::first_chunk),
            frame.get(12..).and_then(<[u8]>::first_chunk),
            frame.get(28..).and_then(<[u8]>::first_chunk),
        ) else {
            bail!("a frame of {} bytes is no map", frame.len());
        };
        Ok(Self {
            at: Instant::now(),
            side: u16::from_le_bytes(side),
            step: u64::from_le_bytes(step),
            steps_per_second: f32::from_le_bytes(speed),
        })
    }
}

/// The request that makes a session of the work of that name, at full speed.
fn restore(workloads: &Path, work: &str) -> Result<Value> {
    let workloads: Vec<Value> = serde_json::from_slice(&std::fs::read(workloads)?)?;
    let work = workloads
        .iter()
        .find(|it| it["name"] == work)
        .context("the work is not in the file")?;
    let task = &work["task"];
    let list = |value: &Value| value.as_array().cloned().context("not a list");
    let labels = list(&task["labels"])?;
    let points: Vec<Value> = list(&task["points"])?
        .iter()
        .zip(labels)
        .map(|(at, label)| json!({"x": at[0], "y": at[1], "label": label}))
        .collect();
    let sizes = list(&work["layer_sizes"])?;
    let hidden = sizes.get(1..sizes.len().saturating_sub(1));
    ensure!(list(&task["batches"])?.is_empty(), "it has batches");
    Ok(json!({
        "type": "restore",
        "config": {
            "learningRate": task["learning_rate"], "architecture": hidden,
            "activation": work["activation"], "optimizer": task["optimizer"],
            "regularization": 0, "batchSize": 0, "dropout": 0,
        },
        "data": points, "checkpoint": null, "seeds": null, "stepsPerSecond": null,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_where_the_protocol_has_their_fields() {
        let mut frame = [0; 40];
        frame[0] = 2;
        frame[2..4].copy_from_slice(&256_u16.to_le_bytes());
        frame[12..20].copy_from_slice(&70_000_u64.to_le_bytes());
        frame[28..32].copy_from_slice(&1.5_f32.to_le_bytes());
        let shown = Shown::read(&frame).unwrap();
        assert_eq!((shown.side, shown.step), (256, 70_000));
        assert!((shown.steps_per_second - 1.5).abs() < f32::EPSILON);
        assert!(Shown::read(&frame[..30]).is_err());
        frame[0] = 1;
        assert!(Shown::read(&frame).is_err());
    }
}
