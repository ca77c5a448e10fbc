//! What can be said on the command line.

use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand};
use nnvisu_server::{Limits, Origin, ServerConfig, ServiceConfig};

/// Watch a neural network learn.
///
/// nnvisu serves a web page on which you place labelled points (or pick a data set), press Train
/// and watch the decision boundary of a small neural network move. Start it with `nnvisu serve`
/// and open the address it prints.
#[derive(Debug, Parser)]
#[command(
    name = "nnvisu",
    version,
    max_term_width = 100,
    propagate_version = true
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[arg(short, long, action = ArgAction::Count, global = true)]
    #[arg(
        help = "Say more on stderr: -v for what happens, -vv and -vvv for details. \
                  RUST_LOG, if set, wins"
    )]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the page and train on this machine, until Ctrl-C
    Serve(Serve),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Address or name to listen on; 0.0.0.0 lets other machines in
    #[arg(long, default_value = "127.0.0.1")]
    host: String,

    /// TCP port to listen on; 0 takes a free one
    #[arg(long, short, default_value_t = ServerConfig::DEFAULT_PORT)]
    port: u16,

    /// Serve the page from this directory instead of the one built in, to edit it
    #[arg(long, value_name = "DIR", value_parser = parse_web_dir)]
    web_dir: Option<PathBuf>,

    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    #[arg(
        help = "Also let pages from this origin connect, such as https://example.com; \
                  may be repeated"
    )]
    allowed_origins: Vec<Origin>,

    /// The most points that one person may place
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_points,
          value_parser = parse_max_points)]
    max_points: usize,

    /// Open the page in the browser
    #[arg(long)]
    pub(crate) open: bool,
}

impl Serve {
    pub(crate) fn config(self) -> ServerConfig {
        ServerConfig {
            host: self.host,
            port: self.port,
            service: ServiceConfig {
                web_dir: self.web_dir,
                allowed_origins: self.allowed_origins,
                limits: limits(self.max_points),
            },
        }
    }
}

/// Messages may be so large that all points fit, and the weights of the largest network.
fn limits(max_points: usize) -> Limits {
    const BYTES_PER_POINT: usize = 80;
    const BYTES_FOR_THE_REST: usize = 4 * 1024 * 1024;
    let needed = max_points * BYTES_PER_POINT + BYTES_FOR_THE_REST;
    Limits {
        max_points,
        max_message_bytes: needed.max(Limits::default().max_message_bytes),
    }
}

fn parse_web_dir(text: &str) -> Result<PathBuf, String> {
    let dir = PathBuf::from(text);
    if dir.join("index.html").is_file() {
        Ok(dir)
    } else {
        Err("there is no index.html in that directory".to_owned())
    }
}

fn parse_max_points(text: &str) -> Result<usize, String> {
    // Generated data sets have 200 points and must always fit.
    const ALLOWED: std::ops::RangeInclusive<usize> = 200..=1_000_000;
    match text.parse() {
        Ok(n) if ALLOWED.contains(&n) => Ok(n),
        _ => Err("it must be a whole number from 200 to 1000000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn serve(args: &[&str]) -> Result<Serve, String> {
        let all = ["nnvisu", "serve"].iter().chain(args);
        match Args::try_parse_from(all) {
            Ok(Args {
                command: Command::Serve(serve),
                ..
            }) => Ok(serve),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_defaults_are_those_of_the_server() {
        let config = serve(&[]).unwrap().config();
        let default = ServerConfig::default();
        assert_eq!((config.host, config.port), (default.host, default.port));
        assert_eq!(config.service.limits, default.service.limits);
        assert!(config.service.web_dir.is_none() && config.service.allowed_origins.is_empty());
    }

    #[test]
    fn everything_can_be_set() {
        let args = [
            "--host=0.0.0.0",
            "-p",
            "80",
            "--max-points",
            "500",
            "--allow-origin",
            "https://a.example",
            "--allow-origin=http://b.example:8080",
        ];
        let config = serve(&args).unwrap().config();
        assert_eq!((config.host.as_str(), config.port), ("0.0.0.0", 80));
        assert_eq!(config.service.limits.max_points, 500);
        assert_eq!(config.service.allowed_origins.len(), 2);
    }

    #[test]
    fn mistakes_are_explained() {
        for (args, explanation) in [
            (["--port", "65536"], "65536 is not in 0..=65535"),
            (["--max-points", "10"], "from 200 to 1000000"),
            (
                ["--allow-origin", "example.com"],
                "An origin looks like https://example.com",
            ),
            (["--web-dir", "/nowhere"], "no index.html"),
        ] {
            let error = serve(&args).unwrap_err();
            assert!(error.contains(explanation), "{error}");
        }
    }
}
