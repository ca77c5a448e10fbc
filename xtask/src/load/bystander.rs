//! Clients that ask for as much as they may, and what the sessions beside them notice.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use nnvisu_test_client::{Client, Endpoint};
use serde_json::{Value, json};

use super::client::{connect, control, generate_points, milliseconds, start_training, step};
use super::report::{Check, Findings, Target, known, short};
use super::server::Server;
use super::statistics::quantile;

/// What the server has to do before anything is measured.
const WARM_UP: Duration = Duration::from_secs(2);
/// Between two controls of a bystander; there have to be enough of them for a percentile.
const BETWEEN_CONTROLS: Duration = Duration::from_millis(40);
/// How fast the bystanders train, in steps a second; `None` is as fast as possible.
const SPEEDS: [Option<u32>; 2] = [Some(60), None];
/// An attacker has this many requests under way, if they are not training.
const AT_ONCE: u64 = 4;
/// The most points that a session may have.
const N_POINTS: u32 = 20_000;
/// The largest network there is.
const LARGEST: [u32; 10] = [100; 10];

/// What the attackers do, each as fast as it may.
#[derive(Clone, Copy, Debug)]
pub(super) enum Attack {
    /// They reset networks of all sizes up to the largest, and have each drawn.
    Resets,
    /// They send stateless steps.
    TrainSteps,
    /// They train.
    Training,
}

impl Attack {
    fn title(self) -> &'static str {
        match self {
            Self::Resets => "reset",
            Self::TrainSteps => "send stateless steps",
            Self::Training => "train the largest network",
        }
    }

    fn check(self) -> &'static str {
        match self {
            Self::Resets => "control p99 beside resets",
            Self::TrainSteps => "control p99 beside stateless steps",
            Self::Training => "control p99 beside long steps",
        }
    }

    /// Asks without end; counts the answers, or steps.
    async fn run(self, endpoint: &Endpoint, number: usize, n_done: &AtomicU64) -> Result<()> {
        let mut client = connect(endpoint).await?;
        match self {
            Self::Resets => {
                // From 2 layers to 10, another number for each.
                let layers = &LARGEST[number % 9..];
                update_architecture(&mut client, layers).await?;
                request_without_end(&mut client, &json!({"type": "reset"}), n_done).await
            }
            Self::TrainSteps => {
                // Half of them with a small network, so that the points are most of the work.
                let layers = if number.is_multiple_of(2) {
                    &LARGEST[..]
                } else {
                    &[10, 5]
                };
                let request = json!({
                    "type": "train_step", "config": {"architecture": layers},
                    "model": {"weights": [], "biases": []}, "data": points(),
                });
                request_without_end(&mut client, &request, n_done).await
            }
            Self::Training => {
                update_architecture(&mut client, &LARGEST).await?;
                client
                    .request(json!({"type": "update_data", "data": points()}))
                    .await?;
                start_training(&mut client, Value::Null).await?;
                let mut n_steps = 0;
                loop {
                    client.read_until(Instant::now() + WARM_UP / 4).await?;
                    let now = step(&control(&mut client).await?);
                    n_done.fetch_add(now - n_steps, Ordering::Relaxed);
                    n_steps = now;
                }
            }
        }
    }
}

async fn request_without_end(
    client: &mut Client,
    request: &Value,
    n_done: &AtomicU64,
) -> Result<()> {
    loop {
        for _ in 1..AT_ONCE {
            client.send(request).await?;
        }
        client.request(request.clone()).await?;
        n_done.fetch_add(AT_ONCE, Ordering::Relaxed);
    }
}

async fn update_architecture(client: &mut Client, layers: &[u32]) -> Result<()> {
    let request = json!({"type": "update_architecture", "payload": {"hidden_layers": layers}});
    client.request(request).await?;
    Ok(())
}

/// As many points as there may be, of two classes.
fn points() -> Value {
    let point = |idx: u32| {
        let angle = f64::from(idx);
        json!({"x": angle.sin(), "y": (1.7 * angle).cos(), "label": idx % 2})
    };
    (0..N_POINTS).map(point).collect()
}

/// How two sessions fare beside `n_attackers`.
pub(super) async fn run(
    server: &Server,
    attack: Attack,
    n_attackers: usize,
    duration: Duration,
) -> Result<Findings> {
    let n_done = std::sync::Arc::new(AtomicU64::new(0));
    let (stop, stopped) = tokio::sync::watch::channel(());
    let attackers = {
        let (endpoint, n_done) = (server.endpoint().clone(), std::sync::Arc::clone(&n_done));
        // On a thread of their own, and below the bystanders, whose time is measured.
        std::thread::Builder::new().spawn(move || {
            lower_priority();
            attack_until(&endpoint, attack, n_attackers, &n_done, stopped)
        })?
    };
    let bystanders = SPEEDS.map(|speed| measure(server.endpoint(), speed, &n_done, duration));
    let measured = futures_util::future::try_join_all(bystanders).await;
    drop(stop);
    let attacked = attackers.join().ok().context("the attackers panicked")?;
    attacked.context("an attacker failed")?;
    Ok(findings(attack, n_attackers, &measured?, duration))
}

/// What one bystander has measured.
struct Measured {
    speed: Option<u32>,
    /// In milliseconds, of each control.
    latencies: Vec<f64>,
    /// What the attackers have achieved meanwhile.
    n_done: u64,
}

/// Trains at a speed, and times the answers to controls.
async fn measure(
    endpoint: &Endpoint,
    speed: Option<u32>,
    n_done: &AtomicU64,
    duration: Duration,
) -> Result<Measured> {
    let mut client = connect(endpoint).await?;
    generate_points(&mut client, 1).await?;
    start_training(&mut client, json!(speed)).await?;
    client.read_until(Instant::now() + WARM_UP).await?;
    let before = n_done.load(Ordering::Relaxed);
    let begin = Instant::now();
    let mut latencies = Vec::new();
    while begin.elapsed() < duration {
        client.read_until(Instant::now() + BETWEEN_CONTROLS).await?;
        latencies.push(milliseconds(control(&mut client).await?.latency));
    }
    Ok(Measured {
        speed,
        latencies,
        n_done: n_done.load(Ordering::Relaxed) - before,
    })
}

/// Attacks until the other end of `stopped` is gone.
#[tokio::main(flavor = "current_thread")]
async fn attack_until(
    endpoint: &Endpoint,
    attack: Attack,
    n_attackers: usize,
    n_done: &AtomicU64,
    mut stopped: tokio::sync::watch::Receiver<()>,
) -> Result<()> {
    let attackers = (0..n_attackers).map(|number| attack.run(endpoint, number, n_done));
    tokio::select! {
        failed = futures_util::future::try_join_all(attackers) => failed.map(drop),
        _ = stopped.changed() => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn lower_priority() {
    const NICENESS: i32 = 10;
    // Without it they take a little more of the machine that is measured.
    let _ = rustix::process::setpriority_process(None, NICENESS);
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

fn findings(
    attack: Attack,
    n_attackers: usize,
    measured: &[Measured],
    duration: Duration,
) -> Findings {
    let p99 = |it: &Measured| quantile(&it.latencies, 0.99);
    let mut lines: Vec<String> = measured
        .iter()
        .map(|it| {
            let speed = match it.speed {
                Some(n) => format!("at {n} steps a second"),
                None => "as fast as possible".to_owned(),
            };
            format!(
                "control latency of one that trains {speed}: p50 {}, p99 {}, longest {} ({} \
                 controls)",
                known(quantile(&it.latencies, 0.5), " ms"),
                known(p99(it), " ms"),
                known(quantile(&it.latencies, 1.0), " ms"),
                it.latencies.len(),
            )
        })
        .collect();
    lines.extend(measured.first().map(|it| {
        let per_second = it.n_done as f64 / duration.as_secs_f64();
        format!("the others: {} a second in all", short(per_second))
    }));
    Findings {
        title: format!(
            "Two sessions train beside {n_attackers} that {} as fast as they may",
            attack.title()
        ),
        lines,
        checks: vec![Check {
            what: attack.check(),
            unit: " ms",
            measured: measured.iter().filter_map(p99).max_by(f64::total_cmp),
            target: Target::AtMost(50.0),
        }],
    }
}
