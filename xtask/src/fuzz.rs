//! `cargo xtask fuzz`: generated input for what reads bytes from the network, by cargo-fuzz and
//! libFuzzer.
//!
//! A run starts from the seeds in the repository, the examples of the protocol's document, and what
//! earlier runs have found, which stays in the target directory.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, command, output, repository, run, target_directory};
use crate::tools;

const PACKAGE: &str = "crates/nnvisu-protocol/fuzz";
const PROTOCOL: &str = "crates/nnvisu-protocol/PROTOCOL.md";

/// Targets that read what the protocol's document has examples of, and how it marks them.
const EXAMPLES: [(&str, &str); 2] = [("requests", "json client"), ("responses", "json server")];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long to fuzz each target.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Fuzz only this target (may be given several times); `cargo fuzz list` names them.
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<String>,
}

/// The command of its own.
pub(crate) fn run_command(args: &Args) -> Result<()> {
    fuzz(&args.targets, args.seconds, None)
}

/// The step of `cargo xtask test`: formatting and lints, then a short run. Its seed is fixed, so
/// that a failure is of what has changed and not of chance.
pub(crate) fn step() -> Result<()> {
    let manifest = format!("--manifest-path={PACKAGE}/Cargo.toml");
    run(cargo(&["fmt", &manifest, "--check"]))?;
    let mut clippy = cargo(&["clippy", "--quiet", "--locked", &manifest, "--target-dir"]);
    clippy.arg(work_directory());
    clippy.args(["--", "--deny=warnings"]);
    run(clippy)?;
    fuzz(&[], 10, Some(1))
}

/// Fuzzes the targets, or all of them, one after the other.
fn fuzz(targets: &[String], seconds: u32, seed: Option<u32>) -> Result<()> {
    tools::cxx_compiler()?;
    let all = output(cargo_fuzz("list")?)?;
    let all: Vec<_> = all.lines().map(str::to_owned).collect();
    for target in if targets.is_empty() { &all } else { targets } {
        ensure!(
            all.contains(target),
            "there is no fuzz target {target}, only {}",
            all.join(", ")
        );
        let mut fuzz = cargo_fuzz("run")?;
        // Without a sanitizer no option of an unstable compiler is needed; the code is safe Rust.
        fuzz.args(["--sanitizer=none", "--target-dir"]);
        fuzz.arg(work_directory())
            .arg(target)
            .args(corpora(target)?);
        fuzz.arg("--").arg(format!("-max_total_time={seconds}"));
        // Seconds for one input, and memory in all: generous, for machines that are busy.
        fuzz.args(["-timeout=60", "-rss_limit_mb=1024", "-verbosity=0"]);
        fuzz.arg("-print_final_stats=1");
        fuzz.args(seed.map(|seed| format!("-seed={seed}")));
        println!("Fuzzing {target} for {seconds} s");
        let ended = fuzz.output().context("could not start cargo-fuzz")?;
        let log = String::from_utf8_lossy(&ended.stderr);
        // The dictionary that libFuzzer recommends at the end is long and of no use to a person.
        for line in log.lines().filter(|line| !line.starts_with('"')) {
            println!("{line}");
        }
        ensure!(ended.status.success(), "{target} fails: see above");
    }
    Ok(())
}

fn cargo_fuzz(subcommand: &str) -> Result<Command> {
    let mut fuzz = command(tools::cargo_fuzz()?, &[subcommand]);
    fuzz.args(["--fuzz-dir", PACKAGE]);
    Ok(fuzz)
}

fn work_directory() -> PathBuf {
    target_directory().join("fuzz")
}

/// The directories with inputs to start from; what is found is written into the first one.
fn corpora(target: &str) -> Result<Vec<PathBuf>> {
    let found = work_directory().join("corpus").join(target);
    std::fs::create_dir_all(&found)?;
    let seeds = repository().join(PACKAGE).join("corpus").join(target);
    let mut corpora = vec![found, seeds];
    if let Some((_, mark)) = EXAMPLES.iter().find(|(name, _)| *name == target) {
        let directory = work_directory().join("examples").join(target);
        std::fs::create_dir_all(&directory)?;
        let document = std::fs::read_to_string(repository().join(PROTOCOL))
            .with_context(|| format!("reading {PROTOCOL}"))?;
        for (idx, example) in examples(&document, mark).iter().enumerate() {
            std::fs::write(directory.join(format!("{idx}.json")), example)?;
        }
        corpora.push(directory);
    }
    Ok(corpora)
}

/// The code blocks of a document whose language begins with `mark`.
fn examples(document: &str, mark: &str) -> Vec<String> {
    document
        .split("\n```")
        .filter_map(|part| part.strip_prefix(mark)?.split_once('\n'))
        .map(|(_, example)| example.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_examples_for_the_targets() {
        let document = include_str!("../../crates/nnvisu-protocol/PROTOCOL.md");
        for (target, mark) in EXAMPLES {
            let examples = examples(document, mark);
            assert!(examples.len() > 5, "{target}: {examples:?}");
            assert!(examples.iter().all(|text| text.starts_with('{')));
        }
    }
}
