//! Rules that the sources keep and no compiler knows.

use std::path::{Path, PathBuf};

/// The repository's own files with one of the endings, outside of what tools
/// have made.
fn sources(endings: &[&str]) -> Vec<(PathBuf, String)> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests are a directory of the repository");
    let listed = std::process::Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(repository)
        .output()
        .expect("git lists the repository's files");
    String::from_utf8(listed.stdout)
        .expect("UTF-8")
        .lines()
        .filter(|path| endings.iter().any(|ending| path.ends_with(ending)))
        .filter_map(|path| {
            // One that is deleted but not committed yet is listed too.
            let text = std::fs::read_to_string(repository.join(path)).ok()?;
            Some((PathBuf::from(path), text))
        })
        .collect()
}

#[test]
fn every_source_file_begins_by_saying_its_subject() {
    let mut silent = Vec::new();
    for (ending, openings) in [
        (".rs", &["//! "][..]),
        (".js", &["// ", "/**"]),
        (".css", &["/* "]),
    ] {
        let files = sources(&[ending]);
        assert!(!files.is_empty(), "there are {ending} files");
        for (path, text) in files {
            if !openings.iter().any(|opening| text.starts_with(opening)) {
                silent.push(path);
            }
        }
    }
    assert!(silent.is_empty(), "without a head comment: {silent:?}");
}

#[test]
fn nothing_unfinished_is_left() {
    // Spelled in two halves, so as not to find this list.
    let marks = [
        ["TO", "DO"],
        ["FIX", "ME"],
        ["XX", "X"],
        ["#[ig", "nore"],
        ["console.", "log("],
        ["debug", "ger;"],
    ]
    .map(|halves| halves.concat());
    let found: Vec<_> = sources(&[".rs", ".js", ".css", ".html", ".toml", ".py"])
        .into_iter()
        .filter(|(_, text)| marks.iter().any(|mark| text.contains(mark)))
        .map(|(path, _)| path)
        .collect();
    assert!(
        found.is_empty(),
        "with a mark of unfinished work: {found:?}"
    );
}
