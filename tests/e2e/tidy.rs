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
        (".py", &["\"\"\"", "# ", "#!"]),
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
        // One that says why is run by a step of its own.
        ["#[ig", "nore]"],
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

/// A package comes from wherever the reader's own tools are set up to fetch it.
#[test]
fn no_package_registry_is_named() {
    // Spelled in two halves, so as not to find this list.
    let hosts = [
        ["index.", "crates.io"],
        ["static.", "crates.io"],
        ["registry.", "npmjs"],
        ["pypi.", "org/simple"],
        ["python", "hosted.org"],
    ]
    .map(|halves| halves.concat());
    let found: Vec<_> = sources(&[""])
        .into_iter()
        .filter(|(_, text)| hosts.iter().any(|host| text.contains(host)))
        .map(|(path, _)| path)
        .collect();
    assert!(found.is_empty(), "with the host of a registry: {found:?}");
}

#[test]
fn the_changelog_knows_the_current_version() {
    let changelog = source("CHANGELOG.md");
    let heading = format!("## {}", env!("CARGO_PKG_VERSION"));
    assert!(
        changelog
            .lines()
            .any(|line| line == heading || line.starts_with(&format!("{heading} "))),
        "CHANGELOG.md has no section “{heading}”: say there what is new in it"
    );
}

/// `wire.d.ts` is generated from the types, and tested to be current, so a change of the types
/// fails here until their document follows.
#[test]
fn the_wire_types_and_their_document_change_together() {
    let types = source("web/types/wire.d.ts");
    let code = types.lines().map(str::trim).filter(|line| {
        let comment = ["/*", "*", "//"];
        !line.is_empty() && !comment.iter().any(|begin| line.starts_with(begin))
    });
    // FNV-1a: it is the same everywhere and for ever.
    let hash = code
        .flat_map(str::bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let mark = format!("<!-- Describes the wire types {hash:016x}. -->");
    assert!(
        source("crates/nnvisu-protocol/PROTOCOL.md").contains(&mark),
        "the types of the messages have changed (web/types/wire.d.ts). When PROTOCOL.md says so, \
         too, let it end with: {mark}"
    );
}

/// One file of the repository.
fn source(path: &str) -> String {
    let mut found = sources(&[path]);
    found.retain(|(found, _)| found == Path::new(path));
    let (_, text) = found.pop().unwrap_or_else(|| panic!("there is no {path}"));
    text
}
