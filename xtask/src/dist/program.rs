//! Building the program that is packed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::target::Target;
use crate::command::{cargo, command, repository, run, succeeds, target_directory};

/// How the program is built.
pub(super) enum Build {
    /// As it is released: small, and the same wherever the sources lie.
    Release(Target),
    /// As the tests use it; for trying the packaging.
    Dev(Target),
}

impl Build {
    /// Builds the program and returns its path; `work` is for a copy.
    pub(super) fn program(&self, work: &Path) -> Result<PathBuf> {
        let mut build = cargo(&["build", "--quiet", "--locked", "--bin=nnvisu"]);
        match self {
            Self::Release(_) => build.arg("--package=nnvisu-cli"),
            // The whole workspace, so that shared dependencies are as the tests have built them.
            Self::Dev(_) => build.arg("--workspace"),
        };
        build.args(self.arguments()).envs(self.environment()?);
        run(build)?;
        let directory = match self {
            Self::Release(target) => Path::new(&target.triple).join("release"),
            Self::Dev(_) => "debug".into(),
        };
        let name = self.target().program();
        let program = target_directory().join(directory).join(name);
        Ok(match self {
            Self::Release(_) => program,
            Self::Dev(_) => stripped(&program, &work.join(name)).unwrap_or(program),
        })
    }

    pub(super) fn target(&self) -> &Target {
        match self {
            Self::Release(target) | Self::Dev(target) => target,
        }
    }

    /// What Cargo has to be told, and maturin, which calls it.
    pub(super) fn arguments(&self) -> Vec<&str> {
        match self {
            Self::Release(target) => vec!["--release", "--target", &target.triple],
            Self::Dev(_) => Vec::new(),
        }
    }

    /// What maturin alone has to be told: Cargo hears of it by the environment.
    pub(super) fn arguments_of_maturin(&self) -> &'static [&'static str] {
        match self {
            Self::Release(target) if target.triple.contains("-linux-musl") => {
                // With its C library inside it runs beside any other; by itself maturin promises
                // musl's.
                &["--compatibility", "manylinux2014", "musllinux_1_1"]
            }
            Self::Release(_) => &[],
            Self::Dev(_) => &["--profile=dev", "--strip"],
        }
    }

    /// The environment in which Cargo has to run.
    pub(super) fn environment(&self) -> Result<Vec<(&'static str, String)>> {
        let Self::Release(target) = self else {
            return Ok(Vec::new());
        };
        let mut flags = vec![
            // Messages of panics name source files: as they are called here, not on this machine.
            remap(repository(), "/nnvisu"),
            remap(&cargo_home()?, "/cargo"),
        ];
        if target.is_static() {
            flags.push("-Ctarget-feature=+crt-static".to_owned());
        }
        Ok(vec![
            // Overrides what else might be set, such as `target-cpu=native`.
            ("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f")),
            ("CARGO_PROFILE_RELEASE_STRIP", "symbols".to_owned()),
        ])
    }
}

/// A copy of `program` without what only debuggers need, which is most of it; none where there is
/// no `strip`.
fn stripped(program: &Path, copy: &Path) -> Option<PathBuf> {
    std::fs::create_dir_all(copy.parent()?).ok()?;
    let mut strip = command("strip", &["-o"]);
    strip.arg(copy).arg(program);
    succeeds(strip).then(|| copy.to_owned())
}

fn remap(directory: &Path, name: &str) -> String {
    format!("--remap-path-prefix={}={name}", directory.display())
}

/// Where Cargo keeps what it has fetched, such as the sources of dependencies.
pub(super) fn cargo_home() -> Result<PathBuf> {
    std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".cargo")))
        .context("neither CARGO_HOME nor a home directory is known")
}
