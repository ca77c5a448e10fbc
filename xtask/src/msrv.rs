//! The oldest Rust that the manifest promises.
//!
//! Clippy's `incompatible_msrv` finds what the standard library did not have then. This looks
//! after the dependencies, and builds with that Rust where it is installed.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::semver::Version;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

use crate::command::{command, output, repository, run, target_directory};

pub(crate) fn is_kept() -> Result<()> {
    let metadata = MetadataCommand::new()
        .current_dir(repository())
        .other_options(["--locked".to_owned()])
        .exec()?;
    let promised = promised(&metadata)?;
    let too_new: Vec<String> = needed(&metadata)?
        .into_iter()
        .filter_map(|package| {
            let needs = package.rust_version.as_ref()?;
            let line = format!("{} {} needs {needs}", package.name, package.version);
            (*needs > promised).then_some(line)
        })
        .collect();
    ensure!(
        too_new.is_empty(),
        "rust-version is {promised}, but {}. Raise it in the Cargo.toml at the top and say so in \
         the changelog, or take an older release",
        too_new.join(", ")
    );
    println!("No dependency needs a newer Rust than {promised}.");
    build_with(&promised)
}

/// What those of our packages promise that others can depend on.
fn promised(metadata: &Metadata) -> Result<Version> {
    let promises: HashSet<&Version> = published(metadata)
        .filter_map(|package| package.rust_version.as_ref())
        .collect();
    let mut promises = promises.into_iter();
    match (promises.next(), promises.next()) {
        (Some(promise), None) => Ok(promise.clone()),
        _ => bail!("the published packages promise no or different rust-versions"),
    }
}

fn published(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    let packages = metadata.workspace_packages().into_iter();
    // The registries it may go to; an empty list is none.
    packages.filter(|package| package.publish.as_ref().is_none_or(|to| !to.is_empty()))
}

/// All that is compiled for our packages; what only their tests need does not count.
fn needed(metadata: &Metadata) -> Result<Vec<&Package>> {
    let resolve = metadata
        .resolve
        .as_ref()
        .context("cargo resolves nothing")?;
    let nodes: HashMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut waiting: Vec<&PackageId> = published(metadata).map(|package| &package.id).collect();
    let mut seen = HashSet::new();
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            let edges = nodes[id].deps.iter();
            let is_compiled = |kind: DependencyKind| kind != DependencyKind::Development;
            waiting.extend(
                edges
                    .filter(|edge| edge.dep_kinds.iter().any(|info| is_compiled(info.kind)))
                    .map(|edge| &edge.pkg),
            );
        }
    }
    Ok(seen.into_iter().map(|id| &metadata[id]).collect())
}

/// Nothing is fetched for it: a toolchain is a matter of the machine.
fn build_with(version: &Version) -> Result<()> {
    let Some(toolchain) = installed(version) else {
        println!(
            "The build with Rust {version} itself was NOT tried: that toolchain is not installed \
             (rustup toolchain install {version})."
        );
        return Ok(());
    };
    let mut check = command("rustup", &["run", &toolchain, "cargo", "check", "--locked"]);
    check.args(["--package=nnvisu-cli", "--package=nnvisu-server"]);
    // What this Cargo has set would lead the other one back to this toolchain.
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        check.env_remove(name);
    }
    check
        .arg("--target-dir")
        .arg(target_directory().join("msrv"));
    run(check).context("the build with the oldest Rust that the manifest promises")
}

/// The name of an installed toolchain of this version.
fn installed(version: &Version) -> Option<String> {
    let listed = output(command("rustup", &["toolchain", "list"])).ok()?;
    let names = [
        version.to_string(),
        format!("{}.{}", version.major, version.minor),
    ];
    // Such as `1.89.0-x86_64-unknown-linux-gnu (default)`.
    listed
        .lines()
        .find(|line| {
            line.split('-')
                .next()
                .is_some_and(|name| names.iter().any(|it| it == name))
        })
        .and_then(|line| Some(line.split_whitespace().next()?.to_owned()))
}
