//! The running server and its one client, which takes frames as a page does.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use nnvisu_test_client::{Client, Endpoint, FrameHead, Version};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::command::target_directory;
use crate::served::Served;

/// A turn takes this many times as long as one of the library: frames come no faster.
const LONGER: u32 = 3;

/// A running server and its client.
pub(super) struct ServedClient {
    server: Served,
    client: Client,
    runtime: Runtime,
}

/// One turn of the server.
pub(super) struct ServedTurn {
    /// Per step.
    pub(super) seconds: f64,
    /// How much of the time the training thread had a processor; 1 where that is not known.
    pub(super) cpu_share: f64,
    pub(super) frames_per_second: f64,
    /// Width and height of the last frame's map.
    pub(super) side: u16,
}

impl ServedClient {
    /// Starts the released server on a free port and hands it the workload of that name.
    pub(super) fn start(workloads: &Path, workload: &str) -> Result<Self> {
        let program = format!("nnvisu{}", std::env::consts::EXE_SUFFIX);
        let program = target_directory().join("release").join(program);
        let server = Served::start(Command::new(program), &[])?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let client = runtime.block_on(async {
            let mut client = Client::connect(&Endpoint::new(server.address(), Version::V2)).await?;
            client.send(&restore(workloads, workload)?).await?;
            // The map of the untrained network.
            client.next_frame().await?;
            anyhow::Ok(client)
        })?;
        Ok(Self {
            server,
            client,
            runtime,
        })
    }

    /// Trains afresh for at least a few times that long.
    pub(super) fn measure(&mut self, at_least: Duration) -> Result<ServedTurn> {
        let Self {
            server,
            client,
            runtime,
        } = self;
        runtime.block_on(measure(client, server.pid(), at_least))
    }
}

async fn measure(client: &mut Client, pid: u32, at_least: Duration) -> Result<ServedTurn> {
    client.send(&json!({"type": "reset"})).await?;
    client.send(&json!({"type": "start_training"})).await?;
    // The speed is measured once training has gone on for a while.
    let first = frame_where(client, |head| head.steps_per_second > 0.0).await?;
    let (begin, processor_at_begin) = (Instant::now(), time_on_processor(pid));
    let (mut last, mut end, mut n_frames) = (first, begin, 0);
    while end < begin + at_least * LONGER {
        last = frame_where(client, |_| true).await?;
        end = Instant::now();
        n_frames += 1;
    }
    let on_processor = time_on_processor(pid)
        .zip(processor_at_begin)
        .map(|(after, before)| after.saturating_sub(before));
    client.send(&json!({"type": "stop_training"})).await?;
    frame_where(client, |head| head.steps_per_second <= 0.0).await?;

    let seconds = (end - begin).as_secs_f64();
    ensure!(last.step > first.step, "training does not continue");
    Ok(ServedTurn {
        seconds: seconds / (last.step - first.step) as f64,
        cpu_share: on_processor.map_or(1.0, |it| (it.as_secs_f64() / seconds).min(1.0)),
        frames_per_second: f64::from(n_frames) / seconds,
        side: last.width,
    })
}

/// Skips to the next frame for which `condition` holds.
async fn frame_where(
    client: &mut Client,
    condition: impl Fn(&FrameHead) -> bool,
) -> Result<FrameHead> {
    loop {
        let frame = client.next_frame().await?;
        let head = FrameHead::read(&frame).context("a binary message that is no frame")?;
        if condition(&head) {
            return Ok(head);
        }
    }
}

/// How long the training thread has had a processor, where the system says so.
fn time_on_processor(pid: u32) -> Option<Duration> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let session = tasks.flatten().map(|task| task.path()).find(|task| {
        let name = std::fs::read_to_string(task.join("comm"));
        name.is_ok_and(|name| name.starts_with("nnvisu-session"))
    })?;
    let times = std::fs::read_to_string(session.join("schedstat")).ok()?;
    let nanoseconds = times.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// The request that makes a session of the workload of that name, at full speed.
fn restore(workloads: &Path, workload: &str) -> Result<Value> {
    let workloads: Vec<Value> = serde_json::from_slice(&std::fs::read(workloads)?)?;
    let workload = workloads
        .iter()
        .find(|it| it["name"] == workload)
        .context("the workload is not in the file")?;
    let task = &workload["task"];
    let list = |value: &Value| value.as_array().cloned().context("not a list");
    let labels = list(&task["labels"])?;
    let points: Vec<Value> = list(&task["points"])?
        .iter()
        .zip(labels)
        .map(|(at, label)| json!({"x": at[0], "y": at[1], "label": label}))
        .collect();
    let sizes = list(&workload["layer_sizes"])?;
    let hidden = sizes.get(1..sizes.len().saturating_sub(1));
    ensure!(list(&task["batches"])?.is_empty(), "it has batches");
    Ok(json!({
        "type": "restore",
        "config": {
            "learningRate": task["learning_rate"], "architecture": hidden,
            "activation": workload["activation"], "optimizer": task["optimizer"],
            "regularization": 0, "batchSize": 0, "dropout": 0,
        },
        "data": points, "checkpoint": null, "seeds": null, "stepsPerSecond": null,
    }))
}
