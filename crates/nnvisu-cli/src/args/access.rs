//! Who may use the server.

use std::path::Path;

use nnvisu_server::{AccessToken, HostName, MetricsAccess, Origin, ServiceConfig};

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Who may use it")]
pub(super) struct AccessArgs {
    /// A name by which browsers may ask for this server, such as nnvisu.example.com; may be
    /// repeated
    ///
    /// On a loopback address, as by default, the names of this machine alone are answered, so
    /// that no foreign page can reach the server by a name that it points there. Behind a reverse
    /// proxy on the same machine, give the public name here. On other addresses any name is
    /// answered, unless this option is given. '*' means any name.
    #[arg(long = "allow-host", value_name = "NAME")]
    allowed_hosts: Vec<HostName>,

    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    #[arg(
        help = "Also let pages from this origin connect, such as https://example.com; \
                  may be repeated"
    )]
    allowed_origins: Vec<Origin>,

    /// Admit only clients that know the token on the first line of this file
    ///
    /// The page asks for it once and keeps it in a cookie; a link that ends in ?token=… works
    /// too, and so does the header `Authorization: Bearer …`. The token has 8 to 256 letters,
    /// digits and -._~+/=. Make it long and by chance, such as with `openssl rand -hex 16`, and
    /// serve the page by HTTPS on networks that others can listen to.
    #[arg(long, value_name = "FILE", value_parser = read_token)]
    access_token_file: Option<AccessToken>,

    /// Behind one reverse proxy: identify clients by the last address in X-Forwarded-For, which
    /// the proxy must set
    #[arg(long)]
    trust_forwarded_for: bool,

    /// Who may read /metrics: nobody (off), this machine without a proxy and holders of the
    /// access token (local), or everybody who may use the server (open)
    #[arg(long, value_name = "WHO", default_value_t, value_parser = parse_metrics)]
    metrics: MetricsAccess,
}

impl AccessArgs {
    pub(super) fn apply(self, config: &mut ServiceConfig) {
        config.allowed_hosts = self.allowed_hosts;
        config.allowed_origins = self.allowed_origins;
        config.access_token = self.access_token_file;
        config.trust_forwarded_for = self.trust_forwarded_for;
        config.metrics = self.metrics;
    }
}

fn read_token(path: &str) -> Result<AccessToken, String> {
    AccessToken::read(Path::new(path)).map_err(|error| error.to_string())
}

fn parse_metrics(text: &str) -> Result<MetricsAccess, String> {
    text.parse().map_err(|error| format!("{error}"))
}
