//! What all artefacts are made from: the program for one target, the documents that it writes about
//! itself, and what it consists of.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::dependencies::{self, Dependency};
use super::files::Files;
use super::target::Target;
use super::{clock, licences};
use crate::command::{command, repository};

/// The shells whose completions come along, each with the name its file has everywhere.
const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "nnvisu.bash"),
    ("zsh", "_nnvisu"),
    ("fish", "nnvisu.fish"),
    ("elvish", "nnvisu.elv"),
    ("powershell", "_nnvisu.ps1"),
];

pub(super) struct Release {
    pub(super) version: String,
    pub(super) target: Target,
    /// The program's bytes.
    pub(super) program: Vec<u8>,
    /// Man pages, by file name.
    pub(super) manual: Files,
    /// Shell completions, by file name.
    pub(super) completions: Files,
    pub(super) dependencies: Vec<Dependency>,
    /// The licence texts of all dependencies.
    pub(super) licences: String,
    /// When the sources were changed, in seconds since 1970.
    pub(super) time: u64,
}

impl Release {
    /// Gathers everything about `program`, which is run to describe itself; `work` is for what
    /// it writes.
    pub(super) fn of(program: &Path, target: Target, work: &Path) -> Result<Self> {
        let dependencies = dependencies::of_program(&target.triple)?;
        let ours = dependencies.iter().find(|found| found.name == "nnvisu-cli");
        let ours = ours.context("cargo does not know the package nnvisu-cli")?;
        Ok(Self {
            version: ours.version.clone(),
            program: std::fs::read(program)
                .with_context(|| format!("reading {}", program.display()))?,
            manual: manual(program, &work.join("man"))?,
            completions: completions(program)?,
            licences: licences::document(&dependencies, &target)?,
            time: clock::time_of_sources()?,
            target,
            dependencies,
        })
    }

    /// The name that its archive has, and the directory in it.
    pub(super) fn name(&self) -> String {
        format!("nnvisu-{}-{}", self.version, self.target.triple)
    }
}

/// A file of the repository, for people to read.
pub(super) fn document(name: &str) -> Result<Vec<u8>> {
    let path = repository().join(name);
    std::fs::read(&path).with_context(|| format!("reading {}", path.display()))
}

/// The man pages that the program writes.
fn manual(program: &Path, directory: &Path) -> Result<Files> {
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    std::fs::create_dir_all(directory)?;
    let mut man = command(program, &["man", "--out-dir"]);
    man.arg(directory);
    output(man)?;
    let mut pages = Files::default();
    for page in files_in(directory)? {
        let name = page.file_name().unwrap_or_default().to_string_lossy();
        pages.add(name, std::fs::read(&page)?);
    }
    ensure!(
        pages.iter().any(|(name, _)| name == "nnvisu.1"),
        "the program writes no nnvisu.1"
    );
    Ok(pages)
}

fn completions(program: &Path) -> Result<Files> {
    let mut files = Files::default();
    for (shell, name) in COMPLETIONS {
        files.add(name, output(command(program, &["completions", shell]))?);
    }
    Ok(files)
}

/// What a command that has to succeed prints.
fn output(mut command: std::process::Command) -> Result<Vec<u8>> {
    let output = command
        .output()
        .with_context(|| format!("could not start {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?} failed ({}): {}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(output.stdout)
}

/// The files in a directory, by name.
pub(super) fn files_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(directory)
        .with_context(|| format!("reading the directory {}", directory.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
