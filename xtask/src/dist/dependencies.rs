//! What the program is made of: every crate that is compiled into it, as Cargo tells.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, Package};

use crate::command::{cargo, output, repository};

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

/// The crates of the `nnvisu` program for a target, by name and version.
pub(super) fn of_program(target: &str) -> Result<Vec<Dependency>> {
    let metadata = MetadataCommand::new()
        .current_dir(repository())
        .other_options(["--locked", "--filter-platform", target].map(str::to_owned))
        .exec()?;
    // The metadata know the whole workspace with its tests; the tree knows what one program needs.
    let tree = output(cargo(&[
        "tree",
        "--package=nnvisu-cli",
        "--edges=normal",
        "--prefix=none",
        "--format={p}",
        "--locked",
        "--target",
        target,
    ]))?;
    let checksums = checksums(
        &std::fs::read_to_string(repository().join("Cargo.lock")).context("reading Cargo.lock")?,
    );

    let mut compiled: BTreeMap<_, _> = tree
        .lines()
        .filter_map(name_and_version)
        .map(|key| (key, None))
        .collect();
    for package in &metadata.packages {
        let key = (package.name.to_string(), package.version.to_string());
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
        .map(|(index, package)| (&package.id, index))
        .collect();
    let resolve = metadata
        .resolve
        .as_ref()
        .context("cargo resolves nothing")?;
    packages
        .iter()
        .map(|package| {
            let node = resolve.nodes.iter().find(|node| node.id == package.id);
            let node = node.context("cargo resolves every package")?;
            let known = node
                .dependencies
                .iter()
                .filter_map(|id| index.get(id).copied());
            dependency(package, known.collect(), &checksums)
        })
        .collect()
}

fn dependency(
    package: &Package,
    dependencies: Vec<usize>,
    checksums: &HashMap<(String, String), String>,
) -> Result<Dependency> {
    let (name, version) = (package.name.to_string(), package.version.to_string());
    let license = package.license.clone();
    let license = license.with_context(|| format!("{name} {version} does not name its licence"))?;
    let directory = package.manifest_path.parent();
    Ok(Dependency {
        // Before SPDX had expressions, crates wrote a slash.
        license: license.replace('/', " OR ").replace("  ", " "),
        authors: package.authors.clone(),
        description: package.description.clone(),
        repository: package.repository.clone(),
        directory: directory.expect("a manifest is in a directory").into(),
        checksum: checksums.get(&(name.clone(), version.clone())).cloned(),
        dependencies,
        name,
        version,
    })
}

/// Name and version of a line of `cargo tree`, such as `nnvisu-core v0.1.0 (/path)`.
fn name_and_version(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    let version = words.next()?.strip_prefix('v')?;
    Some((name.to_owned(), version.to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_tree_are_understood() {
        let known = Some(("syn".to_owned(), "2.0.1".to_owned()));
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
