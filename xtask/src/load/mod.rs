//! `cargo xtask load`: how many people one server serves, and what each of them costs it.
//!
//! The client is this program itself, built in release and on one thread: it shares the machine
//! with the server, and whatever it takes the server does not have. Each scenario has a server of
//! its own, so that none sees what another left behind.

mod bystander;
mod churn;
mod client;
mod idle;
mod process;
mod report;
mod server;
mod statistics;
mod training;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::command::{cargo, command, run as run_command, target_directory};
use bystander::Attack;
use report::Findings;
use server::{Server, Source};

/// How to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only this scenario (may be given several times).
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<Scenario>,
    /// As many sessions, or visits, instead of the scenario's own number.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    sessions: Option<u32>,
    /// For how long training is watched, and answers are timed.
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Few sessions for a second: enough to see that everything works, but targets mean nothing.
    #[arg(long)]
    quick: bool,
    /// Measure the server that has its page there instead of starting one. It has to take as many
    /// sessions from one address: see --max-sessions and --max-sessions-per-address of nnvisu.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The process of the server at --url, to see its memory, threads and open files.
    #[arg(long, value_name = "PID", requires = "url")]
    pid: Option<u32>,
    /// Start this program instead of building nnvisu.
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    program: Option<PathBuf>,
    /// Measure with this very program, however it has been built.
    #[arg(long, hide = true)]
    as_built: bool,
}

/// One of the things that are measured, in the order in which they are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// A server that nobody uses.
    Alone,
    /// 2,000 sessions that do nothing.
    Idle,
    /// 10,000 connections that come and go.
    Churn,
    /// 64 sessions that train at 60 steps a second, as pages do by default.
    Paced,
    /// 64 sessions that train as fast as possible.
    Full,
    /// Two sessions beside 8 that reset as fast as they may.
    BesideResets,
    /// Two sessions beside 8 that send stateless steps on 20,000 points.
    BesideTrainSteps,
    /// Two sessions beside 8 that train the largest network on 20,000 points.
    BesideTraining,
}

impl Scenario {
    /// How many sessions it has.
    fn n_sessions(self, quick: bool) -> usize {
        let (usual, few) = match self {
            Self::Alone => (0, 0),
            Self::Idle => (2000, 8),
            Self::Churn => (10_000, 30),
            Self::Paced | Self::Full => (64, 4),
            Self::BesideResets | Self::BesideTrainSteps | Self::BesideTraining => (8, 2),
        };
        if quick { few } else { usual }
    }

    async fn run(self, args: &Args, source: &Source) -> Result<Findings> {
        let server = Server::open(source)?;
        let n_sessions = args
            .sessions
            .map_or_else(|| self.n_sessions(args.quick), |n| n as usize);
        let duration = Duration::from_secs(if args.quick { 1 } else { args.seconds });
        let plan = |steps_per_second, names| training::Plan {
            n_sessions,
            duration,
            steps_per_second,
            names,
        };
        let beside = |attack| bystander::run(&server, attack, n_sessions, duration);
        match self {
            Self::Alone => idle::alone(&server).await,
            Self::Idle => idle::run(&server, n_sessions).await,
            Self::Churn => churn::run(&server, n_sessions).await,
            Self::Paced => {
                let names = ["fairness at 60 steps/s", "control p99 at 60 steps/s"];
                training::run(&server, plan(Some(60), names)).await
            }
            Self::Full => {
                let names = ["fairness at full speed", "control p99 at full speed"];
                training::run(&server, plan(None, names)).await
            }
            Self::BesideResets => beside(Attack::Resets).await,
            Self::BesideTrainSteps => beside(Attack::TrainSteps).await,
            Self::BesideTraining => beside(Attack::Training).await,
        }
    }
}

/// Builds, measures and prints; fails if a target is missed.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if !args.as_built {
        return build_and_run(args);
    }
    let source = match (&args.url, &args.program) {
        (Some(url), _) => Source::Running {
            url: url.clone(),
            pid: args.pid,
        },
        (None, Some(program)) => Source::Program(program.clone()),
        (None, None) => Source::Program(release("nnvisu")),
    };
    #[cfg(unix)]
    raise_open_files();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut all = Vec::new();
    for &scenario in Scenario::value_variants() {
        if args.only.is_empty() || args.only.contains(&scenario) {
            let findings = runtime.block_on(scenario.run(args, &source))?;
            report::print_findings(&findings);
            all.push(findings);
        }
    }
    let reached = report::print_table(&all);
    println!("\n{}", machine());
    if args.quick {
        println!(
            "This was a quick run: it shows that everything works, and nothing of the targets."
        );
    }
    Ok(if reached || args.quick {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The same again in release, beside a server in release.
fn build_and_run(args: &Args) -> Result<ExitCode> {
    if args.url.is_none() && args.program.is_none() {
        run_command(cargo(&["build", "--release", "--bin", "nnvisu"]))?;
    }
    run_command(cargo(&["build", "--release", "--package", "xtask"]))?;
    let mut measure = command(release("xtask"), &["load", "--as-built"]);
    measure.args(std::env::args_os().skip(2));
    let status = measure.status().context("starting the measurement")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A program that was built in release.
fn release(name: &str) -> PathBuf {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    target_directory().join("release").join(name)
}

/// Room for one connection per session.
#[cfg(unix)]
fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        println!("No room for further open files: {error}");
    }
}

/// On what this was measured.
fn machine() -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let minute = load.split(' ').next().unwrap_or("not known");
    format!("Processors: {processors}. Load of the last minute, this run included: {minute}.")
}
