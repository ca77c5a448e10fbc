//! What is said while a network trains, and when it has trained.

use std::io::{self, IsTerminal as _, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Summary;
use crate::output::Printer;
use crate::stopping::StopConditions;
use crate::text::{self, json_line};
use crate::training::Measurement;

/// How often the bar is drawn, and how often a line is printed.
const BAR_PERIOD: Duration = Duration::from_millis(100);
const LINE_PERIOD: Duration = Duration::from_secs(1);

/// Where the running report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// A bar on a terminal, or a line a second on standard output where that is none; then a
    /// summary there.
    Text,
    /// JSON lines on standard output.
    Json,
    /// A bar and a summary on standard error: standard output belongs to a result.
    Aside,
    /// Nothing at all.
    Quiet,
}

/// Reports a run.
pub(super) struct Progress {
    report: Report,
    bar: Option<Bar>,
    /// Whether standard output gets a line now and then.
    prints_lines: bool,
    printer: Printer,
    speed: Speed,
    last_bar: Option<Instant>,
    last_line: Option<Instant>,
}

impl Progress {
    pub(super) fn new(report: Report, conditions: StopConditions) -> Self {
        let stderr = io::stderr();
        let wants_bar = report != Report::Quiet && stderr.is_terminal();
        // A terminal that shows the lines needs no bar among them.
        let lines_show = report == Report::Json && io::stdout().is_terminal();
        Self {
            report,
            bar: (wants_bar && !lines_show).then(|| Bar::new(conditions)),
            prints_lines: report == Report::Text && !io::stdout().is_terminal(),
            printer: Printer::default(),
            speed: Speed::default(),
            last_bar: None,
            last_line: None,
        }
    }

    /// Shows a measurement, if it is time to.
    pub(super) fn measured(&mut self, measurement: &Measurement) {
        if self.report == Report::Json {
            self.printer.print(&json_line(&MeasurementLine {
                kind: "measurement",
                step: measurement.step,
                epoch: measurement.epoch,
                loss: measurement.metrics.loss,
                accuracy: measurement.metrics.accuracy,
                seconds: measurement.elapsed.as_secs_f64(),
            }));
        }
        if self.bar.is_none() && !self.prints_lines {
            return;
        }
        let now = Instant::now();
        let is_due = |last: &mut Option<Instant>, period| match last {
            Some(last) if now.duration_since(*last) < period => false,
            _ => {
                *last = Some(now);
                true
            }
        };
        let bar_is_due = self.bar.is_some() && is_due(&mut self.last_bar, BAR_PERIOD);
        let line_is_due = self.prints_lines && is_due(&mut self.last_line, LINE_PERIOD);
        if bar_is_due || line_is_due {
            self.speed.note(measurement);
        }
        if bar_is_due && let Some(bar) = &mut self.bar {
            bar.show(measurement, self.speed.per_second);
        }
        if line_is_due {
            let line = format!(
                "step {}  loss {}  accuracy {}{}\n",
                measurement.step,
                text::loss(measurement.metrics.loss.into()),
                text::percent(measurement.metrics.accuracy.into()),
                rate(self.speed.per_second)
            );
            self.printer.print(&line);
        }
    }

    /// Whether nothing that is said arrives any more.
    pub(super) fn is_unread(&self) -> bool {
        self.printer.has_failed()
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.shown.finish_and_clear();
        }
    }

    /// Says how the run has ended, and gives the failure if not everything could be said.
    pub(super) fn summarize(mut self, summary: &Summary<'_>) -> anyhow::Result<()> {
        match self.report {
            Report::Text => self.printer.print(&summary.as_text()),
            Report::Json => self.printer.print(&summary.as_json()),
            Report::Aside => io::stderr().write_all(summary.as_text().as_bytes())?,
            Report::Quiet => {}
        }
        self.printer.finish()
    }
}

/// A line of `--json` but the last.
#[derive(serde::Serialize)]
struct MeasurementLine {
    #[serde(rename = "type")]
    kind: &'static str,
    step: u64,
    epoch: u64,
    loss: f32,
    accuracy: f32,
    seconds: f64,
}

/// Steps a second, between the measurements that are shown.
#[derive(Default)]
struct Speed {
    last: Option<Measurement>,
    per_second: Option<f64>,
}

impl Speed {
    fn note(&mut self, measurement: &Measurement) {
        if let Some(last) = self.last.replace(*measurement) {
            let steps = measurement.step.saturating_sub(last.step) as f64;
            let seconds = measurement
                .elapsed
                .saturating_sub(last.elapsed)
                .as_secs_f64();
            if seconds > 0.0 {
                self.per_second = Some(steps / seconds);
            }
        }
    }
}

fn rate(per_second: Option<f64>) -> String {
    per_second.map_or_else(String::new, |rate| format!("  {}", text::rate(rate)))
}

/// A bar on standard error that fills with the steps or the time, if the run has a bound on one of
/// them.
struct Bar {
    shown: ProgressBar,
    bound: Option<Bound>,
    first_step: Option<u64>,
}

/// What fills the bar.
#[derive(Clone, Copy)]
enum Bound {
    Steps(u64),
    Time(Duration),
}

impl Bar {
    fn new(conditions: StopConditions) -> Self {
        let bound = match (conditions.steps, conditions.time) {
            (Some(steps), _) => Some(Bound::Steps(steps)),
            (None, Some(time)) => Some(Bound::Time(time)),
            (None, None) => None,
        };
        let (length, template) = match bound {
            Some(Bound::Steps(steps)) => (Some(steps), "{percent:>3} % {wide_bar} {msg}"),
            Some(Bound::Time(time)) => (
                Some(time.as_millis() as u64),
                "{percent:>3} % {wide_bar} {msg}",
            ),
            None => (None, "{spinner} {msg}"),
        };
        let shown = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(template).expect("a valid template");
        shown.set_style(style.progress_chars("█▌░"));
        Self {
            shown,
            bound,
            first_step: None,
        }
    }

    fn show(&mut self, measurement: &Measurement, per_second: Option<f64>) {
        let first_step = *self.first_step.get_or_insert(measurement.step);
        match self.bound {
            Some(Bound::Steps(_)) => {
                // A diverged run may have gone back to before this one began.
                self.shown
                    .set_position(measurement.step.saturating_sub(first_step));
            }
            Some(Bound::Time(_)) => {
                self.shown
                    .set_position(measurement.elapsed.as_millis() as u64);
            }
            None => self.shown.tick(),
        }
        self.shown.set_message(format!(
            "step {}  loss {}  accuracy {}{}",
            text::count(measurement.step),
            text::loss(measurement.metrics.loss.into()),
            text::percent(measurement.metrics.accuracy.into()),
            rate(per_second)
        ));
    }
}
