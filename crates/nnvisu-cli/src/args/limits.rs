//! How much one person, and all together, may take of the server.

use std::{num::NonZeroU32, ops::RangeInclusive, time::Duration};

use nnvisu_server::{Limits, ServiceConfig, SessionLimits};

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitArgs {
    /// The most sessions (open pages) at a time; further ones are refused by HTTP 503
    #[arg(long, value_name = "N", default_value_t = SessionLimits::default().max_sessions,
          value_parser = in_range(1..=1_000_000))]
    max_sessions: usize,

    /// The most sessions from one IPv4 address or IPv6 subnet; further ones are refused by HTTP
    /// 429
    #[arg(long, value_name = "N", default_value_t = SessionLimits::default().max_sessions_per_address,
          value_parser = in_range(1..=1_000_000))]
    max_sessions_per_address: usize,

    /// The most points that one person may place
    // Generated data sets have 200 points and must always fit.
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_points,
          value_parser = in_range(200..=1_000_000))]
    max_points: usize,

    /// The largest message that a page may send; a larger one closes its connection [default:
    /// what --max-points needs, at least 8388608]
    #[arg(long, value_name = "BYTES", value_parser = in_range(1024..=1 << 30))]
    max_message_bytes: Option<usize>,

    /// The most messages that one session takes in a second; excess messages are delayed. 0
    /// means any number
    #[arg(long, value_name = "N", default_value_t = default_message_rate())]
    max_messages_per_second: u32,

    /// Close a session that trains nothing and is asked nothing for this long; 0 means never
    #[arg(long, value_name = "MINUTES", default_value_t = default_idle_minutes())]
    idle_timeout: u32,

    /// Disconnect a client that has not answered or received anything for this long
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(1..),
          default_value_t = ServiceConfig::DEFAULT_CLIENT_TIMEOUT.as_secs() as u16)]
    client_timeout: u16,
}

impl LimitArgs {
    pub(super) fn limits(&self) -> Limits {
        let max_message_bytes = self
            .max_message_bytes
            .unwrap_or_else(|| message_bytes_for(self.max_points));
        Limits {
            max_points: self.max_points,
            max_message_bytes,
        }
    }

    pub(super) fn client_timeout(&self) -> Duration {
        Duration::from_secs(self.client_timeout.into())
    }

    pub(super) fn sessions(&self) -> SessionLimits {
        let idle = Duration::from_secs(60 * u64::from(self.idle_timeout));
        SessionLimits {
            max_sessions: self.max_sessions,
            max_sessions_per_address: self.max_sessions_per_address,
            max_messages_per_second: NonZeroU32::new(self.max_messages_per_second),
            idle_timeout: (!idle.is_zero()).then_some(idle),
        }
    }
}

/// Messages may be so large that all points fit, and the weights of the largest network.
fn message_bytes_for(max_points: usize) -> usize {
    const BYTES_PER_POINT: usize = 80;
    const BYTES_FOR_THE_REST: usize = 4 * 1024 * 1024;
    let needed = max_points * BYTES_PER_POINT + BYTES_FOR_THE_REST;
    needed.max(Limits::default().max_message_bytes)
}

fn default_message_rate() -> u32 {
    SessionLimits::default()
        .max_messages_per_second
        .map_or(0, NonZeroU32::get)
}

fn default_idle_minutes() -> u32 {
    let idle = SessionLimits::default().idle_timeout;
    idle.map_or(0, |idle| (idle.as_secs() / 60) as u32)
}

/// Reads a whole number from `range`.
fn in_range(
    range: RangeInclusive<usize>,
) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync + 'static {
    move |text| match text.parse() {
        Ok(n) if range.contains(&n) => Ok(n),
        _ => Err(format!(
            "it must be a whole number from {} to {}",
            range.start(),
            range.end()
        )),
    }
}
