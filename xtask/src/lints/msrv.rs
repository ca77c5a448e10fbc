//! The oldest Rust that the manifest promises.
//!
//! Clippy's `incompatible_msrv` finds what the standard library did not have then. This looks
//! after the dependencies, and builds with that Rust where it is installed.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::command::{cargo, command, run, target_directory};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    rust_version: Option<String>,
    /// Some: the registries it may go to; an empty list is none.
    publish: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

pub(crate) fn is_kept() -> Result<()> {
    let output = cargo(&["metadata", "--format-version=1", "--locked"]).output()?;
    ensure!(
        output.status.success(),
        "cargo metadata fails: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let promised = promised(&metadata)?;
    let too_new: Vec<String> = needed(&metadata)
        .into_iter()
        .filter_map(|package| {
            let needs = package.rust_version.as_deref()?;
            let line = format!("{} {} needs {needs}", package.name, package.version);
            (numbers(needs) > numbers(&promised)).then_some(line)
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
fn promised(metadata: &Metadata) -> Result<String> {
    let mut promises: Vec<&str> = ours(metadata)
        .filter_map(|package| package.rust_version.as_deref())
        .collect();
    promises.sort_unstable();
    promises.dedup();
    ensure!(
        promises.len() == 1,
        "the published packages promise different rust-versions: {}",
        promises.join(", ")
    );
    Ok(promises[0].to_owned())
}

fn ours(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    metadata.packages.iter().filter(|package| {
        metadata.workspace_members.contains(&package.id)
            && package.publish.as_ref().is_none_or(|to| !to.is_empty())
    })
}

/// All that is compiled for our packages; what only their tests need does not count.
fn needed(metadata: &Metadata) -> Vec<&Package> {
    let nodes: HashMap<&str, &Node> = metadata
        .resolve
        .nodes
        .iter()
        .map(|n| (n.id.as_str(), n))
        .collect();
    let mut waiting: Vec<&str> = ours(metadata).map(|package| package.id.as_str()).collect();
    let mut seen = HashSet::new();
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        let edges = nodes.get(id).map_or(&[][..], |node| &node.deps);
        for edge in edges {
            if edge
                .dep_kinds
                .iter()
                .any(|kind| kind.kind.as_deref() != Some("dev"))
            {
                waiting.push(&edge.pkg);
            }
        }
    }
    metadata
        .packages
        .iter()
        .filter(|package| seen.contains(package.id.as_str()))
        .collect()
}

/// 1.89 and 1.89.0 are the same.
fn numbers(version: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = version
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect();
    numbers.resize(3, 0);
    numbers
}

/// Nothing is fetched for it: a toolchain is a matter of the machine.
fn build_with(version: &str) -> Result<()> {
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
fn installed(version: &str) -> Option<String> {
    let listed = command("rustup", &["toolchain", "list"]).output().ok()?;
    let listed = String::from_utf8(listed.stdout).ok()?;
    let mut names = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let is_it = |name: &&str| {
        let rest = name.strip_prefix(version);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    };
    names.find(is_it).map(str::to_owned)
}
