//! Prepares the page as the server hands it out (bundle.rs), and rebuilds the crate when a file of
//! the page is added, removed or changed.

#![expect(
    clippy::print_stdout,
    reason = "that is how a build script speaks to Cargo"
)]

mod bundle;
mod modules;

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() {
    let source = source_directory();
    println!("cargo:rerun-if-changed={}", source.display());
    let mut files = BTreeMap::new();
    read_files(&source, "", &mut files).expect("the page can be read");
    let bundle = bundle::bundle(&files).unwrap_or_else(|error| panic!("the page: {error}"));

    let target = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it")).join("page");
    if target.exists() {
        fs::remove_dir_all(&target).expect("the directory is ours");
    }
    for (path, contents) in &bundle.files {
        let path = target.join(path);
        fs::create_dir_all(path.parent().expect("it is below the directory"))
            .and_then(|()| fs::write(&path, contents))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    println!("cargo:rustc-env=NNVISU_PAGE={}", target.display());
    println!("cargo:rustc-env=NNVISU_PAGE_HASH={}", bundle.hash);
}

/// `web` is a link to the repository's page, and a directory in the published package. Git leaves
/// a text file in the link's place where the file system has no links.
fn source_directory() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it");
    ["web", "../../web"]
        .map(|page| Path::new(&package).join(page))
        .into_iter()
        .find(|page| page.join("index.html").is_file())
        .expect("the page is in the package, or where the repository has it")
}

/// Reads all files below `directory` under their paths with slashes.
fn read_files(
    directory: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_files(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(())
}
