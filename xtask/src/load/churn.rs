//! Thousands of people who come and go, each in another way: what they leave behind.

use anyhow::Result;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use nnvisu_test_client::Endpoint;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::client::{connect, generate_points, start_training};
use super::process::Usage;
use super::report::{Check, Findings, Target, known};
use super::server::Server;

/// Clients that are connected at once.
const AT_ONCE: usize = 32;
/// Memory may differ by this much between two looks at the same server, in KiB.
const NOISE: f64 = 1024.0;

/// How a client leaves.
#[derive(Clone, Copy, Debug)]
enum Leaving {
    /// With a close frame, and waits for the answer.
    Politely,
    /// The connection ends without a word.
    Silently,
    /// The connection is reset.
    ByReset,
    /// The connection is reset while the session trains.
    WhileTraining,
    /// In the middle of a message.
    InMessage,
    /// Before the handshake is complete.
    InHandshake,
}

impl Leaving {
    const ALL: [Self; 6] = [
        Self::Politely,
        Self::Silently,
        Self::ByReset,
        Self::WhileTraining,
        Self::InMessage,
        Self::InHandshake,
    ];

    /// Comes and goes.
    async fn visit(self, endpoint: &Endpoint) -> Result<()> {
        if let Self::InHandshake = self {
            let mut stream = TcpStream::connect(endpoint.address).await?;
            stream
                .write_all(b"GET /ws HTTP/1.1\r\nUpgrade: webso")
                .await?;
            return Ok(());
        }
        let mut client = connect(endpoint).await?;
        match self {
            Self::Politely => client.close().await?,
            Self::Silently | Self::InHandshake => {}
            Self::ByReset => client.into_stream().set_zero_linger()?,
            Self::WhileTraining => {
                generate_points(&mut client, 1).await?;
                start_training(&mut client, Value::Null).await?;
                client.into_stream().set_zero_linger()?;
            }
            Self::InMessage => {
                // A masked text frame of 100 bytes, of which few come.
                let begun = [0x81, 0x80 | 0x64, 1, 2, 3, 4, b'{' ^ 1];
                client.into_stream().write_all(&begun).await?;
            }
        }
        Ok(())
    }
}

/// Has `n` people come and go.
async fn visits(server: &Server, n: usize) -> Result<()> {
    stream::iter(Leaving::ALL.into_iter().cycle().take(n))
        .map(|leaving| leaving.visit(server.endpoint()))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

pub(super) async fn run(server: &Server, n_visits: usize) -> Result<Findings> {
    let fresh = server.settled(|_| true).await;
    let is_as_before = |before: Option<Usage>| {
        move |now: &Usage| {
            before.is_some_and(|it| (now.threads, now.descriptors) == (it.threads, it.descriptors))
        }
    };
    // What is allocated once and for all is there after this.
    visits(server, n_visits / 5).await?;
    let before = server.settled(is_as_before(fresh)).await;
    visits(server, n_visits).await?;
    let after = server.settled(is_as_before(before)).await;

    let left = |amount: fn(&Usage) -> f64| Some(amount(after.as_ref()?) - amount(before.as_ref()?));
    let memory = left(|it| it.rss_kib);
    let threads = left(|it| it.threads as f64);
    let descriptors = left(|it| it.descriptors as f64);
    let check = |what, unit, measured, most| Check {
        what,
        unit,
        measured,
        target: Target::AtMost(most),
    };
    Ok(Findings {
        title: format!("{n_visits} connections that come and go, a sixth of them politely"),
        lines: vec![
            format!(
                "before, after {} others: memory {}, threads {}, open files {}",
                n_visits / 5,
                known(before.map(|it| it.rss_kib), " KiB"),
                known(before.map(|it| it.threads as f64), ""),
                known(before.map(|it| it.descriptors as f64), ""),
            ),
            format!(
                "after: memory {}, threads {}, open files {}",
                known(after.map(|it| it.rss_kib), " KiB"),
                known(after.map(|it| it.threads as f64), ""),
                known(after.map(|it| it.descriptors as f64), ""),
            ),
        ],
        checks: vec![
            check("threads left behind", "", threads, 0.0),
            check("open files left behind", "", descriptors, 0.0),
            check("memory left behind", " KiB", memory, NOISE),
        ],
    })
}
