//! The crates, as they would be published: complete, and able to build without the repository.

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, run, target_directory};
use crate::dist::dependencies::Dependency;
use crate::dist::program::cargo_home;
use crate::dist::release::files_in;

/// Packs the crates of this repository. With `verify` each is also compiled from its package alone,
/// which takes as long as compiling everything anew.
pub(in crate::dist) fn check(dependencies: &[Dependency], verify: bool) -> Result<()> {
    for found in dependencies.iter().filter(|found| found.is_ours()) {
        let mut wanted = vec!["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];
        if found.name == "nnvisu-server" {
            wanted.extend(["web/index.html", "web/js/main.js", "web/css/base.css"]);
        }
        let mut list = cargo(&["package", "--list", "--allow-dirty", "--package"]);
        let output = list.arg(&found.name).output();
        let output = output.context("could not start `cargo package`")?;
        let list = String::from_utf8_lossy(&output.stdout);
        for name in wanted {
            ensure!(
                list.lines().any(|line| line == name),
                "the package {} lacks {name}; {}",
                found.name,
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
    }
    let mut publish = cargo(&["publish", "--workspace", "--dry-run", "--quiet"]);
    publish.arg("--allow-dirty");
    if verify {
        forget_earlier(dependencies)?;
    } else {
        publish.arg("--no-verify");
    }
    run(publish)?;
    println!("The crates: as they should be.");
    Ok(())
}

/// Removes what Cargo has kept of earlier packages. It takes a package of the same version for the
/// same one, and would build the later crates on the earlier ones as they were then.
fn forget_earlier(dependencies: &[Dependency]) -> Result<()> {
    let mut outdated = vec![target_directory().join("package")];
    let unpacked = cargo_home()?.join("registry/src");
    for source in files_in(&unpacked).unwrap_or_default() {
        // The name begins with the host, and what has been packed here comes from none.
        let name = source.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('-') {
            let ours = dependencies.iter().filter(|found| found.is_ours());
            outdated
                .extend(ours.map(|found| source.join(format!("{}-{}", found.name, found.version))));
        }
    }
    for directory in outdated.iter().filter(|directory| directory.exists()) {
        std::fs::remove_dir_all(directory)
            .with_context(|| format!("clearing {}", directory.display()))?;
    }
    Ok(())
}
