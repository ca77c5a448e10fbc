//! What can be said on the command line.

mod access;
mod limits;

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgAction, Parser, Subcommand};
use nnvisu_server::{ServerConfig, ServiceConfig};

use access::AccessArgs;
use limits::LimitArgs;

use crate::eval::Eval;
use crate::generate::Generate;
use crate::logging::LogFormat;
use crate::render::Render;
use crate::shell::{Completions, Manual};
use crate::sweep::Sweep;
use crate::train::Train;

/// Watch a neural network learn.
///
/// nnvisu serves a web page on which you place labelled points (or pick a data set), press Train
/// and watch the decision boundary of a small neural network move. Start it with `nnvisu` and open
/// the address it prints. The other commands do the same without a browser.
#[derive(Debug, Parser)]
#[command(
    name = "nnvisu",
    version,
    max_term_width = 100,
    propagate_version = true,
    after_help = "Without a command it serves: `nnvisu --port 9000` is `nnvisu serve --port 9000`."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[arg(short, long, action = ArgAction::Count, global = true, help_heading = "Log")]
    #[arg(
        help = "Say more on stderr: -v for what happens, -vv and -vvv for details. \
                  RUST_LOG, if set, wins"
    )]
    pub(crate) verbose: u8,

    /// How to write the log on stderr
    #[arg(long, value_enum, default_value_t, global = true, help_heading = "Log")]
    pub(crate) log_format: LogFormat,
}

impl Args {
    /// Reads the arguments of this process; ends it if they are wrong, or ask for help.
    pub(crate) fn of_process() -> Self {
        Self::parse_from(with_command(std::env::args_os().collect()))
    }
}

/// The command that is meant where none is named.
const DEFAULT_COMMAND: &str = "serve";

/// The arguments, the program's name first, with [`DEFAULT_COMMAND`] where they name no command: at
/// their end, or before the first option that is not of the program itself.
fn with_command(mut args: Vec<OsString>) -> Vec<OsString> {
    let mut position = 1;
    while let Some(arg) = args.get(position).and_then(|arg| arg.to_str()) {
        position += match arg {
            "--verbose" => 1,
            "--log-format" => 2,
            _ if arg.starts_with("--log-format=") || is_only_verbose(arg) => 1,
            _ => break,
        };
    }
    let lacks_value = position > args.len();
    let names_command = args.get(position).is_some_and(|arg| {
        let bytes = arg.as_encoded_bytes();
        !bytes.starts_with(b"-") || [&b"-h"[..], b"--help", b"-V", b"--version"].contains(&bytes)
    });
    if !names_command && !lacks_value {
        args.insert(position, DEFAULT_COMMAND.into());
    }
    args
}

/// Whether this is `-v`, `-vv` and so on.
fn is_only_verbose(arg: &str) -> bool {
    let letters = arg.strip_prefix('-').unwrap_or_default();
    !letters.is_empty() && letters.bytes().all(|letter| letter == b'v')
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the page and train on this machine, until Ctrl-C; what happens without a command
    Serve(Serve),
    /// Train a network on points, and write it, its images and its metrics
    ///
    /// A session continues from where it stands, with its own points, settings and seeds; options
    /// change them. The same points, settings and seeds give the same weights, here and in the
    /// page; their checksum says so.
    ///
    /// Ctrl-C ends the training early and everything is written with what there
    /// is by then; the exit status is then 130. A second Ctrl-C ends the program at once. If
    /// training diverges, the last finite weights are kept and the exit status is 1.
    Train(Train),
    /// Generate points as CSV
    Generate(Generate),
    /// Draw a trained network as PNG
    Render(Render),
    /// Measure a trained network: loss, accuracy, precision, recall, confusion matrix
    Eval(Eval),
    /// Train a network for every setting of a grid, with several seeds, and compare them
    ///
    /// Each option of the settings takes a list; every combination of their values is trained, on
    /// all cores. Of a session, its points and settings are taken; what it has learned is not.
    /// Ctrl-C ends the sweep; what has been trained by then is reported, and the exit
    /// status is 130.
    Sweep(Sweep),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page, or write those of all commands
    Man(Manual),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Address or name to listen on; 0.0.0.0 lets other machines in
    #[arg(long, default_value = "127.0.0.1")]
    host: String,

    /// TCP port to listen on; 0 takes a free one
    #[arg(long, short, default_value_t = ServerConfig::DEFAULT_PORT)]
    port: u16,

    /// Open the page in the browser
    #[arg(long)]
    pub(crate) open: bool,

    /// Show the address for other devices as a QR code too; needs a --host that lets them in
    #[arg(long)]
    pub(crate) qr: bool,

    /// Serve the page from this directory instead of the one built in, to edit it
    #[arg(long, value_name = "DIR", value_parser = parse_web_dir)]
    web_dir: Option<PathBuf>,

    #[command(flatten)]
    access: AccessArgs,

    #[command(flatten)]
    limits: LimitArgs,
}

impl Serve {
    pub(crate) fn config(self) -> ServerConfig {
        let mut service = ServiceConfig {
            web_dir: self.web_dir,
            limits: self.limits.limits(),
            sessions: self.limits.sessions(),
            client_timeout: self.limits.client_timeout(),
            ..ServiceConfig::default()
        };
        self.access.apply(&mut service);
        ServerConfig {
            host: self.host,
            port: self.port,
            service,
        }
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

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, time::Duration};

    use clap::CommandFactory as _;
    use nnvisu_server::MetricsAccess;

    use super::*;

    fn serve(args: &[&str]) -> Result<Serve, String> {
        let all = ["nnvisu", "serve"].iter().chain(args);
        match Args::try_parse_from(all) {
            Ok(Args {
                command: Command::Serve(serve),
                ..
            }) => Ok(serve),
            Ok(Args { command, .. }) => panic!("serve is read as {command:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn without_a_command_it_serves() {
        for (args, expected) in [
            (&[][..], &["serve"][..]),
            (&["--port", "9000"], &["serve", "--port", "9000"]),
            (&["-p9000", "--help"], &["serve", "-p9000", "--help"]),
            (&["-vv", "--verbose"], &["-vv", "--verbose", "serve"]),
            (
                &["-v", "--log-format", "json", "--open"],
                &["-v", "--log-format", "json", "serve", "--open"],
            ),
            (
                &["--log-format=json", "--open", "-v"],
                &["--log-format=json", "serve", "--open", "-v"],
            ),
            (&["-vp", "80"], &["serve", "-vp", "80"]),
            // Wrong, and told so.
            (&["--log-format"], &["--log-format"]),
            (&["--prot", "80"], &["serve", "--prot", "80"]),
            // What names a command, or asks about the program, stays.
            (&["train", "--help"], &["train", "--help"]),
            (&["-v", "man"], &["-v", "man"]),
            (&["sreve"], &["sreve"]),
            (&["--help"], &["--help"]),
            (&["-V"], &["-V"]),
            (&["help", "serve"], &["help", "serve"]),
        ] {
            let words = |args: &[&str]| -> Vec<OsString> {
                ["nnvisu"].iter().chain(args).map(OsString::from).collect()
            };
            assert_eq!(with_command(words(args)), words(expected));
        }
        let args = Args::parse_from(with_command(
            ["nnvisu", "-v", "-p9000"].map(Into::into).into(),
        ));
        assert_eq!(args.verbose, 1);
        assert!(matches!(args.command, Command::Serve(serve) if serve.port == 9000));
    }

    #[test]
    fn the_defaults_are_those_of_the_server() {
        let config = serve(&[]).unwrap().config();
        let default = ServerConfig::default();
        assert_eq!((config.host, config.port), (default.host, default.port));
        assert_eq!(config.service.limits, default.service.limits);
        assert_eq!(config.service.sessions, default.service.sessions);
        assert!(!config.service.trust_forwarded_for);
        assert!(config.service.access_token.is_none() && config.service.allowed_hosts.is_empty());
        assert_eq!(config.service.metrics, default.service.metrics);
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
            "--max-sessions=7",
            "--max-sessions-per-address=3",
            "--max-message-bytes=2048",
            "--max-messages-per-second=50",
            "--idle-timeout=2",
            "--trust-forwarded-for",
            "--allow-host=nnvisu.example.com",
            "--metrics=open",
            "--log-format=json",
        ];
        let config = serve(&args).unwrap().config();
        assert_eq!((config.host.as_str(), config.port), ("0.0.0.0", 80));
        assert_eq!(config.service.limits.max_points, 500);
        assert_eq!(config.service.allowed_origins.len(), 2);
        assert_eq!(config.service.limits.max_message_bytes, 2048);
        assert!(config.service.trust_forwarded_for);
        assert_eq!(
            config.service.allowed_hosts,
            ["nnvisu.example.com".parse().unwrap()]
        );
        assert_eq!(config.service.metrics, MetricsAccess::Open);
        let sessions = config.service.sessions;
        assert_eq!(
            (sessions.max_sessions, sessions.max_sessions_per_address),
            (7, 3)
        );
        assert_eq!(sessions.max_messages_per_second, NonZeroU32::new(50));
        assert_eq!(sessions.idle_timeout, Some(Duration::from_secs(120)));
    }

    #[test]
    fn zero_lifts_a_limit() {
        let args = ["--max-messages-per-second=0", "--idle-timeout=0"];
        let sessions = serve(&args).unwrap().config().service.sessions;
        assert_eq!(sessions.max_messages_per_second, None);
        assert_eq!(sessions.idle_timeout, None);
    }

    #[test]
    fn all_points_fit_into_a_message() {
        let config = serve(&["--max-points=1000000"]).unwrap().config();
        assert!(config.service.limits.max_message_bytes > 80_000_000);
    }

    #[test]
    fn mistakes_are_explained() {
        for (args, explanation) in [
            (["--port", "65536"], "65536 is not in 0..=65535"),
            (["--max-points", "10"], "from 200 to 1000000"),
            (["--max-sessions", "0"], "from 1 to 1000000"),
            (["--max-message-bytes", "1"], "from 1024 to"),
            (
                ["--allow-origin", "example.com"],
                "An origin looks like https://example.com",
            ),
            (["--web-dir", "/nowhere"], "no index.html"),
            (["--allow-host", "http://a.example"], "without a port"),
            (["--metrics", "some"], "off, local or open"),
            (["--access-token-file", "/nowhere"], "cannot be read"),
            (["--access-token-file", "/dev/null"], "8 to 256 letters"),
        ] {
            let error = serve(&args).unwrap_err();
            assert!(error.contains(explanation), "{error}");
        }
    }
}
