//! The Python wheel that carries the program, made by maturin as pyproject.toml says.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::program::Build;
use super::release::files_in;
use crate::command::{command, run};
use crate::tools;

/// Packs the wheel into `out` and returns its file name; `work` is for maturin.
///
/// maturin asks Cargo for the program. Asked in the same way as before, Cargo finds it done; the
/// program that the tests use is built once more, as it is without the other crates beside it.
pub(super) fn pack(build: &Build, time: u64, work: &Path, out: &Path) -> Result<String> {
    let maturin = tools::maturin()?;
    if work.exists() {
        std::fs::remove_dir_all(work)?;
    }
    let mut pack = command(maturin, &["build", "--quiet", "--locked"]);
    pack.args(build.arguments())
        .args(build.arguments_of_maturin())
        .envs(build.environment()?)
        .env("SOURCE_DATE_EPOCH", time.to_string())
        .arg("--out")
        .arg(work);
    run(pack)?;
    let [wheel] = &files_in(work)?[..] else {
        bail!("maturin has not written one wheel into {}", work.display());
    };
    let name = wheel.file_name().unwrap_or_default();
    std::fs::copy(wheel, out.join(name)).with_context(|| format!("copying {}", wheel.display()))?;
    Ok(name.to_string_lossy().into_owned())
}
