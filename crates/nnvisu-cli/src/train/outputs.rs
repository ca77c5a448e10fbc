//! What a training run leaves behind, and where.

use std::fmt::Write as _;

use nnvisu_core::files::{ModelFormat, session};
use nnvisu_core::{Grid, Palette, Rasterizer, Trainer};

use super::Watcher;
use super::progress::{Progress, Report};
use crate::animation::{FrameStyle, Recorder, gif};
use crate::image::draw_map;
use crate::output::{FirstFailure, Output, ensure_apart};
use crate::stopping::StopConditions;
use crate::training::{Measurement, RunOutcome};
use crate::value_parsers;

/// Most frames of a GIF that can be asked for; there may be twice as many.
const MAX_FRAMES: usize = 500;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Results (each FILE may be -, standard output)")]
pub(super) struct OutputArgs {
    /// Write the session: settings, seeds, points, weights, optimizer and step. The page opens it
    /// too
    #[arg(long, short, value_name = "FILE")]
    session: Option<Output>,

    /// Write the network as ONNX
    #[arg(long, value_name = "FILE")]
    onnx: Option<Output>,

    /// Write the network as safetensors, named and shaped as PyTorch has it
    #[arg(long, value_name = "FILE")]
    safetensors: Option<Output>,

    /// Write the network as plain JSON
    #[arg(long, value_name = "FILE")]
    model_json: Option<Output>,

    /// Write epoch, loss and accuracy of the measured steps as CSV
    #[arg(long, value_name = "FILE")]
    pub(super) metrics: Option<Output>,

    /// Write the final map as PNG
    #[arg(long, value_name = "FILE")]
    png: Option<Output>,

    /// Write the evolving map as an animated GIF
    #[arg(long, value_name = "FILE")]
    gif: Option<Output>,

    /// Frames of the GIF, spread evenly over the run; up to twice as many where its length is not
    /// known beforehand
    #[arg(long, value_name = "N", value_parser = parse_frames, default_value = "60")]
    gif_frames: usize,

    /// Width of PNG and GIF in pixels
    #[arg(long, value_name = "PIXELS", value_parser = value_parsers::side, default_value = "400")]
    width: usize,

    /// Height of PNG and GIF in pixels [default: the width]
    #[arg(long, value_name = "PIXELS", value_parser = value_parsers::side)]
    height: Option<usize>,

    /// Leave the points out of PNG and GIF
    #[arg(long)]
    no_points: bool,

    /// Colours of the classes in PNG and GIF
    #[arg(long, value_name = "NAME", value_parser = value_parsers::palette(),
          default_value = value_parsers::PALETTES[0])]
    palette: Palette,

    /// Print JSON lines: one per measurement, and one for the result
    #[arg(long, help_heading = "Report")]
    json: bool,

    /// Print nothing but errors
    #[arg(long, short, conflicts_with = "json", help_heading = "Report")]
    quiet: bool,
}

fn parse_frames(text: &str) -> Result<usize, String> {
    value_parsers::in_range(text, 1, MAX_FRAMES)
}

impl OutputArgs {
    fn all(&self) -> impl Iterator<Item = &Output> {
        let textual = [&self.session, &self.model_json, &self.metrics];
        textual.into_iter().flatten().chain(self.binary())
    }

    fn binary(&self) -> impl Iterator<Item = &Output> {
        let binary = [&self.onnx, &self.safetensors, &self.png, &self.gif];
        binary.into_iter().flatten()
    }

    /// Finds out whether everything can be written, before any training.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let report = self.json.then_some(&Output::Stdout);
        ensure_apart(self.all().chain(report))?;
        self.binary().try_for_each(Output::check_binary)?;
        self.all().try_for_each(Output::check)
    }

    /// Whether there is a result that outlasts the reader of standard output.
    pub(super) fn writes_files(&self) -> bool {
        self.all().any(|output| *output != Output::Stdout)
    }

    /// What the GIF needs to see of the run, if there is to be one.
    pub(super) fn recorder(&self, conditions: StopConditions) -> Option<Recorder> {
        let n_steps = conditions.known_steps();
        let recorder = || Recorder::new(self.gif_frames, n_steps);
        self.gif.is_some().then(recorder)
    }

    pub(super) fn progress(&self, conditions: StopConditions) -> Progress {
        let report = if self.quiet {
            Report::Quiet
        } else if self.json {
            Report::Json
        } else if self.all().any(|output| *output == Output::Stdout) {
            Report::Aside
        } else {
            Report::Text
        };
        Progress::new(report, conditions)
    }

    /// Writes everything that was asked for and gives the names of the files that are there now.
    /// What fails does not keep the rest from being written.
    pub(super) fn write(
        &self,
        trainer: &Trainer,
        outcome: &RunOutcome,
        watcher: &mut Watcher,
        failure: &mut FirstFailure,
    ) -> Vec<String> {
        let mut files = Files {
            names: Vec::new(),
            failure,
        };
        files.write(self.session.as_ref(), || Ok(session::write(trainer)));
        for (output, format) in [
            (&self.onnx, ModelFormat::Onnx),
            (&self.safetensors, ModelFormat::Safetensors),
            (&self.model_json, ModelFormat::Json),
        ] {
            files.write(output.as_ref(), || Ok(format.write(trainer.mlp())));
        }
        files.write(self.metrics.as_ref(), || {
            let measured = watcher.metrics.take().unwrap_or_default();
            Ok(metrics_csv(&measured, outcome).into_bytes())
        });
        let grid = || Grid::new(self.width, self.height.unwrap_or(self.width));
        let points = (!self.no_points).then_some(trainer.data());
        files.write(self.png.as_ref(), || {
            let (mut rasterizer, grid) = (Rasterizer::new(), grid()?);
            draw_map(&mut rasterizer, trainer.mlp(), points, grid, &self.palette).png()
        });
        if let Some(mut recorder) = watcher.recorder.take() {
            recorder.finish(trainer.step(), trainer.mlp());
            files.write(self.gif.as_ref(), || {
                let style = FrameStyle {
                    grid: grid()?,
                    palette: self.palette,
                    points,
                    data: trainer.data(),
                };
                gif(&recorder, &style)
            });
        }
        files.names
    }
}

/// Files that have been written, and the first that could not be.
struct Files<'a> {
    names: Vec<String>,
    failure: &'a mut FirstFailure,
}

impl Files<'_> {
    fn write(
        &mut self,
        output: Option<&Output>,
        contents: impl FnOnce() -> anyhow::Result<Vec<u8>>,
    ) {
        let Some(output) = output else { return };
        match contents().and_then(|contents| output.write(&contents)) {
            Ok(()) if *output == Output::Stdout => {}
            Ok(()) => self.names.push(output.to_string()),
            Err(error) => self.failure.note(Err(error)),
        }
    }
}

/// The measurements as CSV. Without times, so that the same run gives the same file.
fn metrics_csv(measured: &[Measurement], outcome: &RunOutcome) -> String {
    let mut csv = String::from("step,epoch,loss,accuracy\n");
    // A diverged run has gone back to its last good state.
    let before = measured.iter().filter(|m| m.step < outcome.last.step);
    for measurement in before.chain([&outcome.last]) {
        let metrics = measurement.metrics;
        let _ = writeln!(
            csv,
            "{},{},{},{}",
            measurement.step, measurement.epoch, metrics.loss, metrics.accuracy
        );
    }
    csv
}
