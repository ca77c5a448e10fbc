//! The images of the README and of the guide, taken from the program itself.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::Result;

use crate::command::{self, cargo};
use crate::tools;

/// The run that the README's animation shows, as the README has it.
const TRAINING: &str = "train --generate circles --classes 3 --steps 240 --learning-rate 0.02 \
                        --width 280 --gif-frames 40 --gif";

/// Builds the program, drives its page in Chromium and its command line, and
/// writes the images to `directory`, taken relative to the top of the
/// repository.
pub(crate) fn run(directory: &Path) -> Result<()> {
    tools::chromium()?;
    let page = [
        "run",
        "--package",
        "nnvisu-tests",
        "--bin",
        "screenshots",
        "--",
    ];
    cargo_run(page, directory)?;
    let train = ["run", "--package", "nnvisu-cli", "--"].into_iter();
    let train = train.chain(TRAINING.split_whitespace());
    cargo_run(train, &directory.join("images/training.gif"))
}

/// Runs cargo with the arguments and the path behind them.
fn cargo_run<'a>(args: impl IntoIterator<Item = &'a str>, path: &Path) -> Result<()> {
    let mut args: Vec<&OsStr> = args.into_iter().map(OsStr::new).collect();
    args.push(path.as_os_str());
    command::run(cargo(&args))
}
