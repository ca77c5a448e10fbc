//! The machine that a release is for, and how much of it goes into the program.

use anyhow::{Context, Result, ensure};

use crate::command::command;

pub(super) const RUST_LIBRARY: &str = "the Rust standard library";
pub(super) const C_LIBRARY: &str = "the GNU C Library";

/// A target as rustc names it, such as `x86_64-unknown-linux-musl`.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) triple: String,
    /// Whether the program brings its C library along.
    is_static: bool,
}

impl Target {
    /// `triple` for a release: with the C library inside wherever that can be had.
    pub(super) fn for_release(triple: String) -> Self {
        let is_static = triple.contains("-linux-");
        Self { triple, is_static }
    }

    /// This machine, linked as Cargo does it by itself.
    pub(super) fn host() -> Result<Self> {
        Ok(Self {
            triple: host_triple()?,
            is_static: false,
        })
    }

    /// The best that this toolchain can make for this machine without installing anything: musl's
    /// C library is made to be linked in, GNU's can be.
    pub(super) fn best() -> Result<Self> {
        let host = host_triple()?;
        let musl = host.replace("-linux-gnu", "-linux-musl");
        Ok(Self::for_release(if is_installed(&musl)? {
            musl
        } else {
            host
        }))
    }

    pub(super) fn is_linux(&self) -> bool {
        self.triple.contains("-linux-")
    }

    pub(super) fn is_static(&self) -> bool {
        self.is_static
    }

    pub(super) fn links_glibc_statically(&self) -> bool {
        self.is_static && self.triple.contains("-linux-gnu")
    }

    /// What a program of this target contains besides crates: name, version and licence.
    pub(super) fn runtime(&self) -> Result<Vec<(&'static str, String, &'static str)>> {
        let version = rustc(&["--version"])?;
        let version = version.split_whitespace().nth(1);
        let version = version
            .context("rustc does not tell its version")?
            .to_owned();
        let mut parts = vec![(RUST_LIBRARY, version, "MIT OR Apache-2.0")];
        if self.links_glibc_statically() {
            parts.push((C_LIBRARY, glibc_version()?, "LGPL-2.1-or-later"));
        }
        Ok(parts)
    }

    /// The name of the program's file.
    pub(super) fn program(&self) -> &'static str {
        if self.triple.contains("-windows-") {
            "nnvisu.exe"
        } else {
            "nnvisu"
        }
    }

    /// What Debian calls this processor.
    pub(super) fn debian_architecture(&self) -> Result<&'static str> {
        let processor = self.triple.split('-').next().unwrap_or_default();
        Ok(match processor {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "armv7" => "armhf",
            "i686" => "i386",
            "riscv64gc" => "riscv64",
            _ => anyhow::bail!("no name in Debian is known here for the processor {processor}"),
        })
    }
}

/// Which GNU C Library this machine links, such as `Debian GLIBC 2.36-9+deb12u14`.
fn glibc_version() -> Result<String> {
    let output = command("ldd", &["--version"])
        .output()
        .context("could not start ldd")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split(&['(', ')']).nth(1);
    let version = version.context("`ldd --version` does not tell the C library's version")?;
    Ok(version.to_owned())
}

/// What rustc builds for unless told otherwise.
fn host_triple() -> Result<String> {
    let text = rustc(&["--version", "--verbose"])?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}

/// Whether the toolchain has a standard library for `triple`.
fn is_installed(triple: &str) -> Result<bool> {
    let directory = rustc(&["--print=target-libdir", "--target", triple])?;
    Ok(std::path::Path::new(directory.trim()).is_dir())
}

fn rustc(args: &[&str]) -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = command(rustc, args)
        .output()
        .context("could not start rustc")?;
    ensure!(
        output.status.success(),
        "`rustc {}` failed: {}",
        args.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_c_library_is_linked_in_on_linux_alone() {
        let target = |triple: &str| Target::for_release(triple.to_owned());
        let gnu = target("x86_64-unknown-linux-gnu");
        assert!(gnu.is_static() && gnu.links_glibc_statically());
        let musl = target("aarch64-unknown-linux-musl");
        assert!(musl.is_static() && !musl.links_glibc_statically());
        let mac = target("aarch64-apple-darwin");
        assert!(!mac.is_static() && !mac.is_linux());
        assert!(!Target::host().unwrap().is_static());
    }

    #[test]
    fn processors_have_other_names_in_debian() {
        let name = |triple: &str| Target::for_release(triple.to_owned()).debian_architecture();
        assert_eq!(name("x86_64-unknown-linux-musl").unwrap(), "amd64");
        assert!(name("sparc-unknown-linux-gnu").is_err());
    }
}
