//! Conventions of the sources that a program can check; each failure says what to do.

pub(crate) mod dependencies;
pub(crate) mod html;
pub(crate) mod links;
pub(crate) mod msrv;
pub(crate) mod spelling;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::command::{command, repository};

/// The files of the repository, committed or about to be, by their paths from its top.
fn files() -> Result<Vec<PathBuf>> {
    let listed = command(
        "git",
        &["ls-files", "--cached", "--others", "--exclude-standard"],
    )
    .output()
    .context("git lists the files of the repository")?;
    ensure!(listed.status.success(), "this is no git repository");
    let listed = String::from_utf8(listed.stdout)?;
    // What is deleted but not committed yet is listed, too.
    let files = listed.lines().map(PathBuf::from);
    Ok(files
        .filter(|path| repository().join(path).is_file())
        .collect())
}
