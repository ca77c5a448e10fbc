//! The software bill of materials: what the program is made of, for programs that look for known
//! defects, in the JSON of `CycloneDX` (<https://cyclonedx.org/docs/1.5/json/>).

use anyhow::Result;
use serde_json::{Value, json};

use super::dependencies::Dependency;
use super::release::Release;
use super::{checksums, clock};

/// The bill for a release.
pub(super) fn bill(release: &Release) -> Result<Value> {
    let dependencies = &release.dependencies;
    let mut components: Vec<_> = dependencies
        .iter()
        .filter(|found| !is_program(found))
        .map(component)
        .collect();
    for (name, version, licence) in release.target.runtime()? {
        components.push(json!({
            "type": "library",
            "bom-ref": format!("{name}@{version}"),
            "name": name,
            "version": version,
            "licenses": [{ "expression": licence }],
        }));
    }
    let edges: Vec<_> = dependencies
        .iter()
        .map(|found| {
            let on = found.dependencies.iter();
            let on: Vec<_> = on.map(|&index| purl(&dependencies[index])).collect();
            json!({ "ref": purl(found), "dependsOn": on })
        })
        .collect();
    let program = dependencies.iter().find(|found| is_program(found));
    let mut program = component(program.expect("the program depends on itself"));
    program["type"] = json!("application");
    program["name"] = json!("nnvisu");
    program["hashes"] =
        json!([{ "alg": "SHA-256", "content": checksums::sha256(&release.program) }]);
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": clock::iso(release.time)?,
            "tools": { "components": [{ "type": "application", "name": "cargo xtask dist" }] },
            "component": program,
        },
        "components": components,
        "dependencies": edges,
    }))
}

fn is_program(dependency: &Dependency) -> bool {
    dependency.name == "nnvisu-cli"
}

fn component(dependency: &Dependency) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(dependency),
        "name": dependency.name,
        "version": dependency.version,
        "licenses": [{ "expression": dependency.license }],
        "purl": purl(dependency),
    });
    if let Some(checksum) = &dependency.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(description) = &dependency.description {
        component["description"] = json!(description.trim());
    }
    if let Some(url) = &dependency.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": url }]);
    }
    component
}

/// The name of a crate among all packages of all kinds
/// (<https://github.com/package-url/purl-spec>).
fn purl(dependency: &Dependency) -> String {
    // What semantic versioning allows beyond letters, digits and dots.
    let version = dependency.version.replace('+', "%2B");
    format!("pkg:cargo/{}@{version}", dependency.name)
}
