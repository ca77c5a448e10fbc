//! `nnvisu train`.

mod outputs;
mod progress;

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::process::ExitCode;

use anyhow::{anyhow, bail, ensure};
use nnvisu_core::files::checksum;
use nnvisu_core::{Architecture, Seeds, Trainer, TrainingConfig};

use crate::animation::Recorder;
use crate::input::{Input, Start, StartArgs};
use crate::interrupt::Interrupt;
use crate::output::FirstFailure;
use crate::settings::{SeedArgs, SettingArgs};
use crate::stopping::{StopArgs, StopReason};
use crate::text::{self, json_line};
use crate::training::{Measurement, Observer, RunOutcome, TrainOptions, train};
use crate::usage_error;
use outputs::OutputArgs;
use progress::Progress;

#[derive(Debug, clap::Args)]
pub(crate) struct Train {
    #[command(flatten)]
    start: StartArgs,

    /// Replace the points of a session by these (CSV); the weights stay
    #[arg(long, value_name = "FILE", conflicts_with = "generate")]
    data: Option<Input>,

    /// Start a session with fresh weights, at step 0
    #[arg(long, help_heading = "Network and training")]
    fresh: bool,

    #[command(flatten)]
    settings: SettingArgs,

    #[command(flatten)]
    seeds: SeedArgs,

    #[command(flatten)]
    stop: StopArgs,

    #[command(flatten)]
    outputs: OutputArgs,
}

/// Trains until a condition is met, and writes what was asked for.
pub(crate) fn run(args: &Train) -> anyhow::Result<ExitCode> {
    args.outputs.check()?;
    let mut trainer = args.trainer()?;
    ensure!(
        !trainer.data().is_empty(),
        "There are no points to train on"
    );
    let options = TrainOptions {
        conditions: args.stop.conditions(),
        every: args.stop.every,
    };
    let interrupt = Interrupt::listen()?;
    let mut watcher = Watcher {
        progress: args.outputs.progress(options.conditions),
        metrics: args.outputs.metrics.is_some().then(Vec::new),
        recorder: args.outputs.recorder(options.conditions),
        continues_unread: args.outputs.writes_files(),
    };
    let outcome = train(&mut trainer, &options, &interrupt, &mut watcher)?;
    // The rest takes a moment: a second Ctrl-C now ends the program at once.
    interrupt.arm();
    watcher.progress.clear();
    let mut failure = FirstFailure::default();
    let outputs = &args.outputs;
    let written = outputs.write(&trainer, &outcome, &mut watcher, &mut failure);
    failure.note(watcher.progress.summarize(&Summary {
        trainer: &trainer,
        outcome: &outcome,
        written: &written,
    }));
    if outcome.reason == StopReason::Diverged {
        failure.note(Err(anyhow!(
            "Training has diverged: the loss or the weights grew beyond all bounds. The last good \
             state, of step {}, was kept; a lower learning rate may help",
            outcome.last.step
        )));
    }
    failure.finish()?;
    match outcome.reason {
        StopReason::Interrupted => Ok(interrupt.exit_code()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

impl Train {
    /// The run as it stands before its first step.
    fn trainer(&self) -> anyhow::Result<Trainer> {
        let mut trainer = match self.start.read()? {
            Start::Points(_) if self.data.is_some() => bail!(usage_error(
                "--data is for sessions; without one, the points are the FILE itself"
            )),
            Start::Points(data) => {
                let network = self.settings.architecture(Architecture::default());
                let training = self.settings.training(TrainingConfig::default());
                return Ok(Trainer::new(network, training, self.seeds.fresh(), data));
            }
            Start::Session(trainer) => *trainer,
        };
        if let Some(data) = &self.data {
            trainer.set_data(data.read_points()?);
        }
        let network = self.settings.architecture(trainer.architecture().clone());
        let starts_over = self.fresh || trainer.step() == 0 || network != *trainer.architecture();
        if starts_over {
            trainer.reset(network, self.seeds.over(*trainer.seeds()));
        } else if self.seeds.is_given() {
            bail!(usage_error(
                "The session has been trained with seeds of its own; add --fresh to start it over \
                 with others"
            ));
        }
        trainer.set_training_config(self.settings.training(*trainer.training_config()));
        Ok(trainer)
    }
}

/// Shows a run and keeps what its results need.
struct Watcher {
    progress: Progress,
    metrics: Option<Vec<Measurement>>,
    recorder: Option<Recorder>,
    /// There are results to write even if the output is closed.
    continues_unread: bool,
}

impl Observer for Watcher {
    fn stepped(&mut self, trainer: &Trainer) {
        if let Some(recorder) = &mut self.recorder {
            recorder.offer(trainer.step(), trainer.mlp());
        }
    }

    fn measured(&mut self, measurement: &Measurement) -> ControlFlow<()> {
        if let Some(metrics) = &mut self.metrics {
            metrics.push(*measurement);
        }
        self.progress.measured(measurement);
        if self.progress.is_unread() && !self.continues_unread {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// What there is to say about a run that has outcome.
struct Summary<'a> {
    trainer: &'a Trainer,
    outcome: &'a RunOutcome,
    /// Names of the files.
    written: &'a [String],
}

impl Summary<'_> {
    fn checksum(&self) -> String {
        format!("{:08x}", checksum(self.trainer.mlp()))
    }

    fn steps_per_second(&self) -> f64 {
        let seconds = self.outcome.elapsed.as_secs_f64();
        self.outcome.n_steps as f64 / seconds.max(f64::MIN_POSITIVE)
    }

    fn as_text(&self) -> String {
        let (trainer, last) = (self.trainer, &self.outcome.last);
        let (mlp, data) = (trainer.mlp(), trainer.data());
        let sizes: Vec<_> = mlp.layer_sizes().iter().map(usize::to_string).collect();
        let mut summary = format!(
            "points    {} of {}\n\
             network   {} {}, {}\n\
             steps     {} in {} ({}); {}\n\
             loss      {}\n\
             accuracy  {}\n\
             checksum  {}\n",
            text::count(data.len() as u64),
            text::counted_as(data.n_distinct_classes(), "class", "classes"),
            sizes.join("-"),
            mlp.architecture().activation_names(),
            text::counted(mlp.parameters().len(), "parameter"),
            text::count(last.step),
            text::seconds(self.outcome.elapsed.as_secs_f64()),
            text::rate(self.steps_per_second()),
            self.outcome.reason,
            text::loss(last.metrics.loss.into()),
            text::percent(last.metrics.accuracy.into()),
            self.checksum(),
        );
        for name in self.written {
            let _ = writeln!(summary, "written   {name}");
        }
        summary
    }

    fn as_json(&self) -> String {
        let (trainer, outcome) = (self.trainer, self.outcome);
        json_line(&ResultLine {
            kind: "result",
            stopped: outcome.reason,
            step: outcome.last.step,
            epoch: outcome.last.epoch,
            steps_made: outcome.n_steps,
            loss: outcome.last.metrics.loss,
            accuracy: outcome.last.metrics.accuracy,
            checksum: self.checksum(),
            seconds: outcome.elapsed.as_secs_f64(),
            points: trainer.data().len(),
            layer_sizes: trainer.mlp().layer_sizes(),
            parameters: trainer.mlp().parameters().len(),
            seeds: *trainer.seeds(),
            written: self.written,
        })
    }
}

/// The last line of `--json`.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultLine<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    stopped: StopReason,
    step: u64,
    epoch: u64,
    steps_made: u64,
    loss: f32,
    accuracy: f32,
    checksum: String,
    seconds: f64,
    points: usize,
    layer_sizes: &'a [usize],
    parameters: usize,
    seeds: Seeds,
    written: &'a [String],
}
