//! T1 through the running server, with frames flowing, beside the library alone: what the
//! session around the engine costs.
//!
//! The server runs as it is released, with one client that takes every frame and training as
//! fast as it goes. It and the library have their turns at the same work in the same run; while
//! one works, the other waits. Neither is bound to a processor: the server is more than one thread.

mod client;

use std::io::Write as _;
use std::process::Command;

use anyhow::{Context as _, Result};

use self::client::{ServedClient, ServedTurn};
use super::Effort;
use super::peer::{Program, Turn};
use super::prepare::bench_program;
use super::report::{digits, duration};
use super::statistics::Summary;
use crate::command::{cargo, command, run, target_directory};

/// The work.
const WORK: &str = "T1";
/// What the project promises: this part of the library's pace.
const WANTED: f64 = 0.9;
/// A turn with less of a processor than this is taken again, if there is time.
const UNDISTURBED: f64 = 0.98;

/// What came of one round.
struct Round {
    alone: Turn,
    served: ServedTurn,
}

impl Round {
    /// The part of the library's pace that the server keeps, by the clock.
    fn pace(&self) -> f64 {
        self.alone.seconds / self.served.seconds
    }

    /// The same by the time that either had a processor: what others took of it left out.
    fn pace_by_processor(&self) -> f64 {
        self.pace() * self.alone.cpu_share / self.served.cpu_share
    }
}

/// Builds, measures and prints.
pub(super) fn compare(effort: Effort) -> Result<()> {
    let directory = target_directory().join("bench");
    std::fs::create_dir_all(&directory)?;
    let ours = bench_program()?;
    let workloads = directory.join("workloads.json");
    let mut export = command(&ours, &["export"]);
    export.arg(&workloads);
    run(export)?;
    run(cargo(&["build", "--release", "--package=nnvisu-cli"]))?;

    let mut library = Command::new(&ours);
    library.arg("serve").arg(&workloads);
    let mut library = Program::start("nnvisu", library)?;
    let mut served = ServedClient::start(&workloads, WORK).context("the server's client")?;
    println!();
    let mut rounds = Vec::new();
    for n in 0..effort.n_rounds {
        print!(
            "\rRound {} of {} through the server",
            n + 1,
            effort.n_rounds
        );
        std::io::stdout().flush()?;
        let mut alone = || {
            calm(
                effort,
                |turn: &Turn| turn.cpu_share,
                || library.measure(WORK, effort.at_least),
            )
        };
        let mut through = || {
            calm(
                effort,
                |turn: &ServedTurn| turn.cpu_share,
                || served.measure(effort.at_least),
            )
        };
        // Everybody is the first at times.
        rounds.push(if n % 2 == 0 {
            let alone = alone()?;
            let served = through()?;
            Round { alone, served }
        } else {
            let served = through()?;
            let alone = alone()?;
            Round { alone, served }
        });
    }
    println!();
    print(&rounds);
    Ok(())
}

/// A turn that nothing else on the machine cut short, or else the least disturbed of several.
fn calm<T>(
    effort: Effort,
    cpu_share: impl Fn(&T) -> f64,
    mut take_turn: impl FnMut() -> Result<T>,
) -> Result<T> {
    let mut best = take_turn()?;
    for _ in 0..effort.n_retries {
        if cpu_share(&best) >= UNDISTURBED {
            break;
        }
        let turn = take_turn()?;
        if cpu_share(&turn) > cpu_share(&best) {
            best = turn;
        }
    }
    Ok(best)
}

fn print(rounds: &[Round]) {
    let summary = |value: fn(&Round) -> f64| Summary::of(rounds.iter().map(value));
    let row = |name: &str, seconds: fn(&Round) -> f64, share: fn(&Round) -> f64| {
        if let (Some(seconds), Some(share)) = (summary(seconds), summary(share)) {
            let seconds = duration(seconds.median);
            println!("| {name} | {seconds} | {} |", digits(share.median));
        }
    };
    println!("\n{WORK} through the server, the median of the rounds:\n");
    println!("| | per step | share of a processor |\n| --- | ---: | ---: |");
    row(
        "the library alone",
        |it| it.alone.seconds,
        |it| it.alone.cpu_share,
    );
    row(
        "through the server",
        |it| it.served.seconds,
        |it| it.served.cpu_share,
    );
    if let Some(frames) = summary(|it| it.served.frames_per_second)
        && let Some(last) = rounds.last()
    {
        println!(
            "\nFrames: {} a second, {side} × {side}",
            digits(frames.median),
            side = last.served.side
        );
    }
    for (what, pace) in [
        ("By processor time", summary(Round::pace_by_processor)),
        ("By the clock", summary(Round::pace)),
    ] {
        let Some(pace) = pace else { continue };
        let percent = |part: f64| digits(100.0 * part);
        let verdict = if pace.median >= WANTED {
            "reached"
        } else {
            "NOT reached"
        };
        println!(
            "{what}: {} % ({}–{}) of the library's pace, at least {} % wanted: {verdict}",
            percent(pace.median),
            percent(pace.lowest),
            percent(pace.highest),
            percent(WANTED)
        );
    }
}
