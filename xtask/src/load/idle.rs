//! Many sessions that do nothing: what they take, and whether they still answer.

use anyhow::Result;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use nnvisu_test_client::Client;

use super::client::{connect, control, generate_points, milliseconds};
use super::process::Usage;
use super::report::{Check, Findings, Target, each, known};
use super::server::Server;
use super::statistics::quantile;

/// Clients that act at once.
const AT_ONCE: usize = 8;
const MEBIBYTE: f64 = 1024.0;

/// A server that nobody uses.
pub(super) async fn alone(server: &Server) -> Result<Findings> {
    let usage = server.settled(|_| true).await;
    Ok(Findings {
        title: "A server that nobody uses".to_owned(),
        lines: vec![format!(
            "memory: {} (PSS {}); threads: {}; open files: {}",
            known(usage.map(|it| it.rss_kib / MEBIBYTE), " MiB"),
            known(usage.map(|it| it.pss_kib / MEBIBYTE), " MiB"),
            known(usage.map(|it| it.threads as f64), ""),
            known(usage.map(|it| it.descriptors as f64), ""),
        )],
        checks: vec![Check {
            what: "memory of an idle server",
            unit: " MiB",
            measured: usage.map(|it| it.rss_kib / MEBIBYTE),
            target: Target::AtMost(20.0),
        }],
    })
}

/// Sessions of people who have just come, and of people who have seen a frame since.
pub(super) async fn run(server: &Server, n_sessions: usize) -> Result<Findings> {
    let empty = server.settled(|_| true).await;
    let clients: Vec<Client> = stream::iter(0..n_sessions)
        .map(|_| connect(server.endpoint()))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let connected = server.settled(|_| true).await;

    let clients: Vec<Client> = stream::iter(clients)
        .map(async |mut client: Client| {
            generate_points(&mut client, 1).await?;
            client.next_frame().await?;
            anyhow::Ok(client)
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let shown = server.settled(|_| true).await;

    let answers: Vec<(Client, f64)> = stream::iter(clients)
        .map(async |mut client: Client| {
            let answer = control(&mut client).await?;
            anyhow::Ok((client, milliseconds(answer.latency)))
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let latencies: Vec<f64> = answers.iter().map(|(_, latency)| *latency).collect();

    let memory = |usage: Option<Usage>, amount: fn(&Usage) -> f64| {
        let amount = |usage: Option<Usage>| usage.as_ref().map(amount);
        each(amount(empty), amount(usage), n_sessions)
    };
    let line = |what: &str, usage: Option<Usage>| {
        format!(
            "{what}: memory for each {} (PSS {}), threads {}, open files {}",
            known(memory(usage, |it| it.rss_kib), " KiB"),
            known(memory(usage, |it| it.pss_kib), " KiB"),
            known(memory(usage, |it| it.threads as f64), ""),
            known(memory(usage, |it| it.descriptors as f64), ""),
        )
    };
    Ok(Findings {
        title: format!("{n_sessions} idle sessions"),
        lines: vec![
            line("just connected", connected),
            line("paused, with 200 points and a map drawn", shown),
            format!(
                "answers, {AT_ONCE} at a time: p50 {}, p99 {}",
                known(quantile(&latencies, 0.5), " ms"),
                known(quantile(&latencies, 0.99), " ms"),
            ),
        ],
        checks: vec![
            Check {
                what: "memory of a connected session",
                unit: " KiB",
                measured: memory(connected, |it| it.rss_kib),
                target: Target::AtMost(100.0),
            },
            Check {
                what: "memory of a paused session",
                unit: " KiB",
                measured: memory(shown, |it| it.rss_kib),
                target: Target::AtMost(100.0),
            },
            Check {
                what: "idle sessions that answer",
                unit: " %",
                measured: Some(100.0 * latencies.len() as f64 / n_sessions as f64),
                target: Target::AtLeast(100.0),
            },
        ],
    })
}
