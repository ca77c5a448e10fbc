//! What is said about the runs of a sweep: a table, CSV, JSON lines.

use std::fmt::Write as _;

use super::grid::{NAMES, SettingFields};
use super::{Outcome, Runs};
use crate::output::Printer;
use crate::stopping::StopReason;
use crate::text::{self, json_line};

/// Collects the outcomes and prints JSON lines in the order of the runs.
pub(super) struct Report<'a> {
    runs: &'a Runs,
    outcomes: Vec<Option<Outcome>>,
    prints_json: bool,
    n_printed: usize,
    printer: Printer,
}

impl<'a> Report<'a> {
    pub(super) fn new(runs: &'a Runs, prints_json: bool) -> Self {
        Self {
            runs,
            outcomes: (0..runs.len()).map(|_| None).collect(),
            prints_json,
            n_printed: 0,
            printer: Printer::default(),
        }
    }

    /// Takes the outcome of one run.
    pub(super) fn take(&mut self, run: usize, outcome: Outcome) {
        self.outcomes[run] = Some(outcome);
        while self.prints_json
            && let Some(Some(outcome)) = self.outcomes.get(self.n_printed)
        {
            let line = run_line(self.runs, self.n_printed, outcome);
            self.printer.print(&line);
            self.n_printed += 1;
        }
    }

    /// Whether nothing that is printed arrives any more.
    pub(super) fn is_unread(&self) -> bool {
        self.printer.has_failed()
    }

    /// Prints what is left behind runs that were interrupted, and gives all outcomes, and the
    /// failure if not everything could be printed.
    pub(super) fn finish(mut self) -> (Vec<Option<Outcome>>, anyhow::Result<()>) {
        if self.prints_json {
            for run in self.n_printed..self.outcomes.len() {
                if let Some(outcome) = &self.outcomes[run] {
                    self.printer.print(&run_line(self.runs, run, outcome));
                }
            }
        }
        (self.outcomes, self.printer.finish())
    }
}

/// A line of `--json`.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct RunLine {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    setting: SettingFields,
    seed: u64,
    stopped: StopReason,
    step: u64,
    loss: f32,
    accuracy: f32,
    checksum: String,
    seconds: f64,
}

fn run_line(runs: &Runs, run: usize, outcome: &Outcome) -> String {
    let last = &outcome.run.last;
    json_line(&RunLine {
        kind: "run",
        setting: runs.setting(run).fields(),
        seed: runs.seed(run),
        stopped: outcome.run.reason,
        step: last.step,
        loss: last.metrics.loss,
        accuracy: last.metrics.accuracy,
        checksum: checksum_of(outcome),
        seconds: outcome.run.elapsed.as_secs_f64(),
    })
}

fn checksum_of(outcome: &Outcome) -> String {
    format!("{:08x}", outcome.checksum)
}

/// One line per run, without times, so that the same sweep gives the same file.
pub(super) fn csv(runs: &Runs, outcomes: &[Option<Outcome>]) -> String {
    let names = NAMES.map(|name| name.replace('-', "_"));
    let mut csv = format!(
        "{},seed,stopped,step,loss,accuracy,checksum\n",
        names.join(",")
    );
    for (run, outcome) in finished(outcomes) {
        let values = NAMES.map(|name| runs.setting(run).value(name));
        let last = &outcome.run.last;
        let _ = writeln!(
            csv,
            "{},{},{},{},{},{},{}",
            values.join(","),
            runs.seed(run),
            outcome.run.reason.name(),
            last.step,
            last.metrics.loss,
            last.metrics.accuracy,
            checksum_of(outcome)
        );
    }
    csv
}

fn finished(outcomes: &[Option<Outcome>]) -> impl Iterator<Item = (usize, &Outcome)> {
    let numbered = outcomes.iter().enumerate();
    numbered.filter_map(|(run, outcome)| Some((run, outcome.as_ref()?)))
}

/// A line per setting, over its seeds; where only the seed varies, a line per seed.
pub(super) fn table(runs: &Runs, outcomes: &[Option<Outcome>]) -> String {
    let per_run = runs.n_seeds == 1 || runs.settings.len() == 1;
    let mut rows = vec![header(runs, per_run)];
    if per_run {
        for (run, outcome) in finished(outcomes) {
            rows.push(run_row(runs, run, outcome));
        }
    } else {
        for (index, of_setting) in outcomes.chunks(runs.n_seeds).enumerate() {
            let of_setting: Vec<_> = of_setting.iter().flatten().collect();
            if !of_setting.is_empty() {
                rows.push(setting_row(runs, index, &of_setting));
            }
        }
    }
    let mut text = aligned(&rows);
    let n_missing = outcomes.iter().filter(|outcome| outcome.is_none()).count();
    if n_missing > 0 {
        let _ = writeln!(
            text,
            "Interrupted: {} of {} missing",
            n_missing,
            text::counted(runs.len(), "run")
        );
    }
    text
}

fn header(runs: &Runs, per_run: bool) -> Vec<String> {
    let mut header: Vec<_> = runs.varied.iter().map(|(name, _)| *name).collect();
    header.extend(match (per_run, runs.n_seeds) {
        (true, 1) => &["loss", "accuracy", "steps", "time", "checksum", "end"][..],
        (true, _) => &[
            "seed", "loss", "accuracy", "steps", "time", "checksum", "end",
        ],
        (false, _) => &[
            "runs", "loss", "±", "accuracy", "±", "worst", "steps", "diverged",
        ],
    });
    header.into_iter().map(str::to_owned).collect()
}

fn run_row(runs: &Runs, run: usize, outcome: &Outcome) -> Vec<String> {
    let mut row = runs.varied_values(run);
    if runs.n_seeds > 1 {
        row.push(runs.seed(run).to_string());
    }
    let last = &outcome.run.last;
    row.extend([
        text::loss(last.metrics.loss.into()),
        text::percent(last.metrics.accuracy.into()),
        text::count(last.step),
        text::seconds(outcome.run.elapsed.as_secs_f64()),
        checksum_of(outcome),
        outcome.run.reason.to_string(),
    ]);
    row
}

fn setting_row(runs: &Runs, index: usize, outcomes: &[&Outcome]) -> Vec<String> {
    let mut row = runs.varied_values(index * runs.n_seeds);
    let of = |value: fn(&Outcome) -> f64| Spread::of(outcomes.iter().map(|o| value(o)));
    let loss = of(|o| o.run.last.metrics.loss.into());
    let accuracy = of(|o| o.run.last.metrics.accuracy.into());
    let steps = of(|o| o.run.last.step as f64);
    let diverged = |o: &&&Outcome| o.run.reason == StopReason::Diverged;
    row.extend([
        outcomes.len().to_string(),
        text::loss(loss.mean),
        text::loss(loss.deviation),
        text::percent(accuracy.mean),
        format!("{:.1} %", accuracy.deviation * 100.0),
        text::percent(accuracy.least),
        text::count(steps.mean.round() as u64),
        match outcomes.iter().filter(diverged).count() {
            0 => "-".to_owned(),
            n => n.to_string(),
        },
    ]);
    row
}

/// Mean, sample standard deviation and minimum.
struct Spread {
    mean: f64,
    deviation: f64,
    least: f64,
}

impl Spread {
    /// Of at least one value.
    fn of(values: impl ExactSizeIterator<Item = f64> + Clone) -> Self {
        let n = values.len() as f64;
        let mean = values.clone().sum::<f64>() / n;
        let squares: f64 = values.clone().map(|value| (value - mean).powi(2)).sum();
        Self {
            mean,
            deviation: (squares / (n - 1.0).max(1.0)).sqrt(),
            least: values.fold(f64::INFINITY, f64::min),
        }
    }
}

/// Rows of text, every column as wide as its widest cell and flush right, but the last.
fn aligned(rows: &[Vec<String>]) -> String {
    let n_columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..n_columns)
        .map(|column| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            if column + 1 == n_columns {
                line += cell;
            } else {
                let _ = write!(line, "{cell:>width$}  ", width = widths[column]);
            }
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["a", "±", "end"]), row(["12.5 %", "0.1", "all"])];
        assert_eq!(aligned(&rows), "     a    ±  end\n12.5 %  0.1  all\n");
    }

    #[test]
    fn a_spread_is_that_of_the_sample() {
        let spread = Spread::of([1.0, 3.0, 5.0, 7.0].into_iter());
        assert!((spread.mean - 4.0).abs() < 1e-12 && (spread.least - 1.0).abs() < 1e-12);
        assert!((spread.deviation - (20.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!(Spread::of([2.0].into_iter()).deviation.abs() < 1e-12);
    }
}
