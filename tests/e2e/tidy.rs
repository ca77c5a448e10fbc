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

/// What other people keep in a repository in words.
const TEXTS: [&str; 13] = [
    ".rs", ".js", ".ts", ".css", ".html", ".toml", ".py", ".md", ".yaml", ".yml", ".conf", ".json",
    ".sh",
];

/// Tools come and go; what they leave in a repository is nobody's to read. Nor does it matter
/// which mirror a package came from.
#[test]
fn there_is_no_trace_of_the_tools_it_was_made_with() {
    let names = [
        ["Clau", "de"],
        ["Anth", "ropic"],
        ["Chat", "GPT"],
        ["Open", "AI"],
        ["Copi", "lot"],
        ["Co-authored", "-by:"],
        ["Generated ", "with ["],
        ["index.", "crates.io"],
        ["static.", "crates.io"],
        ["registry.", "npmjs"],
        ["pypi.", "org/simple"],
        ["python", "hosted.org"],
    ]
    .map(|halves| halves.concat().to_lowercase());
    let has_name = |text: &str| {
        let text = text.to_lowercase();
        names.iter().any(|name| text.contains(name))
    };
    let found: Vec<_> = sources(&TEXTS)
        .into_iter()
        .filter(|(path, text)| has_name(text) || has_name(&path.to_string_lossy()))
        .map(|(path, _)| path)
        .collect();
    assert!(found.is_empty(), "with the name of a tool: {found:?}");
    let files = ["AGENTS", ".cursor", ".aider", ".windsurf", ".clinerules"];
    let found: Vec<_> = sources(&[""])
        .into_iter()
        .filter(|(path, _)| {
            files
                .iter()
                .any(|file| path.to_string_lossy().starts_with(file))
        })
        .map(|(path, _)| path)
        .collect();
    assert!(found.is_empty(), "for a tool: {found:?}");
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

/// `wire.d.ts` is made from the types, and tested to be fresh; so whoever changes those types
/// comes by here.
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
