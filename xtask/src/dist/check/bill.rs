//! The software bill of materials: what `CycloneDX` demands, and nothing left out.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::dist::checksums::sha256;
use crate::dist::release::Release;

pub(super) fn check(release: &Release, file: &Path) -> Result<()> {
    let bill: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    ensure!(bill["bomFormat"] == "CycloneDX" && bill["specVersion"] == "1.5");
    let program = &bill["metadata"]["component"];
    ensure!(program["version"] == release.version.as_str());
    ensure!(
        program["hashes"][0]["content"] == sha256(&release.program),
        "it is about another program"
    );
    let components = bill["components"].as_array().context("no components")?;
    let references: HashSet<_> = components
        .iter()
        .chain([program])
        .filter_map(|component| component["bom-ref"].as_str())
        .collect();
    ensure!(
        references.len() == components.len() + 1,
        "two components have one reference"
    );
    for found in &release.dependencies {
        let reference = format!("pkg:cargo/{}@{}", found.name, found.version);
        ensure!(
            references.contains(reference.replace('+', "%2B").as_str()),
            "it lacks {reference}"
        );
    }
    for edge in bill["dependencies"].as_array().context("no dependencies")? {
        let ends = edge["dependsOn"].as_array().into_iter().flatten();
        for end in ends.chain([&edge["ref"]]) {
            let end = end.as_str().context("a reference is a string")?;
            ensure!(references.contains(end), "{end} is no component");
        }
    }
    Ok(())
}
