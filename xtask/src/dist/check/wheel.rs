//! The Python wheel, in a virtual environment with nothing else in it; and the same installed by
//! pip from the repository.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::program;
use crate::command::{command, repository, run};
use crate::dist::program::Build;
use crate::dist::release::Release;
use crate::dist::wheel::LICENCES;
use crate::tools;

const SIZE_OF_LICENCES: &str = "\
import nnvisu, os, sys
print(os.path.getsize(os.path.join(os.path.dirname(nnvisu.__file__), sys.argv[1])))";

pub(super) fn check(release: &Release, build: &Build, file: &Path, scratch: &Path) -> Result<()> {
    let wheel = scratch.join("from-wheel");
    let mut install = pip_install(&wheel)?;
    install.args(["--no-index"]).arg(file);
    run(install)?;
    runs(&wheel, &release.version)?;
    let mut size = command(wheel.join("bin/python"), &["-c", SIZE_OF_LICENCES]);
    let size = size.arg(LICENCES).output()?;
    ensure!(
        String::from_utf8_lossy(&size.stdout).trim() == release.licences.len().to_string(),
        "the licences of the dependencies are not in it: {}",
        String::from_utf8_lossy(&size.stderr).trim()
    );

    // Where people put packages without an environment, the program is found as well.
    let target = scratch.join("target");
    let mut install = pip(&wheel);
    install
        .args(["--no-index", "--target"])
        .arg(&target)
        .arg(file);
    run(install)?;
    let module = || {
        let mut python = python_module(Path::new("python3"));
        python.env("PYTHONPATH", &target);
        python
    };
    program::check(module, &release.version, scratch)?;

    let source = scratch.join("from-repository");
    let mut install = pip_install(&source)?;
    // Built as the wheel is, so that Cargo finds the program done.
    install.arg(repository()).envs(build.environment()?);
    if let Build::Release(target) = build {
        install.env("CARGO_BUILD_TARGET", &target.triple);
    }
    // Older and newer versions of pip look at one or the other.
    let constraint = tools::maturin_constraint()?;
    install.env("PIP_CONSTRAINT", &constraint);
    install.env("PIP_BUILD_CONSTRAINT", &constraint);
    install.env(
        "MATURIN_PEP517_ARGS",
        build.arguments_of_maturin().join(" "),
    );
    run(install)?;
    runs(&source, &release.version)
}

/// `pip install` in a new virtual environment at `directory`.
fn pip_install(directory: &Path) -> Result<Command> {
    let mut venv = command("python3", &["-m", "venv"]);
    venv.arg(directory);
    run(venv)?;
    Ok(pip(directory))
}

/// `pip install` in the virtual environment at `directory`.
fn pip(directory: &Path) -> Command {
    let args = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ];
    command(directory.join("bin/python"), &args)
}

/// nnvisu as Python starts it.
fn python_module(python: &Path) -> Command {
    let mut python = Command::new(python);
    python.args(["-m", "nnvisu"]);
    python
}

/// Both ways to start it work: as a command, and by Python.
fn runs(environment: &Path, version: &str) -> Result<()> {
    let bin = environment.join("bin");
    program::check(|| Command::new(bin.join("nnvisu")), version, environment)?;
    program::check(|| python_module(&bin.join("python")), version, environment)
}
