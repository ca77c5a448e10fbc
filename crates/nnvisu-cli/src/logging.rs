//! Logs go to stderr and are few unless asked for.

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// Shows warnings and errors; with more `verbosity` also what happens. `RUST_LOG` overrides it.
pub(crate) fn init(verbosity: u8) {
    let level = match verbosity {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
