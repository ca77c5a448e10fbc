//! What the program is made of: every crate that is compiled into it, as Cargo tells.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::command::{cargo, repository};

/// One crate of the program.
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) version: String,
    /// An SPDX expression.
    pub(super) license: String,
    pub(super) authors: Vec<String>,
    pub(super) description: Option<String>,
    pub(super) repository: Option<String>,
    /// Where its files are.
    pub(super) directory: PathBuf,
    /// SHA-256 of the published package; none for the crates of this repository.
    pub(super) checksum: Option<String>,
    /// The crates that it depends on, as indices into the list that this one is in.
    pub(super) dependencies: Vec<usize>,
}

impl Dependency {
    /// Whether it belongs to this repository.
    pub(super) fn is_ours(&self) -> bool {
        self.directory.starts_with(repository())
    }
}

/// The parts of `cargo metadata` that are used here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    authors: Vec<String>,
    description: Option<String>,
    repository: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    dependencies: Vec<String>,
}

/// The crates of the `nnvisu` program for a target, by name and version.
pub(super) fn of_program(target: &str) -> Result<Vec<Dependency>> {
    let metadata = stdout(&[
        "metadata",
        "--format-version=1",
        "--locked",
        "--filter-platform",
        target,
    ])?;
    let metadata: Metadata = serde_json::from_str(&metadata).context("reading cargo's metadata")?;
    // The metadata know the whole workspace with its tests; the tree knows what one program needs.
    let tree = stdout(&[
        "tree",
        "--package=nnvisu-cli",
        "--edges=normal",
        "--prefix=none",
        "--format={p}",
        "--locked",
        "--target",
        target,
    ])?;
    let checksums = checksums(
        &std::fs::read_to_string(repository().join("Cargo.lock")).context("reading Cargo.lock")?,
    );

    let mut compiled: BTreeMap<_, _> = tree
        .lines()
        .filter_map(name_and_version)
        .map(|key| (key, None))
        .collect();
    for package in &metadata.packages {
        let key = (package.name.as_str(), package.version.as_str());
        if let Some(found) = compiled.get_mut(&key) {
            *found = Some(package);
        }
    }
    let packages = compiled
        .into_iter()
        .map(|((name, version), package)| {
            package.with_context(|| format!("cargo's metadata lack {name} {version}"))
        })
        .collect::<Result<Vec<_>>>()?;
    let index: HashMap<_, _> = packages
        .iter()
        .enumerate()
        .map(|(index, package)| (package.id.as_str(), index))
        .collect();
    let edges: HashMap<_, Vec<usize>> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| {
            let known = node.dependencies.iter();
            let known = known.filter_map(|id| index.get(id.as_str()).copied());
            (node.id.as_str(), known.collect())
        })
        .collect();
    packages
        .iter()
        .map(|package| dependency(package, &edges, &checksums))
        .collect()
}

fn dependency(
    package: &Package,
    edges: &HashMap<&str, Vec<usize>>,
    checksums: &HashMap<(String, String), String>,
) -> Result<Dependency> {
    let (name, version) = (package.name.clone(), package.version.clone());
    let license = package.license.clone();
    let license = license.with_context(|| format!("{name} {version} does not name its licence"))?;
    let directory = package.manifest_path.parent();
    Ok(Dependency {
        // Before SPDX had expressions, crates wrote a slash.
        license: license.replace('/', " OR ").replace("  ", " "),
        authors: package.authors.clone(),
        description: package.description.clone(),
        repository: package.repository.clone(),
        directory: directory.expect("a manifest is in a directory").to_owned(),
        checksum: checksums.get(&(name.clone(), version.clone())).cloned(),
        dependencies: edges.get(package.id.as_str()).cloned().unwrap_or_default(),
        name,
        version,
    })
}

/// Name and version of a line of `cargo tree`, such as `nnvisu-core v0.1.0 (/path)`.
fn name_and_version(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    let version = words.next()?.strip_prefix('v')?;
    Some((name, version))
}

/// The checksums in a `Cargo.lock`, by name and version.
fn checksums(lock: &str) -> HashMap<(String, String), String> {
    let value = |block: &str, key: &str| {
        let line = block
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    lock.split("[[package]]")
        .filter_map(|block| {
            let key = (value(block, "name")?, value(block, "version")?);
            Some((key, value(block, "checksum")?))
        })
        .collect()
}

/// What Cargo prints when asked for `args`.
fn stdout(args: &[&str]) -> Result<String> {
    let output = cargo(args)
        .output()
        .with_context(|| format!("could not start `cargo {}`", args[0]))?;
    ensure!(
        output.status.success(),
        "`cargo {}` failed ({}): {}",
        args.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stderr).trim()
    );
    String::from_utf8(output.stdout).context("reading what cargo prints")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_tree_are_understood() {
        let known = Some(("syn", "2.0.1"));
        assert_eq!(name_and_version("syn v2.0.1"), known);
        assert_eq!(name_and_version("syn v2.0.1 (proc-macro) (*)"), known);
        assert_eq!(name_and_version(""), None);
    }

    #[test]
    fn checksums_are_found_by_name_and_version() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\
                    checksum = \"00ff\"\n\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";
        let found = checksums(lock);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&("a".to_owned(), "1.0.0".to_owned())], "00ff");
    }
}
