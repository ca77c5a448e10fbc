//! The Debian package: unpacked by `dpkg-deb`, with what Debian expects in its places.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::program;
use crate::command::{command, run, succeeds};
use crate::dist::release::Release;

pub(super) fn check(release: &Release, file: &Path, scratch: &Path) -> Result<()> {
    let mut unpack = command("dpkg-deb", &["--extract"]);
    unpack.arg(file).arg(scratch);
    run(unpack)?;
    for (name, value) in [
        ("Package", "nnvisu"),
        ("Architecture", release.target.debian_architecture()?),
    ] {
        let mut field = command("dpkg-deb", &["--field"]);
        let output = field.arg(file).arg(name).output()?;
        let found = String::from_utf8_lossy(&output.stdout);
        ensure!(found.trim() == value, "{name} is {found:?}, not {value}");
    }
    for path in [
        "usr/share/man/man1/nnvisu.1.gz",
        "usr/share/man/man1/nnvisu-serve.1.gz",
        "usr/share/bash-completion/completions/nnvisu",
        "usr/share/zsh/vendor-completions/_nnvisu",
        "usr/share/fish/vendor_completions.d/nnvisu.fish",
        "usr/lib/systemd/system/nnvisu@.service",
        "usr/share/doc/nnvisu/copyright",
        "usr/share/doc/nnvisu/changelog.Debian.gz",
        "usr/share/doc/nnvisu/THIRD-PARTY-LICENSES.txt.gz",
    ] {
        ensure!(scratch.join(path).is_file(), "{path} is missing");
    }
    belongs_to_root(file)?;
    if release.target.is_static() {
        lintian(file)?;
    }
    let path = scratch.join("usr/bin/nnvisu");
    program::check(|| Command::new(&path), &release.version, scratch)
}

/// Nothing in the package belongs to the user who packed it, nor may others write it.
fn belongs_to_root(file: &Path) -> Result<()> {
    let mut list = command("dpkg-deb", &["--contents"]);
    let output = list
        .arg(file)
        .output()
        .context("could not start dpkg-deb")?;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let allowed = [
            "drwxr-xr-x root/root ",
            "-rwxr-xr-x root/root ",
            "-rw-r--r-- root/root ",
        ];
        ensure!(
            allowed.iter().any(|allowed| line.starts_with(allowed)),
            "it holds {line}"
        );
    }
    Ok(())
}

/// Debian's own checks, where they are installed. Only a program that is released passes them.
fn lintian(file: &Path) -> Result<()> {
    if !succeeds(command("lintian", &["--version"])) {
        println!("Not checked by lintian, which is not installed.");
        return Ok(());
    }
    let mut lintian = command("lintian", &["--allow-root", "--fail-on=error,warning"]);
    // A package that is not made for Debian's archive closes no report there.
    lintian.args(["--suppress-tags", "initial-upload-closes-no-bugs"]);
    lintian.arg(file);
    run(lintian)
}
