//! The README's pictures, taken from the program itself.

use std::path::Path;

use anyhow::Result;

use crate::command::{self, cargo};
use crate::tools;

/// Builds the program, drives it in Chromium and writes the pictures to
/// `directory`, taken relative to the top of the repository.
pub(crate) fn run(directory: &Path) -> Result<()> {
    tools::chromium()?;
    let mut args: Vec<&std::ffi::OsStr> =
        ["run", "--package", "nnvisu-tests", "--bin", "shots", "--"]
            .iter()
            .map(std::ffi::OsStr::new)
            .collect();
    args.push(directory.as_os_str());
    command::run(cargo(&args))
}
