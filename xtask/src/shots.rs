//! The README's pictures, taken from the program itself.

use std::path::Path;

use anyhow::Result;

use crate::command::{self, cargo};
use crate::tools;

/// The run that the README's animation shows, as the README has it.
const TRAINING: &str = "train --generate circles --classes 3 --steps 240 --learning-rate 0.02 \
                        --width 280 --gif-frames 40 --gif";

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
    command::run(cargo(&args))?;
    let mut train = cargo(&["run", "--package", "nnvisu-cli", "--"]);
    train.args(TRAINING.split_whitespace());
    train.arg(directory.join("training.gif"));
    command::run(train)
}
