//! The licence texts of everything that is compiled into the program, as one document.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::dependencies::Dependency;
use super::target::{C_LIBRARY, Target};
use crate::command::repository;

const RULE: &str =
    "================================================================================\n";

/// Where systems keep the licence of their C library.
const C_LIBRARY_LICENCES: [&str; 3] = [
    "/usr/share/common-licenses/LGPL-2.1",
    "/usr/share/licenses/glibc/COPYING.LIB",
    "/usr/share/licenses/spdx/LGPL-2.1-or-later.txt",
];

/// What its licence wants to be said where the GNU C Library is linked in.
const C_LIBRARY_SOURCE: &str = "    \
    Copyright (C) Free Software Foundation, Inc. and others. Its source is that of the version\n    \
    above, at https://sourceware.org/glibc/ and with the system that it comes from. To use a\n    \
    changed one, build nnvisu anew: `cargo xtask dist` links the C library of the machine.\n";

/// A licence text, and who uses it. Texts that differ in white space alone are the same.
#[derive(Default)]
struct Texts(BTreeMap<String, (String, Vec<String>)>);

impl Texts {
    fn add(&mut self, text: &str, user: &str) {
        let words: Vec<_> = text.split_whitespace().collect();
        let entry = self.0.entry(words.join(" "));
        let (_, users) = entry.or_insert_with(|| (text.trim().to_owned(), Vec::new()));
        if !users.iter().any(|known| known == user) {
            users.push(user.to_owned());
        }
    }
}

/// The document for a program made of `dependencies`.
pub(super) fn document(dependencies: &[Dependency], target: &Target) -> Result<String> {
    let mut texts = Texts::default();
    let mut list = String::new();
    for dependency in dependencies.iter().filter(|found| !found.is_ours()) {
        let name = format!("{} {}", dependency.name, dependency.version);
        writeln!(list, "{name}: {}", dependency.license)?;
        for text in texts_of(dependency)? {
            texts.add(&text, &name);
        }
    }
    for (name, version, licence) in target.runtime()? {
        writeln!(list, "{name}, {version}: {licence}")?;
        if name == C_LIBRARY {
            list += C_LIBRARY_SOURCE;
            texts.add(&c_library_licence()?, name);
        } else {
            texts.add(&mit(&["The Rust Project Contributors".to_owned()])?, name);
            texts.add(&our_text("LICENSE-APACHE")?, name);
        }
    }

    let mut document = format!(
        "nnvisu itself is licensed under MIT or Apache-2.0, at your option. The program contains\n\
         the following software, each under its own licence. The texts come after the list.\n\n{list}"
    );
    for (text, users) in texts.0.values() {
        write!(
            document,
            "\n{RULE}Used by: {}\n{RULE}\n{text}\n",
            users.join(", ")
        )?;
    }
    Ok(document)
}

/// The licence texts that a crate ships, or those of the licences it names.
fn texts_of(dependency: &Dependency) -> Result<Vec<String>> {
    let mut texts = shipped_texts(&dependency.directory)?;
    if !texts.is_empty() {
        return Ok(texts);
    }
    for licence in dependency
        .license
        .split(&[' ', '(', ')'])
        .filter(|word| !["", "OR", "AND", "WITH"].contains(word))
    {
        match licence {
            "MIT" => texts.push(mit(&dependency.authors)?),
            "Apache-2.0" => texts.push(our_text("LICENSE-APACHE")?),
            // One of several is enough.
            _ => {}
        }
    }
    if texts.is_empty() {
        bail!(
            "{} {} ships no licence text, and there is none here for `{}`",
            dependency.name,
            dependency.version,
            dependency.license
        );
    }
    Ok(texts)
}

/// What looks like a licence or a notice in the directory of a crate.
fn shipped_texts(directory: &Path) -> Result<Vec<String>> {
    let openings = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];
    let entries = std::fs::read_dir(directory)
        .with_context(|| format!("reading the directory {}", directory.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_uppercase();
        if path.is_file() && openings.iter().any(|opening| name.starts_with(opening)) {
            paths.push(path);
        }
    }
    paths.sort();
    paths
        .iter()
        .map(|path| {
            std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
        })
        .collect()
}

/// The text of one of our own licences.
fn our_text(name: &str) -> Result<String> {
    let path = repository().join(name);
    std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
}

/// The MIT licence of another author: our text with another line of copyright.
fn mit(authors: &[String]) -> Result<String> {
    Ok(our_text("LICENSE-MIT")?
        .lines()
        .map(|line| {
            if line.starts_with("Copyright") {
                format!("Copyright (c) {}\n", authors.join(", "))
            } else {
                format!("{line}\n")
            }
        })
        .collect())
}

/// The licence of the C library that is linked in.
fn c_library_licence() -> Result<String> {
    C_LIBRARY_LICENCES
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok())
        .with_context(|| {
            format!(
                "the program contains the GNU C Library, so its licence has to come along, but \
                 there is none at {}. Take another target with --target",
                C_LIBRARY_LICENCES.join(" or ")
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_given_once() {
        let mut texts = Texts::default();
        texts.add("Do  what\nyou like.", "a 1");
        texts.add("Do what you like.\n", "b 2");
        texts.add("Do nothing.", "b 2");
        let users: Vec<_> = texts.0.values().map(|(_, users)| users.join("+")).collect();
        assert_eq!(users, ["b 2", "a 1+b 2"]);
    }

    #[test]
    fn the_mit_licence_names_its_author() {
        let text = mit(&["Ann".to_owned(), "Bob".to_owned()]).unwrap();
        assert!(text.contains("Copyright (c) Ann, Bob\n"), "{text}");
        assert!(text.contains("Permission is hereby granted"));
        assert!(!text.contains("nnvisu"), "{text}");
    }

    #[test]
    fn every_crate_of_the_program_has_a_text() {
        let dependencies = super::super::dependencies::of_program(&Target::host().unwrap().triple);
        let dependencies = dependencies.unwrap();
        assert!(dependencies.iter().any(|found| found.name == "actix-web"));
        for dependency in &dependencies {
            let texts = texts_of(dependency).unwrap();
            assert!(!texts.is_empty(), "{}", dependency.name);
        }
    }
}
