//! `nnvisu serve`.

use std::io::{self, Write};

use anyhow::Context as _;
use nnvisu_server::{BindError, Server, stop_signal};

use crate::args::Serve;

/// Serves until a signal asks the program to stop.
pub(crate) fn run(args: Serve) -> anyhow::Result<()> {
    let opens_browser = args.open;
    #[cfg(unix)]
    crate::open_files::raise_limit();
    let server = Server::bind(args.config()).map_err(|error| match error {
        BindError::InUse { .. } | BindError::Forbidden { .. } => {
            anyhow::anyhow!("{error}; choose another with --port")
        }
        BindError::BadHost { .. } => anyhow::anyhow!("{error}; see --host"),
        _ => error.into(),
    })?;
    server
        .run_blocking(|server| {
            let stopping = stop_signal()?;
            announce(server.url());
            if opens_browser && let Err(error) = open::that_detached(server.url()) {
                tracing::warn!(%error, "cannot open a browser; go to the address yourself");
            }
            Ok(stopping)
        })
        .context("The server had to stop")
}

/// Tells the person, or the program that started us, where the page is.
fn announce(url: &str) {
    let mut stdout = io::stdout().lock();
    let version = env!("CARGO_PKG_VERSION");
    // Serving continues even if standard output has no reader.
    let _ = writeln!(stdout, "nnvisu {version} is listening on {url}");
    let _ = stdout.flush();
}
