//! Many sessions that train at once, while their people change settings.

use std::time::{Duration, Instant};

use anyhow::Result;
use nnvisu_test_client::{Endpoint, Received};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::client::{connect, control, generate_points, milliseconds, start_training, step};
use super::report::{Check, Findings, Target, each, known, short};
use super::server::Server;
use super::statistics::{fairness, quantile};

/// Sessions train for this long before anything is measured.
const WARM_UP: Duration = Duration::from_secs(2);
/// A person changes something about twice a second, each at times of their own.
const BETWEEN_CONTROLS: Duration = Duration::from_millis(500);

/// What is done.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub(super) n_sessions: usize,
    pub(super) duration: Duration,
    /// `None` is as fast as possible.
    pub(super) steps_per_second: Option<u32>,
    /// The names of what has a target: fairness, and the 99th percentile of the answers.
    pub(super) names: [&'static str; 2],
}

/// What one session was like.
struct Measured {
    steps_per_second: f64,
    /// In milliseconds, of each control.
    latencies: Vec<f64>,
    received: Received,
    seconds: f64,
}

pub(super) async fn run(server: &Server, plan: Plan) -> Result<Findings> {
    let before = server.settled(|_| true).await;
    let (ready, begun) = (watch::Sender::new(0), watch::Sender::new(None));
    let mut sessions = JoinSet::new();
    for number in 0..plan.n_sessions {
        let person = Person {
            endpoint: server.endpoint().clone(),
            number: number as u64,
            ready: ready.clone(),
            begun: begun.subscribe(),
        };
        sessions.spawn(person.train(plan));
    }
    let mut n_ready = ready.subscribe();
    tokio::select! {
        _ = n_ready.wait_for(|&n| n == plan.n_sessions) => {}
        // A session that ends before all are ready has failed.
        Some(failed) = sessions.join_next() => { failed??; }
    }
    let begin = Instant::now() + WARM_UP;
    begun.send_replace(Some(begin));
    tokio::time::sleep_until(begin.into()).await;
    let at_begin = server.usage();
    tokio::time::sleep(plan.duration).await;
    let at_end = server.usage();
    let mut measured = Vec::new();
    while let Some(session) = sessions.join_next().await {
        measured.push(session??);
    }

    let processors = each(
        at_begin.map(|usage| usage.processor.as_secs_f64()),
        at_end.map(|usage| usage.processor.as_secs_f64()),
        1,
    )
    .map(|seconds| seconds / plan.duration.as_secs_f64());
    let n = plan.n_sessions;
    let rss = each(before.map(|u| u.rss_kib), at_end.map(|u| u.rss_kib), n);
    let pss = each(before.map(|u| u.pss_kib), at_end.map(|u| u.pss_kib), n);
    let threads = each(
        before.map(|u| u.threads as f64),
        at_end.map(|u| u.threads as f64),
        n,
    );
    let mut findings = findings(plan, &measured);
    findings.lines.extend([
        format!(
            "processors: {} in all, {} of one for each session",
            known(processors, ""),
            known(processors.map(|it| 100.0 * it / n as f64), " %"),
        ),
        format!(
            "memory for each session: {} (PSS {}); threads: {}",
            known(rss, " KiB"),
            known(pss, " KiB"),
            known(threads, ""),
        ),
    ]);
    Ok(findings)
}

fn findings(plan: Plan, measured: &[Measured]) -> Findings {
    let steps: Vec<f64> = measured.iter().map(|it| it.steps_per_second).collect();
    let latencies: Vec<f64> = measured
        .iter()
        .flat_map(|it| it.latencies.iter().copied())
        .collect();
    let per_second = |amount: fn(&Received) -> u64| {
        let sum: f64 = measured
            .iter()
            .map(|it| amount(&it.received) as f64 / it.seconds)
            .sum();
        sum / measured.len() as f64
    };
    let speed = match plan.steps_per_second {
        Some(n) => format!("at {n} steps a second"),
        None => "as fast as possible".to_owned(),
    };
    let ranked = |values: &[f64], share| quantile(values, share).map_or(f64::NAN, |it| it);
    let fairness = fairness(&steps);
    let p99 = quantile(&latencies, 0.99);
    Findings {
        title: format!("{} sessions train {speed}", plan.n_sessions),
        lines: vec![
            format!(
                "steps/s: {} in all; of a session {} least, {} median, {} most; fairness {}",
                short(steps.iter().sum()),
                short(ranked(&steps, 0.0)),
                short(ranked(&steps, 0.5)),
                short(ranked(&steps, 1.0)),
                known(fairness, ""),
            ),
            format!(
                "control latency: p50 {}, p99 {}, longest {} ({} controls)",
                known(quantile(&latencies, 0.5), " ms"),
                known(p99, " ms"),
                known(quantile(&latencies, 1.0), " ms"),
                latencies.len(),
            ),
            format!(
                "to each page: {} frames/s, {} Mbit/s",
                short(per_second(|it| it.frames)),
                short(per_second(|it| it.bytes) * 8e-6),
            ),
        ],
        checks: vec![
            Check {
                what: plan.names[0],
                unit: "",
                measured: fairness,
                target: Target::AtLeast(0.7),
            },
            Check {
                what: plan.names[1],
                unit: " ms",
                measured: p99,
                target: Target::AtMost(50.0),
            },
        ],
    }
}

/// A client that behaves as a page.
struct Person {
    endpoint: Endpoint,
    number: u64,
    ready: watch::Sender<usize>,
    /// When measuring begins, once all are ready.
    begun: watch::Receiver<Option<Instant>>,
}

impl Person {
    async fn train(mut self, plan: Plan) -> Result<Measured> {
        let mut client = connect(&self.endpoint).await?;
        generate_points(&mut client, self.number).await?;
        start_training(&mut client, json!(plan.steps_per_second)).await?;
        self.ready.send_modify(|n| *n += 1);
        let begin = loop {
            if let Some(begin) = *self.begun.borrow() {
                break begin;
            }
            // Frames have to be read meanwhile.
            tokio::select! {
                changed = self.begun.changed() => changed?,
                failed = client.read_until(Instant::now() + WARM_UP) => failed?,
            }
        };

        client.read_until(begin).await?;
        let first = control(&mut client).await?;
        let before = client.received();
        let mut latencies = Vec::new();
        let mut last = first.clone();
        let mut pause = Pauses(self.number);
        while last.at < begin + plan.duration {
            client.read_until(Instant::now() + pause.next()).await?;
            last = control(&mut client).await?;
            latencies.push(milliseconds(last.latency));
        }
        let after = client.received();
        let seconds = (last.at - first.at).as_secs_f64();
        // Nobody leaves before the others are done.
        client.read_until(begin + plan.duration + WARM_UP).await?;
        Ok(Measured {
            steps_per_second: (step(&last) - step(&first)) as f64 / seconds,
            latencies,
            received: Received {
                frames: after.frames - before.frames,
                bytes: after.bytes - before.bytes,
            },
            seconds,
        })
    }
}

/// Pauses that differ from person to person, so that controls do not come in step.
struct Pauses(u64);

impl Pauses {
    /// Between half and one and a half of the usual one.
    fn next(&mut self) -> Duration {
        // The generator of Knuth, The Art of Computer Programming 2, 3.3.4, table 1, line 26.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let share = (self.0 >> 33) as f64 / f64::from(1_u32 << 31);
        BETWEEN_CONTROLS.mul_f64(0.5 + share)
    }
}
