//! The user guide explains every control of the page.

use std::path::Path;

/// A text of the repository.
fn text(path: &str) -> String {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests are a directory of the repository");
    std::fs::read_to_string(repository.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of the page's controls: the words of the keys that begin with `label.`, and those of
/// the tools.
fn labels(words: &str) -> Vec<&str> {
    let tools = ["undo", "redo", "clear", "eraser"].map(|tool| format!("\"command.{tool}\": \""));
    words
        .lines()
        .filter_map(|line| {
            let line = line.trim();
            let is_tool = tools.iter().any(|tool| line.starts_with(tool));
            if !is_tool && !line.starts_with("\"label.") {
                return None;
            }
            let (_, text) = line.split_once(": \"")?;
            text.strip_suffix("\",")
        })
        .collect()
}

#[test]
fn every_control_of_the_page_is_in_the_guide() {
    let words = text("web/js/words/en.js");
    let guide = text(".github/guide/README.md");
    let labels = labels(&words);
    assert!(labels.len() > 25, "the page's labels are found: {labels:?}");
    let missing: Vec<_> = labels
        .iter()
        .filter(|label| !guide.contains(&format!("**{label}**")))
        .collect();
    assert!(missing.is_empty(), "not explained: {missing:?}");
}
