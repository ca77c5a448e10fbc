//! The shape of the crate: what may use what.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// All source files below `dir` but those that hold only tests.
fn source_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if stem == "tests" || stem.ends_with("_tests") {
            continue;
        }
        if path.is_dir() {
            files.extend(source_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The program in a file: no comments, and nothing from its unit tests on.
fn program(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = text.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// The words right after each `prefix`; of a list in braces, the first word of each item.
fn words_after(text: &str, prefix: &str) -> BTreeSet<String> {
    let first_word = |text: &str| -> String {
        let text = text.trim_start();
        let is_in_word = |c: char| c.is_alphanumeric() || c == '_';
        text.chars().take_while(|&c| is_in_word(c)).collect()
    };
    let mut words = BTreeSet::new();
    for rest in text.split(prefix).skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            words.insert(first_word(rest));
            continue;
        };
        let mut depth = 0;
        let mut item = String::new();
        for c in list.chars() {
            match c {
                '}' if depth == 0 => break,
                ',' if depth == 0 => {
                    words.insert(first_word(&item));
                    item.clear();
                    continue;
                }
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            item.push(c);
        }
        words.insert(first_word(&item));
    }
    words.remove("");
    words
}

/// The top-level module that a file belongs to.
fn module_of(file: &Path) -> String {
    let first = file.strip_prefix(SOURCE).unwrap().components().next();
    let name = Path::new(first.unwrap().as_os_str()).file_stem().unwrap();
    name.to_string_lossy().into_owned()
}

/// Which top-level modules each of them uses.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let mut uses: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for file in source_files(Path::new(SOURCE)) {
        let module = module_of(&file);
        if module != "lib" {
            let used = words_after(&program(&file), "crate::");
            uses.entry(module).or_default().extend(used);
        }
    }
    for (module, used) in &mut uses {
        used.remove(module);
    }
    uses
}

#[test]
fn no_module_depends_on_one_that_depends_on_it() {
    let mut uses = uses();
    assert!(uses["session"].contains("engine"), "{uses:?}");
    let names: BTreeSet<_> = uses.keys().cloned().collect();
    for (module, used) in &uses {
        let unknown: Vec<_> = used.difference(&names).collect();
        assert!(
            unknown.is_empty(),
            "{module} uses {unknown:?} by another path than its module"
        );
    }
    // Take away what depends on nothing that is left, again and again.
    loop {
        let n_before = uses.len();
        let left: BTreeSet<_> = uses.keys().cloned().collect();
        uses.retain(|_, used| !used.is_disjoint(&left));
        if uses.len() == n_before {
            break;
        }
    }
    assert!(
        uses.is_empty(),
        "these modules depend on each other: {uses:?}"
    );
}

/// The engine has to run where there is no operating system, in a browser.
#[test]
fn the_engine_knows_no_thread_socket_or_clock() {
    for file in source_files(&Path::new(SOURCE).join("engine")) {
        let program = program(&file);
        for forbidden in [
            "thread",
            "Instant",
            "SystemTime",
            "tokio",
            "actix",
            "std::net",
            "std::fs",
            "std::env",
            "std::process",
            "getrandom",
            "parking_lot",
            "crossbeam",
            "tracing",
            "crate::session",
        ] {
            assert!(
                !program.contains(forbidden),
                "{}: {forbidden}",
                file.display()
            );
        }
    }
}

#[test]
fn only_the_dialects_know_versions() {
    let dialects = Path::new(SOURCE).join("engine/dialect");
    for file in source_files(Path::new(SOURCE)) {
        let program = program(&file);
        let version = ["ProtocolVersion", "SUBPROTOCOL_V", "V1", "V2"]
            .into_iter()
            .find(|word| program.contains(word));
        // RFC and TLS versions have other names.
        assert!(
            version.is_none() || file.starts_with(&dialects),
            "{}: {version:?}",
            file.display()
        );
    }
}

#[test]
fn words_are_found() {
    let text = "use crate::{a::{x, y}, b, c::Z};\ncrate::d::f(); pub(crate) fn g() {}";
    let words = words_after(text, "crate::");
    assert!(words.iter().eq(["a", "b", "c", "d"]), "{words:?}");
}
