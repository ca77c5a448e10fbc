//! Logs go to stderr and are few unless asked for.

use std::io::{IsTerminal as _, stderr};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How each line of the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line, for programs that collect logs.
    Json,
}

/// Shows warnings and errors; with more `verbosity` also what happens. `RUST_LOG` overrides it.
pub(crate) fn init(verbosity: u8, format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| directives(verbosity).into());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr);
    match format {
        LogFormat::Text => subscriber.with_ansi(stderr().is_terminal()).init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
}

/// What nnvisu itself does comes first, what its libraries do later.
fn directives(verbosity: u8) -> &'static str {
    match verbosity {
        // On the open internet, what is no HTTP at all comes all day, and is nobody's fault here.
        0 => "warn,actix_http=off",
        1 => "warn,actix_http=off,nnvisu=info,nnvisu_server=info",
        2 => "info,nnvisu=debug,nnvisu_server=debug",
        _ => "debug,nnvisu=trace,nnvisu_server=trace",
    }
}
