//! `cargo xtask dist`: everything that a release consists of, into one directory.
//!
//! One program is built; the archive, the Debian package and the Python wheel carry that same file.
//! With `--check` all is packed twice and compared, then unpacked and run.

mod check;
mod checksums;
mod clock;
mod debian;
mod dependencies;
mod files;
mod licences;
mod program;
mod release;
mod sbom;
mod target;
mod wheel;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command::{repository, target_directory};
use files::Files;
use program::Build;
use release::{Release, document};
use target::Target;

/// Options of `cargo xtask dist`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Target to build for; by default this machine, with musl's C library if rustup has it.
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,

    /// Directory for the artefacts, emptied first.
    #[arg(long, value_name = "DIR", default_value = "dist")]
    out: PathBuf,

    /// Pack twice and compare, unpack every artefact and run what is in it.
    #[arg(long)]
    check: bool,

    /// Pack the program that the tests use, to try the packaging: it is large and slow.
    #[arg(long, conflicts_with = "target")]
    dev: bool,
}

impl Args {
    /// What `cargo xtask test` does: everything, but for a program that takes no time to build.
    pub(crate) fn for_test() -> Self {
        Self {
            target: None,
            out: target_directory().join("xtask-dist/test"),
            check: true,
            dev: true,
        }
    }
}

/// Makes the artefacts.
pub(crate) fn run(args: &Args) -> Result<()> {
    let build = match &args.target {
        Some(triple) => Build::Release(Target::for_release(triple.clone())),
        None if args.dev => Build::Dev(Target::host()?),
        None => Build::Release(Target::best()?),
    };
    let work = target_directory().join("xtask-dist").join(match &build {
        Build::Release(target) => target.triple.as_str(),
        Build::Dev(_) => "dev",
    });
    let program = build.program(&work)?;
    let out = repository().join(&args.out);
    let (release, artefacts) = make(&program, &build, &work, &out)?;
    println!("\n{}:", out.display());
    for name in &artefacts {
        let size = std::fs::metadata(out.join(name))?.len();
        println!("  {:>9.2} MiB  {name}", size as f64 / f64::from(1 << 20));
    }
    if args.check {
        let again = work.join("again");
        make(&program, &build, &work, &again)?;
        check::same_files(&out, &again)?;
        check::artefacts(&release, &build, &artefacts, &out, &work.join("check"))?;
        check::crates::check(&release.dependencies, !args.dev)?;
    }
    Ok(())
}

/// Gathers what belongs to the program and packs it into `out`; returns the names of the files too.
fn make(program: &Path, build: &Build, work: &Path, out: &Path) -> Result<(Release, Vec<String>)> {
    let release = Release::of(program, build.target().clone(), work)?;
    let artefacts = pack(&release, build, work, out)?;
    Ok((release, artefacts))
}

/// Packs everything into `out`, anew, and returns the names of the files.
fn pack(release: &Release, build: &Build, work: &Path, out: &Path) -> Result<Vec<String>> {
    if out.exists() {
        std::fs::remove_dir_all(out).with_context(|| format!("clearing {}", out.display()))?;
    }
    std::fs::create_dir_all(out).with_context(|| format!("making {}", out.display()))?;
    let write = |name: String, contents: &[u8]| -> Result<String> {
        let path = out.join(&name);
        std::fs::write(&path, contents).with_context(|| format!("writing {}", path.display()))?;
        Ok(name)
    };
    let name = release.name();
    let archive = archive(release)?.tar_gz(&name, release.time)?;
    let bill = serde_json::to_string_pretty(&sbom::bill(release)?)? + "\n";
    let mut artefacts = vec![
        write(format!("{name}.tar.gz"), &archive)?,
        write(format!("{name}.cdx.json"), bill.as_bytes())?,
    ];
    if release.target.is_linux() {
        artefacts.push(debian::pack(release, &work.join("deb"), out)?);
    }
    let bill = out.join(format!("{name}.cdx.json"));
    artefacts.push(wheel::pack(
        release,
        build,
        &bill,
        &work.join("wheel"),
        out,
    )?);
    let sums = checksums::of_files(out, &artefacts)?;
    artefacts.push(write(checksums::FILE.to_owned(), sums.as_bytes())?);
    Ok(artefacts)
}

/// The archive that is unpacked anywhere.
fn archive(release: &Release) -> Result<Files> {
    let mut files = Files::default();
    files.add_program(release.target.program(), release.program.as_slice());
    for name in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        files.add(name, document(name)?);
    }
    files.add("THIRD-PARTY-LICENSES.txt", release.licences.as_str());
    for (name, page) in release.manual.iter() {
        files.add(format!("man/man1/{name}"), page);
    }
    for (name, completions) in release.completions.iter() {
        files.add(format!("completions/{name}"), completions);
    }
    Ok(files)
}
