//! `nnvisu eval`.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use nnvisu_core::files::checksum;
use nnvisu_core::{Evaluation, Trainer};

use crate::input::{Input, Saved};
use crate::output::Output;
use crate::text::{self, json_line};
use crate::usage_error;

#[derive(Debug, clap::Args)]
pub(crate) struct Eval {
    /// The .nnvisu session, or the model as JSON, that is measured; - reads standard input
    #[arg(value_name = "SESSION")]
    network: Input,

    /// Points to measure it on, as CSV (x, y, label); - reads standard input [default: the
    /// session's own points]
    #[arg(long, value_name = "FILE")]
    data: Option<Input>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Measures a session's network.
pub(crate) fn run(args: &Eval) -> anyhow::Result<ExitCode> {
    if let (Input::Stdin, Some(Input::Stdin)) = (&args.network, &args.data) {
        bail!(usage_error(
            "Only one of session and data can be standard input"
        ));
    }
    let network = args.network.read_network()?;
    let other = args.data.as_ref().map(Input::read_points).transpose()?;
    let Some(data) = other.as_ref().or(network.session().map(Trainer::data)) else {
        bail!(usage_error(
            "A model as JSON has no points: give some with --data"
        ));
    };
    let evaluation =
        Evaluation::new(network.mlp(), data)?.context("There are no points to measure it on")?;
    let report = if args.json {
        as_json(&network, &evaluation)
    } else {
        as_text(&evaluation)
    };
    Output::Stdout.write(report.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The object of `--json`.
#[derive(serde::Serialize)]
struct EvaluationLine<'a> {
    /// Null for a network alone.
    step: Option<u64>,
    /// Null for a network alone.
    epoch: Option<u64>,
    checksum: String,
    points: usize,
    loss: f64,
    accuracy: f64,
    classes: Vec<ClassLine>,
    /// Rows are true classes, columns those that the network gives.
    confusion: Vec<&'a [usize]>,
}

/// One class in it; null stands for a share of nothing.
#[derive(serde::Serialize)]
struct ClassLine {
    class: usize,
    points: usize,
    precision: Option<f64>,
    recall: Option<f64>,
    f1: Option<f64>,
}

fn as_json(network: &Saved, evaluation: &Evaluation) -> String {
    let classes = 0..evaluation.n_classes();
    let of_class = |class| ClassLine {
        class,
        points: evaluation.support(class),
        precision: evaluation.precision(class),
        recall: evaluation.recall(class),
        f1: evaluation.f1(class),
    };
    json_line(&EvaluationLine {
        step: network.session().map(Trainer::step),
        epoch: network.session().map(Trainer::epoch),
        checksum: format!("{:08x}", checksum(network.mlp())),
        points: evaluation.n_points(),
        loss: evaluation.loss(),
        accuracy: evaluation.accuracy(),
        classes: classes.clone().map(of_class).collect(),
        confusion: classes.map(|class| evaluation.confusion(class)).collect(),
    })
}

fn as_text(evaluation: &Evaluation) -> String {
    let classes = 0..evaluation.n_classes();
    let mut report = format!(
        "points    {}\nloss      {}\naccuracy  {}\n",
        text::count(evaluation.n_points() as u64),
        text::loss(evaluation.loss()),
        text::percent(evaluation.accuracy()),
    );
    report.push_str("\nclass   points  precision   recall       F1\n");
    for class in classes.clone() {
        let share = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), text::percent);
        let _ = writeln!(
            report,
            "{class:>5}  {:>7}   {:>8} {:>8} {:>8}",
            text::count(evaluation.support(class) as u64),
            share(evaluation.precision(class)),
            share(evaluation.recall(class)),
            share(evaluation.f1(class)),
        );
    }
    report.push_str("\nConfusion: rows are the true class, columns what the network says\n     ");
    for class in classes.clone() {
        let _ = write!(report, " {class:>7}");
    }
    for actual in classes {
        let _ = write!(report, "\n{actual:>5}");
        for &count in evaluation.confusion(actual) {
            let _ = write!(report, " {count:>7}");
        }
    }
    report.push('\n');
    report
}
