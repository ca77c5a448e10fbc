//! The server that is measured: one of our own for each scenario, or one that runs already.

use std::net::ToSocketAddrs as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nnvisu_test_client::{Endpoint, Version};

use super::process::{Usage, usage};
use crate::served::Served;

/// How long a server may take to settle after sessions have come or gone.
const SETTLE: Duration = Duration::from_secs(20);
/// A value that does not change for this long has settled.
const CALM: Duration = Duration::from_millis(500);

/// Where servers come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// This program is started, anew for each scenario.
    Program(PathBuf),
    /// One that runs; its process is known if it is on this machine.
    Running {
        /// What its address begins with, such as `http://127.0.0.1:8888/`.
        url: String,
        /// The number of its process.
        pid: Option<u32>,
    },
}

/// A server that listens. If it is our own, it ends with this.
pub(super) struct Server {
    endpoint: Endpoint,
    pid: Option<u32>,
    _own: Option<Served>,
}

/// Room for everything that is measured here.
const OPTIONS: [&str; 3] = [
    "--max-sessions=100000",
    "--max-sessions-per-address=100000",
    "--max-messages-per-second=0",
];

impl Server {
    pub(super) fn open(source: &Source) -> Result<Self> {
        Ok(match source {
            Source::Program(program) => {
                let own = Served::start(Command::new(program), &OPTIONS)?;
                Self {
                    endpoint: Endpoint::new(own.address(), Version::V2),
                    pid: Some(own.pid()),
                    _own: Some(own),
                }
            }
            Source::Running { url, pid } => Self {
                endpoint: endpoint(url)?,
                pid: *pid,
                _own: None,
            },
        })
    }

    /// Where to connect to.
    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What it uses now, if that can be seen.
    pub(super) fn usage(&self) -> Option<Usage> {
        self.pid.and_then(usage)
    }

    /// What it uses once that no longer changes much and `is_settled` holds of it.
    pub(super) async fn settled(&self, is_settled: impl Fn(&Usage) -> bool) -> Option<Usage> {
        let deadline = Instant::now() + SETTLE;
        let mut last = self.usage()?;
        let mut since = Instant::now();
        while Instant::now() < deadline {
            tokio::time::sleep(CALM / 10).await;
            let now = self.usage()?;
            let is_calm = (now.threads, now.descriptors) == (last.threads, last.descriptors)
                && (now.rss_kib - last.rss_kib).abs() < 64.0;
            if !is_calm {
                since = Instant::now();
                last = now;
            } else if since.elapsed() >= CALM && is_settled(&now) {
                return Some(now);
            }
        }
        self.usage()
    }
}

/// The WebSocket beside the page at `url`.
fn endpoint(url: &str) -> Result<Endpoint> {
    let Some(rest) = url.strip_prefix("http://") else {
        bail!("{url:?} is not the address of a server: it must begin with http://");
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let with_port = if host.rsplit(']').next().is_some_and(|end| end.contains(':')) {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let address = with_port
        .to_socket_addrs()
        .ok()
        .and_then(|mut addresses| addresses.next())
        .with_context(|| format!("{host:?} is not the address of a server"))?;
    Ok(Endpoint {
        path: format!("/{path}ws"),
        ..Endpoint::new(address, Version::V2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_beside_the_page() {
        for (url, address, path) in [
            ("http://127.0.0.1:8888/", "127.0.0.1:8888", "/ws"),
            ("http://127.0.0.1", "127.0.0.1:80", "/ws"),
            ("http://[::1]:99/nnvisu/", "[::1]:99", "/nnvisu/ws"),
        ] {
            let endpoint = endpoint(url).unwrap();
            assert_eq!(endpoint.address, address.parse().unwrap());
            assert_eq!(endpoint.path, path);
        }
        assert!(endpoint("https://example.org/").is_err());
        assert!(endpoint("http://").is_err());
    }
}
