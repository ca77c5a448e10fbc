//! Our programs, built once per test run and found where Cargo puts them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The path of the `nnvisu` program built from the present sources.
pub fn nnvisu() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built("nnvisu"))
}

/// The path of the developer commands' program, built from the present sources.
pub fn xtask() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built("xtask"))
}

fn built(name: &str) -> PathBuf {
    build(&["--bin", name]);
    build_directory().join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The path of an example of one of the crates, built from the present sources.
pub fn example(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| build(&["--examples"]));
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    build_directory().join("examples").join(file)
}

/// Cargo offers a test the programs of its own package only, so this asks it
/// to build one; usually that finds everything done.
fn build(what: &[&str]) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        // The whole workspace, so that shared dependencies have the features
        // that `cargo test --workspace` has already built.
        .args(["build", "--quiet", "--workspace"])
        .args(what)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{what:?} does not compile:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Where Cargo puts the programs of this profile: the directory above the one
/// this test binary runs from.
fn build_directory() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this program is known");
    test.ancestors()
        .skip(1)
        .find(|directory| !directory.ends_with("deps"))
        .expect("a program lies in a directory")
        .to_path_buf()
}
