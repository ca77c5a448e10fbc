//! `nnvisu serve`.

mod links;
mod neighbour;
mod qr_code;

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Context as _;
use nnvisu_server::{BindError, Server, stop_signal};

use crate::args::Serve;
use crate::usage_error;
use links::{Links, link_to};
use neighbour::Neighbour;

/// Serves until a signal asks the program to stop.
pub(crate) fn run(args: Serve) -> anyhow::Result<()> {
    let (opens_browser, shows_qr_code) = (args.open, args.qr);
    #[cfg(unix)]
    crate::open_files::raise_limit();
    let config = args.config();
    let token = config.service.access_token.clone();
    let allowed_hosts = config.service.allowed_hosts.clone();
    let server = Server::bind(config).map_err(with_advice)?;
    // What is no terminal may be a log, in which others find the token.
    let shown_token = token.as_ref().filter(|_| io::stdout().is_terminal());
    let links = Links::new(&server, shown_token, &allowed_hosts);
    let qr_code = if shows_qr_code {
        qr_code_of(&links)?
    } else {
        String::new()
    };
    server
        .run_blocking(|server| {
            let stopping = stop_signal()?;
            announce(&links, &qr_code);
            if opens_browser {
                open_browser(&link_to(server.url(), token.as_ref()));
            }
            Ok(stopping)
        })
        .context("The server had to stop")
}

/// Why the server cannot listen, and what helps.
fn with_advice(error: BindError) -> anyhow::Error {
    match &error {
        BindError::InUse { host, port } => {
            let by = match Neighbour::at(host, *port) {
                Some(Neighbour::Nnvisu) => {
                    " by another nnvisu: open that one in the browser, or end it"
                }
                Some(Neighbour::Jupyter) => " by Jupyter",
                None => "",
            };
            anyhow::anyhow!(
                "{error}{by}; `nnvisu --port 0 --open` takes a free port and opens the page"
            )
        }
        BindError::Forbidden { .. } => anyhow::anyhow!("{error}; choose another with --port"),
        BindError::BadHost { .. } => anyhow::anyhow!("{error}; see --host"),
        _ => error.into(),
    }
}

fn qr_code_of(links: &Links) -> anyhow::Result<String> {
    let link = links.others.first().ok_or_else(|| {
        usage_error(format!(
            "--qr is for other devices, and none can open {}; `--host 0.0.0.0 --qr` lets them in, \
             where this machine has a network",
            links.local
        ))
    })?;
    let code = qr_code::qr_code(link, io::stdout().is_terminal());
    code.context("The address does not fit a QR code")
}

fn open_browser(link: &str) {
    if let Err(error) = open::that_detached(link) {
        tracing::warn!(%error, "cannot open a browser; go to the address yourself");
    }
}

/// Tells the person, or the program that started us, where the page is.
fn announce(links: &Links, qr_code: &str) {
    let mut stdout = io::stdout().lock();
    // Serving continues even if standard output has no reader.
    let _ = stdout.write_all(announcement(links, qr_code).as_bytes());
    let _ = stdout.flush();
}

fn announcement(Links { local, others }: &Links, qr_code: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!("nnvisu {version} is listening on {local}\n");
    for other in others.iter().filter(|&other| other != local) {
        writeln!(text, "Other devices open {other}").expect("a string takes all");
    }
    text.push_str(qr_code);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(local: &str, others: &[&str]) -> Links {
        Links {
            local: local.to_owned(),
            others: others.iter().map(|&link| link.to_owned()).collect(),
        }
    }

    #[test]
    fn every_address_is_told_once() {
        let everywhere = links(
            "http://127.0.0.1:8888/",
            &["http://192.0.2.7:8888/", "http://10.0.0.1:8888/"],
        );
        let lines = announcement(&everywhere, "##\n");
        let lines: Vec<_> = lines.lines().skip(1).collect();
        let expected = [
            "Other devices open http://192.0.2.7:8888/",
            "Other devices open http://10.0.0.1:8888/",
            "##",
        ];
        assert_eq!(lines, expected);
        let one = links("http://192.0.2.7:8888/", &["http://192.0.2.7:8888/"]);
        assert_eq!(announcement(&one, "").lines().count(), 1);
    }

    #[test]
    fn a_qr_code_that_nobody_could_follow_is_refused() {
        let error = qr_code_of(&links("http://127.0.0.1:8888/", &[])).unwrap_err();
        assert!(error.is::<crate::UsageError>());
        assert!(error.to_string().contains("--host 0.0.0.0"), "{error}");
    }
}
