//! Running other programs: shown before they run, never reading our input,
//! and an error when they do not succeed.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The top directory of the repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a directory of the repository")
}

/// The directory Cargo builds into, which `CARGO_TARGET_DIR` may move.
pub(crate) fn target_directory() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => repository().join(directory),
        None => repository().join("target"),
    }
}

/// `program` with `args`, to be run at the top of the repository.
pub(crate) fn command<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, args: &[S]) -> Command {
    let mut command = Command::new(program);
    command
        .args(args)
        .current_dir(repository())
        .stdin(Stdio::null());
    command
}

/// The Cargo that runs this program.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: &[S]) -> Command {
    command(
        std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        args,
    )
}

/// Shows the command, runs it with its output on ours, and fails unless it
/// succeeds.
pub(crate) fn run(command: Command) -> Result<()> {
    let line = shown(&command);
    run_as(command, &line)
}

/// Like [`run`], without showing the files.
pub(crate) fn run_with_files(mut command: Command, files: &[PathBuf]) -> Result<()> {
    let line = format!("{} ({} files)", shown(&command), files.len());
    command.args(files);
    run_as(command, &line)
}

fn run_as(mut command: Command, line: &str) -> Result<()> {
    println!("$ {line}");
    let status = command
        .status()
        .with_context(|| format!("could not start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// What a command that has to succeed prints.
pub(crate) fn output(mut command: Command) -> Result<String> {
    let line = shown(&command);
    let output = command
        .output()
        .with_context(|| format!("could not start `{line}`"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` failed ({}): {}", output.status, errors.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("reading what `{line}` prints"))
}

/// Whether the command can be started and succeeds; its output is dropped.
pub(crate) fn succeeds(mut command: Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
