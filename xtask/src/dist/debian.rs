//! The Debian package: the program where Debian has programs, with its manual, completions and
//! systemd unit. `dpkg-deb` packs it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::clock;
use super::files::{Files, gzip, set_mode};
use super::release::{Release, document};
use crate::command::{command, run};
use crate::tools;

const MAINTAINER: &str = "The nnvisu contributors <nnvisu@packages.invalid>";
const UNIT: &str = "crates/nnvisu-server/deploy/nnvisu@.service";
const NGINX: &str = "crates/nnvisu-server/deploy/nginx.conf";

/// Debian's version: ours, then that of the packaging.
fn version(release: &Release) -> String {
    // A pre-release sorts before its release if it comes after a tilde.
    format!("{}-1", release.version.replacen('-', "~", 1))
}

/// Packs the package into `out` and returns its file name; `work` is for the unpacked files.
pub(super) fn pack(release: &Release, work: &Path, out: &Path) -> Result<String> {
    tools::dpkg_deb()?;
    let architecture = release.target.debian_architecture()?;
    let mut files = contents(release)?;
    let control = control(release, &files, architecture);
    files.add("DEBIAN/control", control);
    files.write_to(work)?;
    for directory in directories(work)? {
        set_mode(&directory, 0o755)?;
    }
    let name = format!("nnvisu_{}_{architecture}.deb", version(release));
    let mut dpkg_deb = command("dpkg-deb", &["--root-owner-group", "-Zxz", "--build"]);
    if !release.target.is_static() {
        // Not for release: quick rather than small.
        dpkg_deb.arg("-z1");
    }
    dpkg_deb
        .arg(work)
        .arg(out.join(&name))
        // More threads give other bytes.
        .env("DPKG_DEB_THREADS_MAX", "1")
        .env("SOURCE_DATE_EPOCH", release.time.to_string());
    run(dpkg_deb)?;
    Ok(name)
}

/// What is installed, by path from the root.
fn contents(release: &Release) -> Result<Files> {
    let mut files = Files::default();
    files.add_program("usr/bin/nnvisu", release.program.as_slice());
    for (name, page) in release.manual.iter() {
        files.add(format!("usr/share/man/man1/{name}.gz"), gzip(page)?);
    }
    for (name, directory, renamed) in [
        ("nnvisu.bash", "bash-completion/completions", "nnvisu"),
        ("_nnvisu", "zsh/vendor-completions", "_nnvisu"),
        ("nnvisu.fish", "fish/vendor_completions.d", "nnvisu.fish"),
    ] {
        let found = release.completions.iter().find(|(known, _)| *known == name);
        let (_, completions) = found.with_context(|| format!("there is no {name}"))?;
        files.add(format!("usr/share/{directory}/{renamed}"), completions);
    }
    files.add("usr/lib/systemd/system/nnvisu@.service", unit()?);

    let doc = "usr/share/doc/nnvisu";
    files.add(format!("{doc}/copyright"), copyright());
    let licences = gzip(release.licences.as_bytes())?;
    files.add(format!("{doc}/THIRD-PARTY-LICENSES.txt.gz"), licences);
    files.add(
        format!("{doc}/changelog.gz"),
        gzip(&document("CHANGELOG.md")?)?,
    );
    let changelog = debian_changelog(release)?;
    files.add(
        format!("{doc}/changelog.Debian.gz"),
        gzip(changelog.as_bytes())?,
    );
    files.add(format!("{doc}/README.md"), document("README.md")?);
    files.add(format!("{doc}/examples/nginx.conf"), document(NGINX)?);
    if release.target.is_static() {
        files.add(
            "usr/share/lintian/overrides/nnvisu",
            "# One program for all of Debian's releases and those of others.\n\
             nnvisu: statically-linked-binary [usr/bin/nnvisu]\n\
             # Of such a program lintian believes that it is a library.\n\
             nnvisu: shared-library-lacks-prerequisites [usr/bin/nnvisu]\n",
        );
    }
    Ok(files)
}

/// The unit of the reference configurations, for a program that Debian has installed.
fn unit() -> Result<String> {
    let unit = String::from_utf8(document(UNIT)?)?;
    let (local, installed) = ("/usr/local/bin/nnvisu", "/usr/bin/nnvisu");
    ensure!(unit.contains(local), "{UNIT} does not start {local}");
    Ok(unit.replace(local, installed).replace(
        "# README.md beside this file explains how to install and to change it.\n",
        "# To change it: `systemctl edit nnvisu@.service`, and the variables below.\n",
    ))
}

fn control(release: &Release, files: &Files, architecture: &str) -> String {
    let bytes: usize = files.iter().map(|(_, contents)| contents.len()).sum();
    let depends = if release.target.is_static() {
        ""
    } else {
        "Depends: libc6, libgcc-s1\n"
    };
    format!(
        "Package: nnvisu\n\
         Version: {version}\n\
         Architecture: {architecture}\n\
         Maintainer: {MAINTAINER}\n\
         Installed-Size: {kib}\n\
         {depends}\
         Section: science\n\
         Priority: optional\n\
         Homepage: https://github.com/honzas83/nnvisu\n\
         Description: watch a neural network learn\n\
         \x20Place coloured points on a web page, press Train, and see the decision\n\
         \x20boundary of a multi-layer perceptron bend around them in real time. Pause,\n\
         \x20add points, change the network, continue; scrub back through the run.\n\
         \x20.\n\
         \x20This package has the command nnvisu, one program with the page inside, and\n\
         \x20a systemd unit for those who put it on a server.\n",
        version = version(release),
        kib = bytes.div_ceil(1024),
    )
}

fn debian_changelog(release: &Release) -> Result<String> {
    Ok(format!(
        "nnvisu ({}) stable; urgency=medium\n\n  \
         * Release {}. What has changed is in changelog.gz beside this file.\n\n \
         -- {MAINTAINER}  {}\n",
        version(release),
        release.version,
        clock::as_in_mail(release.time)?
    ))
}

/// Debian's machine-readable statement of copyright.
fn copyright() -> String {
    let mit = include_str!("../../../LICENSE-MIT");
    let notice = mit
        .lines()
        .find_map(|line| line.strip_prefix("Copyright (c) "))
        .unwrap_or_default();
    // A paragraph's lines are indented; an empty one is a dot.
    let permission: Vec<_> = mit
        .lines()
        .skip_while(|line| !line.starts_with("Permission"))
        .map(|line| if line.is_empty() { "." } else { line })
        .collect();
    let permission = permission.join("\n ");
    format!(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
         Upstream-Name: nnvisu\n\
         Source: https://github.com/honzas83/nnvisu\n\
         Comment: The program contains other software under licences of its own, listed\n\
         \x20with their texts in THIRD-PARTY-LICENSES.txt.gz beside this file.\n\n\
         Files: *\n\
         Copyright: {notice}\n\
         License: MIT or Apache-2.0\n\n\
         License: MIT\n {permission}\n\n\
         License: Apache-2.0\n \
         On Debian systems, the text of the Apache License, Version 2.0, is in\n \
         /usr/share/common-licenses/Apache-2.0.\n"
    )
}

/// `top` and all directories below it.
fn directories(top: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![top.to_owned()];
    for entry in std::fs::read_dir(top)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(directories(&path)?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_starts_what_the_package_installs() {
        let unit = unit().unwrap();
        assert!(unit.contains("ExecStart=/usr/bin/nnvisu serve"), "{unit}");
        assert!(!unit.contains("/usr/local"), "{unit}");
        assert!(!unit.contains("beside this file"), "{unit}");
    }

    #[test]
    fn the_copyright_has_the_licence_in_full() {
        let copyright = copyright();
        assert!(copyright.contains("\nCopyright: 20"), "{copyright}");
        assert!(copyright.contains("\n Permission is hereby granted"));
        assert!(copyright.contains("\n .\n"), "{copyright}");
        assert!(copyright.contains("SOFTWARE.\n\nLicense: Apache-2.0\n"));
    }
}
