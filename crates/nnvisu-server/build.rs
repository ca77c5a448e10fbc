//! Rebuilds the crate when a file of the page is added, removed or changed.
//!
//! `include_dir!` alone notices changes of the files it already knows, not new ones.

fn main() {
    println!("cargo:rerun-if-changed=../../web");
}
