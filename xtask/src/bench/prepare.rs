//! Getting ready: building our program, installing and starting the others.
//!
//! Whatever cannot be had is left out with a message; only our own program must work.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use clap::ValueEnum;

use super::peer::Program;
use super::workloads::Workload;
use super::{Args, Isa};
use crate::command::{cargo, command, repository, run, succeeds, target_directory};

pub(super) const XLA_FLAGS: &str = "--xla_cpu_multi_thread_eigen=false";

/// One thread each, in every library that would take more.
const ENVIRONMENT: [(&str, &str); 7] = [
    ("OMP_NUM_THREADS", "1"),
    ("MKL_NUM_THREADS", "1"),
    ("OPENBLAS_NUM_THREADS", "1"),
    ("RAYON_NUM_THREADS", "1"),
    ("JAX_PLATFORMS", "cpu"),
    ("XLA_FLAGS", XLA_FLAGS),
    ("PYTHONDONTWRITEBYTECODE", "1"),
];

/// A peer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PeerName {
    /// JAX as one writes it, compiled.
    Jax,
    /// JAX tuned for small networks: our data layout, compiled.
    JaxTuned,
    /// PyTorch, eager.
    Pytorch,
    /// scikit-learn, maps only.
    ScikitLearn,
    /// candle.
    Candle,
}

impl PeerName {
    fn name(self) -> &'static str {
        match self {
            Self::Jax => "JAX",
            Self::JaxTuned => "JAX tuned",
            Self::Pytorch => "PyTorch",
            Self::ScikitLearn => "scikit-learn",
            Self::Candle => "candle",
        }
    }

    /// The command without its arguments for all: installed or built first.
    fn command(self, directory: &Path) -> Result<Command> {
        match self {
            Self::Jax => python(directory, "jax", "jax_peer.py"),
            Self::JaxTuned => {
                let mut jax = python(directory, "jax", "jax_peer.py")?;
                jax.arg("--columns");
                Ok(jax)
            }
            Self::Pytorch => python(directory, "torch", "torch_peer.py"),
            Self::ScikitLearn => python(directory, "scikit-learn", "sklearn_peer.py"),
            Self::Candle => candle(directory),
        }
    }
}

/// The workloads, and the programs that could be had: ours, then the peers in `only` or all.
pub(super) fn all(args: &Args) -> Result<(Vec<Workload>, Vec<Program>)> {
    let directory = target_directory().join("bench");
    std::fs::create_dir_all(&directory)?;
    let workloads = directory.join("workloads.json");
    let ours = bench_program()?;
    let mut export = command(&ours, &["export"]);
    export.arg(&workloads);
    run(export)?;

    let starter = Starter {
        processor: processor(args.pin)?,
        isa: args.isa,
        directory: directory.clone(),
        workloads: workloads.clone(),
    };
    let mut serve = Command::new(&ours);
    serve.arg("serve");
    serve.args(args.isa.map(Isa::name));
    let mut programs = vec![starter.start("nnvisu", &serve)?];
    let wanted = PeerName::value_variants()
        .iter()
        .filter(|peer| args.only.is_empty() || args.only.contains(peer))
        // candle cannot be told to use less than the processor has.
        .filter(|peer| args.isa.is_none() || **peer != PeerName::Candle);
    for peer in wanted {
        let started = peer
            .command(&directory)
            .and_then(|command| starter.start(peer.name(), &command));
        match started {
            Ok(program) => programs.push(program),
            Err(error) => println!("{} is left out: {error:#}", peer.name()),
        }
    }
    Ok((Workload::read_all(&workloads)?, programs))
}

/// Our engine, as it is released.
pub(super) fn bench_program() -> Result<PathBuf> {
    run(cargo(&["build", "--release", "--package=bench-nnvisu"]))?;
    Ok(target_directory()
        .join("release")
        .join(format!("bench-nnvisu{}", std::env::consts::EXE_SUFFIX)))
}

/// candle, which only this command builds.
fn candle(directory: &Path) -> Result<Command> {
    let target = directory.join("candle");
    let mut build = cargo(&[
        "build",
        "--release",
        "--manifest-path=xtask/peers/candle/Cargo.toml",
        "--target-dir",
    ]);
    build.arg(&target);
    run(build).context("it could not be built; its crates come from the package registry")?;
    let program = format!("bench-candle{}", std::env::consts::EXE_SUFFIX);
    Ok(Command::new(target.join("release").join(program)))
}

/// `script` in a virtual environment that has `package`, in the version that requirements.txt
/// pins, from the package index that pip is configured for.
fn python(directory: &Path, package: &str, script: &str) -> Result<Command> {
    let peers = repository().join("xtask/peers/python");
    let requirements = std::fs::read_to_string(peers.join("requirements.txt"))?;
    let requirement = requirements
        .lines()
        .find(|line| line.split("==").next() == Some(package))
        .with_context(|| format!("requirements.txt does not name {package}"))?;

    let environment = directory.join("python");
    let interpreter = if cfg!(windows) {
        environment.join("Scripts/python.exe")
    } else {
        environment.join("bin/python")
    };
    if !succeeds(command(&interpreter, &["-m", "pip", "--version"])) {
        let mut create = command(
            if cfg!(windows) { "python" } else { "python3" },
            &["-m", "venv"],
        );
        create.arg(&environment);
        run(create).context("it needs Python 3.11 or newer with its module venv")?;
    }
    let mut install = command(&interpreter, &["-m", "pip", "install", "--quiet"]);
    install.args(["--disable-pip-version-check", requirement]);
    run(install).with_context(|| format!("pip could not install {requirement}"))?;

    let mut command = Command::new(interpreter);
    command.arg(peers.join(script));
    Ok(command)
}

/// The processor on which everything runs: the one asked for or else the last one, if this system
/// can choose.
fn processor(pin: Option<usize>) -> Result<Option<String>> {
    let last = std::thread::available_parallelism()?.get() - 1;
    let processor = pin.unwrap_or(last).to_string();
    if succeeds(command("taskset", &["--cpu-list", &processor, "true"])) {
        return Ok(Some(processor));
    }
    anyhow::ensure!(
        pin.is_none(),
        "taskset cannot run anything on processor {processor}"
    );
    println!("There is no taskset: the programs are not bound to one processor.");
    Ok(None)
}

/// How every program is started.
struct Starter {
    processor: Option<String>,
    isa: Option<Isa>,
    directory: PathBuf,
    workloads: PathBuf,
}

impl Starter {
    /// Starts `program` with the workloads as its last argument, and what it has to complain
    /// about in a file.
    fn start(&self, name: &'static str, program: &Command) -> Result<Program> {
        let mut command = match &self.processor {
            Some(processor) => {
                let mut taskset = Command::new("taskset");
                taskset.args(["--cpu-list", processor]);
                taskset.arg(program.get_program());
                taskset
            }
            None => Command::new(program.get_program()),
        };
        let log = self.directory.join(format!("{name}.log"));
        command
            .args(program.get_args())
            .arg(&self.workloads)
            .envs(ENVIRONMENT)
            .envs(self.isa.map(Isa::environment).into_iter().flatten())
            .stderr(Stdio::from(File::create(&log)?));
        Program::start(name, command).with_context(|| format!("see {}", log.display()))
    }
}
