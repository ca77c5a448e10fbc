//! Running the program that came out of an artefact: it says its version and serves its page.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// Far more than it takes, for machines that do much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// Stops the program when it is no longer needed.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // If it has ended already, so much the better.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

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

/// Starts `nnvisu serve` on a free port and fetches the page with one of its modules.
fn serves_its_page(mut start: Command, from: &Path) -> Result<()> {
    let child = start
        .args(["serve", "--port", "0"])
        .current_dir(from)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("could not start `nnvisu serve`")?;
    let mut server = Running(child);
    let stdout = server.0.stdout.take().context("its output is ours")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let address = line.trim().rsplit_once("http://");
    let (_, address) = address.with_context(|| format!("no address in {line:?}"))?;
    let address = address.trim_end_matches('/');
    for (path, content) in [("/", "<title>"), ("/js/main.js", "import ")] {
        let page = get(address, path)?;
        ensure!(
            page.starts_with("HTTP/1.1 200") && page.contains(content),
            "{path} is answered by: {page}"
        );
    }
    Ok(())
}

/// The whole answer to a GET.
fn get(address: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).with_context(|| format!("asking {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
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
