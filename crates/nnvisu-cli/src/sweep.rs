//! `nnvisu sweep`.

mod contact_sheet;
mod grid;
mod report;

use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anyhow::{Context as _, bail, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use nnvisu_core::files::checksum;
use nnvisu_core::{Architecture, Dataset, Mlp, Seeds, Trainer, TrainingConfig};

use crate::input::{Start, StartArgs};
use crate::interrupt::Interrupt;
use crate::output::{FirstFailure, Output, ensure_apart};
use crate::settings::DEFAULT_SEED;
use crate::stopping::{StopArgs, StopReason};
use crate::training::{Measurement, Observer, RunOutcome, TrainOptions, train};
use crate::usage_error;
use contact_sheet::ContactSheetArgs;
use grid::{GridArgs, Setting};
use report::Report;

/// Most runs of a sweep.
const MAX_RUNS: usize = 100_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Sweep {
    #[command(flatten)]
    start: StartArgs,

    #[command(flatten)]
    grid: GridArgs,

    /// Train each network with this many seeds
    #[arg(long, value_name = "N", default_value = "1", help_heading = "Seeds")]
    seeds: NonZeroUsize,

    /// The first of them; the others follow it. `nnvisu train --seed` makes the same network
    #[arg(long, value_name = "SEED", default_value_t = DEFAULT_SEED, help_heading = "Seeds")]
    seed: u64,

    #[command(flatten)]
    stop: StopArgs,

    /// Train this many networks at a time [default: one per core]
    #[arg(long, short, value_name = "N", help_heading = "Report")]
    jobs: Option<NonZeroUsize>,

    /// Print a JSON line for each run instead of the table
    #[arg(long, help_heading = "Report")]
    json: bool,

    /// Write a CSV file with a line for each run; - is standard output, instead of the table
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Report",
        conflicts_with = "json"
    )]
    csv: Option<Output>,

    #[command(flatten)]
    contact_sheet: ContactSheetArgs,
}

/// One run of a sweep that has ended.
struct Outcome {
    run: RunOutcome,
    checksum: u32,
    /// Kept only if it is to be drawn: of many large networks there would not be room for all.
    mlp: Option<Mlp>,
}

/// Trains a network for every setting of a grid and every seed, and compares them.
pub(crate) fn run(args: &Sweep) -> anyhow::Result<ExitCode> {
    let (settings, data) = args.settings_and_data()?;
    let runs = Runs::new(args, settings, data)?;
    let outputs = args.csv.iter().chain(&args.contact_sheet.png);
    ensure_apart(outputs.chain(args.json.then_some(&Output::Stdout)))?;
    if let Some(csv) = &args.csv {
        csv.check()?;
    }
    args.contact_sheet.check(&runs)?;

    let interrupt = Interrupt::listen()?;
    let mut report = Report::new(&runs, args.json);
    runs.train_all(args, &interrupt, &mut report)?;
    interrupt.arm();
    let (outcomes, printed) = report.finish();
    // What fails does not keep the rest from being written.
    let mut failure = FirstFailure::default();
    failure.note(printed);
    if let Some(csv) = &args.csv {
        failure.note(csv.write(report::csv(&runs, &outcomes).as_bytes()));
    }
    failure.note(args.contact_sheet.write(&runs, &outcomes));
    let stdout_is_taken = args.json
        || args.csv == Some(Output::Stdout)
        || args.contact_sheet.png == Some(Output::Stdout);
    if !stdout_is_taken {
        failure.note(Output::Stdout.write(report::table(&runs, &outcomes).as_bytes()));
    }
    failure.finish()?;
    Ok(interrupt.exit_code())
}

impl Sweep {
    /// What is trained, and on which points.
    fn settings_and_data(&self) -> anyhow::Result<(Vec<Setting>, Dataset)> {
        let (architecture, training, data) = match self.start.read()? {
            Start::Points(data) => (Architecture::default(), TrainingConfig::default(), data),
            Start::Session(trainer) => (
                trainer.architecture().clone(),
                *trainer.training_config(),
                trainer.data().clone(),
            ),
        };
        ensure!(!data.is_empty(), "There are no points to train on");
        let (activation, dropout) = architecture.uniform_layers().context(
            "The hidden layers of the session differ in activation or dropout; a sweep needs one \
             of each for all layers",
        )?;
        let first = Setting {
            hidden_layers: architecture.hidden_layers(),
            activation,
            dropout,
            training,
        };
        Ok((self.grid.settings(first), data))
    }
}

/// All runs of a sweep, numbered setting by setting, and within one, seed by seed.
struct Runs {
    settings: Vec<Setting>,
    /// The settings that differ from run to run, with the number of their values.
    varied: Vec<(&'static str, usize)>,
    first_seed: u64,
    n_seeds: usize,
    data: Dataset,
    options: TrainOptions,
    keeps_networks: bool,
}

impl Runs {
    fn new(args: &Sweep, settings: Vec<Setting>, data: Dataset) -> anyhow::Result<Self> {
        let n_seeds = args.seeds.get();
        if settings.len().saturating_mul(n_seeds) > MAX_RUNS {
            bail!(usage_error(format!(
                "{} settings with {n_seeds} seeds each are more than {MAX_RUNS} runs",
                settings.len()
            )));
        }
        if args.seed.checked_add(n_seeds as u64 - 1).is_none() {
            bail!(usage_error(format!(
                "There are no {n_seeds} seeds from {} on",
                args.seed
            )));
        }
        Ok(Self {
            settings,
            varied: args.grid.varied(),
            first_seed: args.seed,
            n_seeds,
            data,
            options: TrainOptions {
                conditions: args.stop.conditions(),
                every: args.stop.every,
            },
            keeps_networks: args.contact_sheet.png.is_some(),
        })
    }

    fn len(&self) -> usize {
        self.settings.len() * self.n_seeds
    }

    fn setting(&self, run: usize) -> &Setting {
        &self.settings[run / self.n_seeds]
    }

    /// The values of a run's settings that differ from run to run.
    fn varied_values(&self, run: usize) -> Vec<String> {
        let setting = self.setting(run);
        let varied = self.varied.iter();
        varied.map(|(name, _)| setting.value(name)).collect()
    }

    /// The master seed of a run.
    fn seed(&self, run: usize) -> u64 {
        self.first_seed + (run % self.n_seeds) as u64
    }

    /// Makes one run; `None` if it was interrupted.
    fn train_one(&self, run: usize, interrupt: &Interrupt) -> Option<Outcome> {
        let setting = self.setting(run);
        let seeds = Seeds::from_master(self.seed(run));
        let data = self.data.clone();
        let mut trainer = Trainer::new(setting.architecture(), setting.training, seeds, data);
        let run = train(&mut trainer, &self.options, interrupt, &mut NoopObserver)
            .expect("a sweep has points");
        (run.reason != StopReason::Interrupted).then(|| Outcome {
            run,
            checksum: checksum(trainer.mlp()),
            mlp: self.keeps_networks.then(|| trainer.mlp().clone()),
        })
    }

    /// Makes all runs, several at a time, and hands their outcomes to `report` as they come.
    fn train_all(
        &self,
        args: &Sweep,
        interrupt: &Interrupt,
        report: &mut Report<'_>,
    ) -> anyhow::Result<()> {
        let n_jobs = match args.jobs {
            Some(jobs) => jobs.get(),
            None => thread::available_parallelism().map_or(1, NonZeroUsize::get),
        };
        let bar = bar(self.len());
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| -> anyhow::Result<()> {
            for job in 0..n_jobs.min(self.len()) {
                let (sender, next) = (sender.clone(), &next);
                let work = move || {
                    loop {
                        let run = next.fetch_add(1, Ordering::Relaxed);
                        if run >= self.len() || interrupt.is_raised() {
                            break;
                        }
                        let Some(outcome) = self.train_one(run, interrupt) else {
                            break;
                        };
                        if sender.send((run, outcome)).is_err() {
                            break;
                        }
                    }
                };
                let thread = thread::Builder::new().name(format!("nnvisu-sweep-{job}"));
                if let Err(error) = thread.spawn_scoped(scope, work) {
                    if job == 0 {
                        return Err(error).context("A thread could not be started");
                    }
                    tracing::warn!(%error, "only {job} networks at a time: no further thread starts");
                    break;
                }
            }
            drop(sender);
            for (run, outcome) in receiver {
                report.take(run, outcome);
                if report.is_unread() && !self.keeps_networks {
                    // Nobody wants the rest, not even as an image.
                    interrupt.cancel();
                    break;
                }
                bar.inc(1);
            }
            Ok(())
        })?;
        bar.finish_and_clear();
        Ok(())
    }
}

/// How many runs are done, on standard error if that is a terminal.
fn bar(n_runs: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let target = ProgressDrawTarget::stderr();
    let bar = ProgressBar::with_draw_target(Some(n_runs as u64), target);
    let style = "{percent:>3} % {wide_bar} {human_pos} of {human_len} runs  {eta} left";
    let style = ProgressStyle::with_template(style).expect("a valid template");
    bar.set_style(style.progress_chars("█▌░"));
    bar.tick();
    bar
}

/// Looks on without a word.
struct NoopObserver;

impl Observer for NoopObserver {
    fn measured(&mut self, _: &Measurement) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
