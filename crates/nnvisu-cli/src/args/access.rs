//! Who may use the server.

use nnvisu_server::{Origin, ServiceConfig};

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Who may use it")]
pub(super) struct AccessArgs {
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    #[arg(
        help = "Also let pages from this origin connect, such as https://example.com; \
                  may be repeated"
    )]
    allowed_origins: Vec<Origin>,

    /// Behind one reverse proxy: tell clients apart by the last address in X-Forwarded-For, which
    /// the proxy must set
    #[arg(long)]
    trust_forwarded_for: bool,
}

impl AccessArgs {
    pub(super) fn apply(self, config: &mut ServiceConfig) {
        config.allowed_origins = self.allowed_origins;
        config.trust_forwarded_for = self.trust_forwarded_for;
    }
}
