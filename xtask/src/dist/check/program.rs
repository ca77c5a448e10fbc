//! Running the program that came out of an artefact: it says its version and serves its page.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::served::Served;

/// Far more than it takes, for machines that do much else.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Checks that the command `start`, which is nnvisu without arguments, says `version` and serves
/// the page, started in the directory `from`.
pub(super) fn check(start: impl Fn() -> Command, version: &str, from: &Path) -> Result<()> {
    let output = start()
        .arg("--version")
        .current_dir(from)
        .output()
        .context("could not start the program")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && said.trim() == format!("nnvisu {version}"),
        "`nnvisu --version` says {said:?} ({}): {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    serves_its_page(start(), from)
}

/// Starts `nnvisu serve` on a free port and fetches the page with its module.
fn serves_its_page(mut start: Command, from: &Path) -> Result<()> {
    start.current_dir(from);
    let server = Served::start(start, &[])?;
    let address = server.address();
    let fetch = |path: &str| {
        let answer = get(address, path)?;
        let is_there = answer.starts_with("HTTP/1.1 200");
        ensure!(is_there, "{path} is answered by: {answer}");
        Ok(answer)
    };
    let page = fetch("/")?;
    let (_, after) = page
        .split_once("<script type=\"module\" src=\"")
        .context("the page has no module")?;
    let (module, _) = after.split_once('"').context("the page is cut")?;
    fetch(&format!("/{module}"))?;
    Ok(())
}

/// The whole answer to a GET.
fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).with_context(|| format!("asking {address}"))?;
    stream.set_read_timeout(Some(TIME_LIMIT))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The shortest of several times that the program takes to start, do nothing and end.
pub(super) fn start_time(program: &Path) -> Result<Duration> {
    let mut shortest = Duration::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        let status = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .status()?;
        shortest = shortest.min(start.elapsed());
        if !status.success() {
            bail!("`nnvisu --version` fails ({status})");
        }
    }
    Ok(shortest)
}
