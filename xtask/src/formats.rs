//! Files that other programs read, read by those programs: Python's packages, in an environment of
//! their own.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command::{cargo, command, run, succeeds};
use crate::tools;

/// Exactly these, without what they themselves ask for: it is not needed to evaluate a model.
const PACKAGES: [&str; 3] = ["numpy==2.4.6", "onnxruntime==1.31.1", "safetensors==0.8.0"];

/// Lets the packages check the models that the core writes.
pub(crate) fn check() -> Result<()> {
    let python = python()?;
    let mut test = cargo(&[
        "test",
        "--workspace",
        "--features=nnvisu-core/files",
        "--test=it",
        "--",
        "--ignored",
        "--nocapture",
        "files::other_programs::",
    ]);
    test.env("NNVISU_PYTHON", python);
    run(test)
}

/// The Python of the environment, which is made if it is not there or has other versions.
fn python() -> Result<PathBuf> {
    let environment = tools::tools_directory().join("formats");
    let python = environment.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    // Written last, so that what was interrupted is made anew.
    let complete = environment.join("complete");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&complete).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    tools::python()?;
    if succeeds(command(&python, &["--version"])) {
        std::fs::remove_dir_all(&environment).context("clearing an old Python environment")?;
    }
    let mut create = command("python3", &["-m", "venv"]);
    create.arg(&environment);
    run(create)?;
    let mut install = command(&python, &["-m", "pip", "install", "--quiet", "--no-deps"]);
    install.arg("--disable-pip-version-check").args(PACKAGES);
    run(install)?;
    std::fs::write(&complete, wanted).context("finishing the Python environment")?;
    Ok(python)
}
