//! The user guide explains every control of the page.

use std::path::Path;

/// A text of the repository.
fn text(path: &str) -> String {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests are a directory of the repository");
    std::fs::read_to_string(repository.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The words that stand in the page directly after a tag that contains `mark`,
/// or after the icon or field that follows such a tag.
fn labels<'a>(page: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    page.split('<').enumerate().filter_map(move |(i, tag)| {
        let (attributes, mut words) = tag.split_once('>')?;
        if !attributes.contains(mark) {
            return None;
        }
        let mut following = page.split('<').skip(i + 1);
        while words.trim().is_empty() {
            words = following.next()?.split_once('>')?.1;
        }
        Some(words.trim())
    })
}

#[test]
fn every_control_of_the_page_is_in_the_guide() {
    let page = text("web/index.html");
    let guide = text(".github/guide/README.md");
    let mut n_labels = 0;
    let mut missing = Vec::new();
    for mark in [
        "class=\"term\"",
        "class=\"tool\"",
        "class=\"data-set\"",
        "class=\"check\"",
    ] {
        for label in labels(&page, mark) {
            n_labels += 1;
            let name = label.replace("&amp;", "&");
            if !guide.contains(&format!("**{name}**")) {
                missing.push(name);
            }
        }
    }
    assert!(n_labels > 20, "the page's labels are found: {n_labels}");
    assert!(missing.is_empty(), "not explained: {missing:?}");
}
