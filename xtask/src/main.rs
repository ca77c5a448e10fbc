//! The project's developer commands, run as `cargo xtask <command>`.

#![expect(
    clippy::print_stdout,
    reason = "a developer command reports to the terminal it was started from"
)]

mod bench;
mod browsers;
mod command;
mod dist;
mod formats;
mod fuzz;
mod lints;
mod load;
mod msrv;
mod screenshots;
mod served;
mod test;
mod tools;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// nnvisu's developer commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: XtaskCommand,
}

#[derive(Subcommand)]
enum XtaskCommand {
    /// Check formatting, lints, documents, licences and types, and run all tests.
    ///
    /// Missing tools are fetched where that is possible: cargo-deny, cargo-fuzz, cargo-machete,
    /// geckodriver, typos, remark, TypeScript, the HTML checker, maturin and Python's packages go to the target
    /// directory; Node.js, Java, Chromium, Firefox, WebKitGTK's browser, Xvfb, nginx,
    /// OpenSSL, Python, a C++ compiler, dpkg and systemd's checker come from apt-get. Otherwise the
    /// step fails and says what to install.
    Test {
        /// Run only this step (may be given several times).
        #[arg(long, value_name = "STEP")]
        only: Vec<test::Step>,
        #[command(flatten)]
        browsers: browsers::Choice,
    },
    /// Feed inputs that nobody thought of to what reads bytes from the network.
    Fuzz(fuzz::Args),
    /// Measure the engine and its peers in turns, and print times and ratios.
    Bench(bench::Args),
    /// Measure the server under load: steps, fairness, latency, memory and threads of many
    /// sessions, and whether they reach what they should on two processors.
    Load(load::Args),
    /// Make everything that a release consists of: archive, Debian package, Python wheel,
    /// software bill of materials and checksums.
    Dist(dist::Args),
    /// Take the images of the README and of the guide from the running program, in Chromium.
    Screenshots {
        /// Directory for the images: `images` and `guide` in it.
        #[arg(default_value = ".github")]
        directory: PathBuf,
    },
}

fn main() -> anyhow::Result<std::process::ExitCode> {
    match Args::parse().command {
        XtaskCommand::Test { only, browsers } => Ok(test::run_steps(&only, &browsers)),
        XtaskCommand::Fuzz(args) => {
            fuzz::run_command(&args)?;
            Ok(std::process::ExitCode::SUCCESS)
        }
        XtaskCommand::Bench(args) => {
            bench::run(&args)?;
            Ok(std::process::ExitCode::SUCCESS)
        }
        XtaskCommand::Load(args) => load::run(&args),
        XtaskCommand::Dist(args) => {
            dist::run(&args)?;
            Ok(std::process::ExitCode::SUCCESS)
        }
        XtaskCommand::Screenshots { directory } => {
            screenshots::run(&directory)?;
            Ok(std::process::ExitCode::SUCCESS)
        }
    }
}
