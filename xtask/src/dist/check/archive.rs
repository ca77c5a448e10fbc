//! The archive: unpacked by `tar`, complete, small, and its program runs.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use super::program;
use crate::command::{command, run, succeeds};
use crate::dist::release::Release;

/// The largest program that is released, in bytes.
const LARGEST: u64 = 15 << 20;
/// The longest that its start may take.
const LONGEST_START: Duration = Duration::from_millis(50);

pub(super) fn check(release: &Release, file: &Path, scratch: &Path) -> Result<()> {
    std::fs::create_dir_all(scratch)?;
    let mut tar = command("tar", &["-xzf"]);
    tar.arg(file).arg("-C").arg(scratch);
    run(tar)?;
    let top = scratch.join(release.name());
    for name in [
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "THIRD-PARTY-LICENSES.txt",
        "man/man1/nnvisu.1",
        "man/man1/nnvisu-serve.1",
        "completions/nnvisu.bash",
        "completions/_nnvisu",
        "completions/nnvisu.fish",
    ] {
        let length = std::fs::metadata(top.join(name)).map_or(0, |file| file.len());
        ensure!(length > 0, "{name} is missing or empty");
    }
    every_crate_is_named(release, &top.join("THIRD-PARTY-LICENSES.txt"))?;
    completions_load(&top.join("completions/nnvisu.bash"))?;
    let path = top.join(release.target.program());
    program::check(|| Command::new(&path), &release.version, scratch)?;
    if release.target.is_static() {
        small_and_quick(&path)?;
    }
    Ok(())
}

fn every_crate_is_named(release: &Release, licences: &Path) -> Result<()> {
    let licences = std::fs::read_to_string(licences)?;
    for found in release.dependencies.iter().filter(|found| !found.is_ours()) {
        let line = format!("{} {}: {}", found.name, found.version, found.license);
        ensure!(
            licences.lines().any(|known| known == line),
            "the licences lack {line}"
        );
    }
    Ok(())
}

/// Bash takes its completions and then completes `nnvisu`.
fn completions_load(completions: &Path) -> Result<()> {
    if !succeeds(command("bash", &["--version"])) {
        return Ok(());
    }
    let script = r#"source "$0" && complete -p nnvisu"#;
    let mut bash = command("bash", &["--norc", "-c", script]);
    bash.arg(completions);
    let output = bash.output()?;
    ensure!(
        output.status.success(),
        "bash does not take its completions: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}

/// What only the program of a release promises.
fn small_and_quick(path: &Path) -> Result<()> {
    let size = std::fs::metadata(path)?.len();
    ensure!(size < LARGEST, "the program has {size} bytes");
    let start = program::start_time(path)?;
    ensure!(start < LONGEST_START, "the program starts in {start:?}");
    println!(
        "The program: {:.2} MiB, starts in {:.1} ms.",
        size as f64 / f64::from(1 << 20),
        start.as_secs_f64() * 1e3
    );
    // It can be asked where there is a dynamic linker at all.
    let Ok(output) = command("ldd", &[path]).output() else {
        return Ok(());
    };
    let said = [&output.stdout[..], &output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    if said.contains("=>") {
        bail!("the program needs libraries of the system: {said}");
    }
    Ok(())
}
