//! Logs go to stderr and are few unless asked for.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::EnvFilter;

/// Shows warnings and errors; with more `verbosity` also what happens. `RUST_LOG` overrides it.
pub(crate) fn init(verbosity: u8) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| directives(verbosity).into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .init();
}

/// What nnvisu itself does comes first, what its libraries do later.
fn directives(verbosity: u8) -> &'static str {
    match verbosity {
        0 => "warn",
        1 => "warn,nnvisu=info,nnvisu_server=info",
        2 => "info,nnvisu=debug,nnvisu_server=debug",
        _ => "debug,nnvisu=trace,nnvisu_server=trace",
    }
}
