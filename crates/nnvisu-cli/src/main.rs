//! The nnvisu command: reads what is asked for, has it done, says how it went.

mod args;
mod logging;
#[cfg(unix)]
mod open_files;
mod serve;

use std::{io::Write, process::ExitCode};

use clap::Parser;

use args::{Args, Command};

fn main() -> ExitCode {
    let args = Args::parse();
    logging::init(args.verbose, args.log_format);
    let done = match args.command {
        Command::Serve(serve) => serve::run(serve),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nobody left to tell if stderr is gone.
            let _ = writeln!(std::io::stderr(), "nnvisu: {error:#}");
            ExitCode::FAILURE
        }
    }
}
