//! Says where the page is, and rebuilds the crate when a file of it is added, removed or changed.
//!
//! `include_dir!` alone notices changes of the files it already knows, not new ones.

use std::path::Path;

fn main() {
    // `web` is a link to the repository's page, and a directory in the published package. Git
    // leaves a text file in the link's place where the file system has no links.
    let package = std::env::var("CARGO_MANIFEST_DIR").expect("Cargo sets it");
    let package = Path::new(&package);
    let page = ["web", "../../web"]
        .map(|page| package.join(page))
        .into_iter()
        .find(|page| page.join("index.html").is_file())
        .expect("the page is in the package, or where the repository has it");
    println!("cargo:rerun-if-changed={}", page.display());
    println!("cargo:rustc-env=NNVISU_PAGE={}", page.display());
}
