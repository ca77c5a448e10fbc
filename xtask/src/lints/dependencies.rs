//! Every dependency is named somewhere in the sources of the package that asks for it.
//!
//! What cargo-machete does, without the minute that it takes to build it. An import that nothing
//! uses is the compiler's to find.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::command::{cargo, repository};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    rename: Option<String>,
}

pub(crate) fn all_are_used() -> Result<()> {
    let files = super::files()?;
    let manifests: Vec<&PathBuf> = files
        .iter()
        .filter(|path| path.ends_with("Cargo.toml"))
        .collect();
    let mut unused = Vec::new();
    let mut n_checked = 0;
    for package in packages(&manifests)? {
        let sources = sources_of(&package, &manifests, &files)?;
        for dependency in &package.dependencies {
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
            n_checked += 1;
            if !names(&sources, &name.replace('-', "_")) {
                unused.push(format!("{} of {}", dependency.name, package.name));
            }
        }
    }
    println!("{n_checked} dependencies");
    ensure!(
        unused.is_empty(),
        "not named in any source file: {}. Take them out of the Cargo.toml",
        unused.join(", ")
    );
    Ok(())
}

/// The packages of all workspaces; there are some apart from the main one.
fn packages(manifests: &[&PathBuf]) -> Result<Vec<Package>> {
    let mut packages: Vec<Package> = Vec::new();
    for manifest in manifests {
        let path = repository().join(manifest);
        if packages.iter().any(|package| package.manifest_path == path) {
            continue;
        }
        let mut metadata = cargo(&[
            "metadata",
            "--no-deps",
            "--format-version=1",
            "--manifest-path",
        ]);
        let output = metadata.arg(&path).output()?;
        ensure!(
            output.status.success(),
            "cargo metadata fails for {}: {}",
            manifest.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
        packages.extend(metadata.packages);
    }
    packages.sort_by(|a, b| a.manifest_path.cmp(&b.manifest_path));
    packages.dedup_by(|a, b| a.manifest_path == b.manifest_path);
    Ok(packages)
}

/// The text of all Rust files of a package, but not of packages inside it.
fn sources_of(package: &Package, manifests: &[&PathBuf], files: &[PathBuf]) -> Result<String> {
    let directory = package
        .manifest_path
        .parent()
        .context("a manifest lies in a directory")?;
    let directory = directory.strip_prefix(repository()).unwrap_or(directory);
    let is_in = |path: &Path, directory: &Path| path.starts_with(directory);
    let inner: Vec<&Path> = manifests
        .iter()
        .filter_map(|manifest| manifest.parent())
        .filter(|inner| *inner != directory && is_in(inner, directory))
        .collect();
    let mut sources = String::new();
    for path in files {
        let is_rust = path.extension().is_some_and(|extension| extension == "rs");
        let is_inner = inner.iter().any(|inner| is_in(path, inner));
        if is_rust && is_in(path, directory) && !is_inner {
            sources += &std::fs::read_to_string(repository().join(path))?;
        }
    }
    Ok(sources)
}

/// Whether a whole word of `text` is `name`.
fn names(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(start, found)| {
        !text[..start].ends_with(is_part) && !text[start + found.len()..].starts_with(is_part)
    })
}
