//! `cargo xtask fuzz`: inputs that nobody thought of, for what reads bytes from the network.
//!
//! libFuzzer changes the inputs of a corpus and keeps those that reach code no other one
//! reached. It needs the compiler to count where the program goes. cargo-fuzz would ask for that
//! with an unstable option; these are the flags behind it, which stable Rust knows too.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::command::{cargo, command, repository, run, target_directory};
use crate::tools;

/// What the targets are built from.
pub(crate) const PACKAGE: &str = "crates/nnvisu-protocol/fuzz";

pub(crate) const CORPUS: &str = "crates/nnvisu-protocol/fuzz/corpus";

/// An edge is counted when it is taken, and what is compared with what is handed to libFuzzer.
const RUSTFLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    --cfg=fuzzing";

/// What is fuzzed; each is a program of its own.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// Texts that a client sends, to the parser of both versions.
    Requests,
    /// Texts that a server sends.
    Responses,
    /// Version 1 maps.
    Maps,
    /// Version 2 pictures.
    Pictures,
    /// Posteriors and headers, through the encoders and back.
    Drawings,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Responses => "responses",
            Self::Maps => "maps",
            Self::Pictures => "pictures",
            Self::Drawings => "drawings",
        }
    }

    /// Bytes of the longest input: longer ones reach nothing else, and take longer.
    fn max_len(self) -> usize {
        match self {
            Self::Maps => 200,
            Self::Drawings => 600,
            Self::Pictures => 2500,
            Self::Requests | Self::Responses => 3500,
        }
    }

    fn committed_corpus(self) -> PathBuf {
        repository().join(CORPUS).join(self.name())
    }
}

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long to fuzz each target.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Fuzz only this target (may be given several times).
    #[arg(long = "target", value_name = "TARGET")]
    targets: Vec<Target>,
    /// Add the inputs that reached new code to the corpus in the repository.
    #[arg(long)]
    keep: bool,
    /// Run one --target once, with this input: what a failure left behind.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "keep",
        requires = "targets"
    )]
    input: Option<PathBuf>,
}

/// The command of its own.
pub(crate) fn run_command(args: &Args) -> Result<()> {
    let targets = if args.targets.is_empty() {
        Target::value_variants()
    } else {
        &args.targets
    };
    let programs = build()?;
    if let Some(input) = &args.input {
        ensure!(targets.len() == 1, "--input is for one --target");
        let input = std::path::absolute(input)?;
        return run(command(programs.join(targets[0].name()), &[input]));
    }
    fuzz_all(&programs, targets, args.seconds, None)?;
    if args.keep {
        for target in targets {
            keep(&programs, *target)?;
        }
    }
    Ok(())
}

/// The step of `cargo xtask test`: lints, then a short run. The inputs are the same ones each
/// time, so that it fails for who broke something and not for who comes by next.
pub(crate) fn step() -> Result<()> {
    let mut clippy = instrumented(&["clippy"])?;
    clippy.args(["--", "--deny=warnings"]);
    run(clippy)?;
    let programs = build()?;
    fuzz_all(&programs, Target::value_variants(), 15, Some(1))
}

fn build() -> Result<PathBuf> {
    run(instrumented(&["build"])?)?;
    Ok(work_directory().join(host()?).join("release"))
}

/// Cargo for the targets. Naming the machine's own triple keeps the flags away from build scripts.
fn instrumented(subcommand: &[&str]) -> Result<Command> {
    tools::cxx_compiler()?;
    let mut cargo = cargo(subcommand);
    cargo.args(["--locked", "--release", "--manifest-path"]);
    cargo.arg(Path::new(PACKAGE).join("Cargo.toml"));
    cargo.args(["--target", &host()?, "--target-dir"]);
    cargo.arg(work_directory());
    cargo
        .env("RUSTFLAGS", RUSTFLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    Ok(cargo)
}

fn host() -> Result<String> {
    let version = command("rustc", &["-vV"])
        .output()
        .context("starting rustc")?;
    let version = String::from_utf8(version.stdout)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`rustc -vV` names no host")?.to_owned())
}

fn work_directory() -> PathBuf {
    target_directory().join("fuzz")
}

/// Runs the targets, as many at a time as there are cores.
fn fuzz_all(programs: &Path, targets: &[Target], seconds: u32, seed: Option<u32>) -> Result<()> {
    let n_workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(targets.len());
    let waiting = Mutex::new(targets.iter());
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| -> Result<()> {
        for idx in 0..n_workers {
            let work = || {
                while let Some(&target) = next(&waiting) {
                    if let Err(error) = fuzz(programs, target, seconds, seed) {
                        failures
                            .lock()
                            .expect("no panic")
                            .push(format!("{error:#}"));
                    }
                }
            };
            thread::Builder::new()
                .name(format!("fuzz-{idx}"))
                .spawn_scoped(scope, work)?;
        }
        Ok(())
    })?;
    let failures = failures.into_inner().expect("no panic");
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

/// A function of its own, so that the lock is not held while the target runs.
fn next<'t>(waiting: &Mutex<std::slice::Iter<'t, Target>>) -> Option<&'t Target> {
    waiting.lock().expect("no panic").next()
}

fn fuzz(programs: &Path, target: Target, seconds: u32, seed: Option<u32>) -> Result<()> {
    let name = target.name();
    let corpus = work_directory().join("corpus").join(name);
    let failures = work_directory().join("failures").join(name);
    for directory in [&corpus, &failures] {
        std::fs::create_dir_all(directory)?;
    }
    let log_path = work_directory().join(format!("{name}.log"));
    let log = std::fs::File::create(&log_path)?;
    // What is found is written into the first directory.
    let mut fuzzer = command(programs.join(name), &[&corpus]);
    if target.committed_corpus().exists() {
        fuzzer.arg(target.committed_corpus());
    }
    fuzzer.arg(format!("-artifact_prefix={}/", failures.display()));
    fuzzer.arg(format!("-max_total_time={seconds}"));
    fuzzer.arg(format!("-max_len={}", target.max_len()));
    // Seconds for one input, and memory in all: a machine may be busy, but not so busy.
    fuzzer.args(["-timeout=60", "-rss_limit_mb=1024", "-print_final_stats=1"]);
    if let Some(seed) = seed {
        fuzzer.arg(format!("-seed={seed}"));
    }
    println!("Fuzzing {name} for {seconds} s");
    let status = fuzzer
        .stdout(Stdio::null())
        .stderr(log)
        .status()
        .with_context(|| format!("could not start the fuzz target {name}"))?;
    let log = String::from_utf8_lossy(&std::fs::read(&log_path)?).into_owned();
    if status.success() {
        println!("{}", summary(name, &log));
        return Ok(());
    }
    for line in log.lines().filter(|line| !line.starts_with('#')) {
        println!("{name}: {line}");
    }
    let input = log
        .lines()
        .find_map(|line| line.split("Test unit written to ").nth(1));
    match input {
        Some(input) => bail!(
            "{name} fails with some input. Run it again with: \
             cargo xtask fuzz --target {name} --input {input}"
        ),
        None => bail!(
            "{name} ended early ({status}); its log is {}",
            log_path.display()
        ),
    }
}

/// How much was tried and reached, from libFuzzer's log.
fn summary(name: &str, log: &str) -> String {
    let n_inputs = log
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
        .map_or("?", str::trim);
    let n_edges = log
        .lines()
        .rev()
        .find_map(|line| line.split(" cov: ").nth(1)?.split(' ').next())
        .unwrap_or("?");
    format!("{name}: {n_inputs} inputs, {n_edges} places reached")
}

/// The fewest inputs that go everywhere; how often one goes there does not count.
const MERGE: &[&str] = &["-set_cover_merge=1", "-use_counters=0"];

/// Copies the inputs that reach what those in the repository do not.
fn keep(programs: &Path, target: Target) -> Result<()> {
    let committed = target.committed_corpus();
    std::fs::create_dir_all(&committed)?;
    let mut merge = command(programs.join(target.name()), MERGE);
    merge.arg(format!("-max_len={}", target.max_len()));
    merge
        .arg(committed)
        .arg(work_directory().join("corpus").join(target.name()));
    run(merge)
}
