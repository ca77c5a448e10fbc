//! The Python wheel that carries the program, made by maturin as pyproject.toml says.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::program::Build;
use super::release::{Release, files_in};
use crate::command::{command, repository, run};
use crate::tools;

/// The licences' file in the Python package.
pub(super) const LICENCES: &str = "THIRD-PARTY-LICENSES.txt";

/// Packs the wheel, with the bill of materials in it, into `out` and returns its file name; `work`
/// is for maturin.
///
/// maturin asks Cargo for the program. Asked in the same way as before, Cargo finds it done; the
/// program that the tests use is built once more, as it is without the other crates beside it.
pub(super) fn pack(
    release: &Release,
    build: &Build,
    bill: &Path,
    work: &Path,
    out: &Path,
) -> Result<String> {
    let maturin = tools::maturin()?;
    if work.exists() {
        std::fs::remove_dir_all(work)?;
    }
    let _licences = Licences::beside_the_package(&release.licences)?;
    let mut pack = command(maturin, &["build", "--quiet", "--locked"]);
    pack.args(build.arguments())
        .args(build.arguments_of_maturin())
        .envs(build.environment()?)
        .env("SOURCE_DATE_EPOCH", release.time.to_string())
        .arg("--sbom-include")
        .arg(bill)
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

/// The licences of all dependencies, for as long as this lives, where maturin takes them from. It
/// takes nothing from outside of the Python sources.
struct Licences(PathBuf);

impl Licences {
    fn beside_the_package(text: &str) -> Result<Self> {
        let path = repository().join(format!("crates/nnvisu-cli/python/nnvisu/{LICENCES}"));
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Licences {
    fn drop(&mut self) {
        // What stays is ignored by git and overwritten by the next wheel.
        let _ = std::fs::remove_file(&self.0);
    }
}
