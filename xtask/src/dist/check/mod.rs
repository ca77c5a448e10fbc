//! Holding the artefacts to what they promise: each is unpacked by the tool that people use for it,
//! and the program in it is run.

mod archive;
mod bill;
pub(super) mod crates;
mod debian;
mod program;
mod wheel;

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::checksums;
use super::program::Build;
use super::release::{Release, files_in};
use crate::command::{command, run, succeeds};

/// Fails unless both directories have the same files, byte for byte.
pub(super) fn same_files(one: &Path, other: &Path) -> Result<()> {
    let names = |directory: &Path| -> Result<Vec<_>> {
        let files = files_in(directory)?.into_iter();
        Ok(files
            .filter_map(|path| Some(path.file_name()?.to_owned()))
            .collect())
    };
    let (first, second) = (names(one)?, names(other)?);
    ensure!(
        first == second,
        "packed twice, other files: {first:?}, {second:?}"
    );
    for name in &first {
        ensure!(
            std::fs::read(one.join(name))? == std::fs::read(other.join(name))?,
            "packed twice, {} differs",
            name.display()
        );
    }
    println!("Packed twice: the same bytes.");
    Ok(())
}

/// Checks all `artefacts` in `out`; `work` is for unpacking them.
pub(super) fn artefacts(
    release: &Release,
    build: &Build,
    artefacts: &[String],
    out: &Path,
    work: &Path,
) -> Result<()> {
    if work.exists() {
        std::fs::remove_dir_all(work)?;
    }
    std::fs::create_dir_all(work)?;
    sums(artefacts, out)?;
    for name in artefacts {
        let file = out.join(name);
        let scratch = work.join(format!("{name}.unpacked"));
        let ending = file.extension().unwrap_or_default().to_string_lossy();
        let checked = match &*ending {
            "gz" => archive::check(release, &file, &scratch),
            "json" => bill::check(release, &file),
            "deb" => debian::check(release, &file, &scratch),
            "whl" => wheel::check(release, build, &file, &scratch),
            _ => continue,
        };
        checked.with_context(|| format!("checking {name}"))?;
        println!("{name}: as it should be.");
    }
    Ok(())
}

/// Every artefact has its sum, and the sums are right.
fn sums(artefacts: &[String], out: &Path) -> Result<()> {
    let text = std::fs::read_to_string(out.join(checksums::FILE))?;
    for name in artefacts.iter().filter(|&name| name != checksums::FILE) {
        let line = format!(
            "{}  {name}",
            checksums::sha256(&std::fs::read(out.join(name))?)
        );
        ensure!(
            text.lines().any(|known| known == line),
            "{} lacks {line}",
            checksums::FILE
        );
    }
    if succeeds(command("sha256sum", &["--version"])) {
        let mut sums = command("sha256sum", &["--check", "--quiet", checksums::FILE]);
        sums.current_dir(out);
        run(sums)?;
    }
    Ok(())
}
