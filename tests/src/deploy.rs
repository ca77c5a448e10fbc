//! The reference configurations that come with the server.

use std::path::{Path, PathBuf};

/// The top directory of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests are a directory of the repository")
}

/// Where a reference configuration lies.
pub fn path(name: &str) -> PathBuf {
    repository().join("crates/nnvisu-server/deploy").join(name)
}

/// The text of a reference configuration.
pub fn text(name: &str) -> String {
    let path = path(name);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

/// The text with each of `changes` made: what is replaced has to be there,
/// so that a test cannot miss that the configuration has changed.
pub fn adapted(text: &str, changes: &[(&str, String)]) -> String {
    changes
        .iter()
        .fold(text.to_owned(), |text, (original, replacement)| {
            assert!(
                text.contains(original),
                "no {original:?} to adapt in:\n{text}"
            );
            text.replace(original, replacement)
        })
}

/// What the systemd unit tells `nnvisu serve`, except for where to listen.
pub fn unit_arguments() -> Vec<String> {
    let unit = text("nnvisu@.service").replace("\\\n", " ");
    let value = |setting: &str| {
        unit.lines()
            .find_map(|line| line.strip_prefix(setting))
            .unwrap_or_else(|| panic!("no {setting} in the unit"))
    };
    let host = value("Environment=NNVISU_HOST=")
        .strip_suffix(" NNVISU_ARGS=")
        .expect("no further arguments by default");
    let words: Vec<_> = value("ExecStart=/usr/local/bin/nnvisu ")
        .split_whitespace()
        .filter(|&word| word != "$NNVISU_ARGS")
        .map(|word| if word == "${NNVISU_HOST}" { host } else { word })
        .collect();
    let arguments = serve_arguments(&words);
    arguments.into_iter().map(str::to_owned).collect()
}

/// The words of a command line without quotes, from `serve` on: what a
/// reference configuration adds to it, leaving out where to listen, which
/// tests choose themselves.
///
/// # Panics
///
/// If the words are no call of `nnvisu serve`.
pub fn serve_arguments<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let ["serve", rest @ ..] = words else {
        panic!("{words:?} does not call `nnvisu serve`");
    };
    let mut arguments = Vec::new();
    let mut rest = rest.iter();
    while let Some(&word) = rest.next() {
        match word {
            "--host" | "--port" => {
                rest.next()
                    .unwrap_or_else(|| panic!("{word} has a value in {words:?}"));
            }
            _ => arguments.push(word),
        }
    }
    arguments
}
