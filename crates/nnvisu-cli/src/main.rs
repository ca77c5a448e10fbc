//! The nnvisu command: parses the command line, runs the command, reports the outcome.
//!
//! Each command has a module of its own, with its options and a function `run`. What they share:
//!
//! - `input` and `output`: files and standard streams. A file is written whole or not at all.
//! - `settings`, `stopping`, `value_parsers`: options of several commands, read into the core's types.
//! - `training`: steps and measurements until a condition is met, a signal comes ([`interrupt`]) or
//!   the observer has seen enough. `train` shows one such run; `sweep` makes many at a time.
//! - `image` and `animation`: maps with points on them, as PNG and GIF.
//! - `text`: numbers for people, JSON lines for programs.
//!
//! Results go to standard output and what is said about them to standard error. The program ends
//! with 0 for success, 1 for failure, 2 for wrong options, and 128 and the signal's number after a
//! signal; a reader of standard output who has gone is no failure.

mod animation;
mod args;
mod eval;
mod generate;
mod image;
mod input;
mod interrupt;
mod logging;
#[cfg(unix)]
mod open_files;
mod output;
mod render;
mod serve;
mod settings;
mod shell;
mod stopping;
mod sweep;
mod text;
mod train;
mod training;
mod value_parsers;

use std::io::{self, Write};
use std::process::ExitCode;

use args::{Args, Command};

fn main() -> ExitCode {
    let args = Args::of_process();
    logging::init(args.verbose, args.log_format);
    let done = match args.command {
        Command::Serve(serve) => serve::run(serve).map(|()| ExitCode::SUCCESS),
        Command::Train(train) => train::run(&train),
        Command::Generate(generate) => generate::run(&generate),
        Command::Render(render) => render::run(&render),
        Command::Eval(eval) => eval::run(&eval),
        Command::Sweep(sweep) => sweep::run(&sweep),
        Command::Completions(completions) => shell::completions(&completions),
        Command::Man(manual) => shell::manual(&manual),
    };
    match done {
        Ok(code) => code,
        // The reader of the output has closed it, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be reported if stderr is closed.
            let _ = writeln!(io::stderr(), "nnvisu: {error:#}");
            ExitCode::from(if error.is::<UsageError>() { 2 } else { 1 })
        }
    }
}

/// Options that each are right, but not together.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

fn usage_error(message: impl Into<String>) -> anyhow::Error {
    UsageError(message.into()).into()
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
