//! Words that are misspelt, by codespell's list of such words: it never takes a name for a
//! mistake that it has not met before. `.codespellrc` lists what is right all the same.

use anyhow::{Context, Result};

use crate::command::{command, run_with_files};
use crate::tools;

const PACKAGE: &str = "codespell==2.4.3";

pub(crate) fn is_right() -> Result<()> {
    let python = tools::python_with("spelling", &[PACKAGE])?;
    let codespell = command(python, &["-m", "codespell_lib"]);
    let files = super::files()?;
    run_with_files(codespell, &files)
        .context("a word is misspelt; if it is not, add it to .codespellrc")
}
