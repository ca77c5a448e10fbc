//! A running server, which ends when this is dropped.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

pub(crate) struct Served {
    child: Child,
    address: SocketAddr,
}

impl Served {
    /// Starts `nnvisu`, a command without arguments, on a free port. Serving is what it does if no
    /// command is named.
    pub(crate) fn start(mut nnvisu: Command, args: &[&str]) -> Result<Self> {
        let mut child = nnvisu
            .arg("--port=0")
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {nnvisu:?}"))?;
        let stdout = child.stdout.take().context("its output is piped")?;
        // From here on it ends whatever happens.
        let mut served = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        served.address = line
            .split_once("http://")
            .and_then(|(_, address)| address.trim().trim_end_matches('/').parse().ok())
            .with_context(|| format!("the server says {line:?} instead of its address"))?;
        Ok(served)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
