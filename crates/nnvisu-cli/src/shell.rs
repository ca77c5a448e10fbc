//! `nnvisu completions` and `nnvisu man`: what shells and `man` want to know of the program.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Args;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Manual {
    /// Write a page for the program and one for each command into this directory
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
}

/// Prints a completion script.
pub(crate) fn completions(args: &Completions) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "nnvisu", &mut script);
    Output::Stdout.write(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page of the program, or writes those of all its commands.
pub(crate) fn manual(args: &Manual) -> anyhow::Result<ExitCode> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let Some(dir) = &args.out_dir else {
        Output::Stdout.write(&page(&command)?)?;
        return Ok(ExitCode::SUCCESS);
    };
    std::fs::create_dir_all(dir)
        .with_context(|| format!("Cannot make the directory {}", dir.display()))?;
    for command in std::iter::once(&command).chain(command.get_subcommands()) {
        let name = Man::new(command.clone()).get_filename();
        Output::File(dir.join(name)).write(&page(command)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn page(command: &clap::Command) -> anyhow::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone())
        .manual("nnvisu")
        .source(concat!("nnvisu ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .context("The manual page cannot be written")?;
    Ok(page)
}
