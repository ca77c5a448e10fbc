//! The page is valid HTML, and its drawings valid SVG, by the checker of those who write the
//! standards. Its CSS checker knows less than browsers do, and is not asked.

use anyhow::{Result, ensure};

use crate::command::{command, run};
use crate::tools;

/// What is wrong by the letter only, as regular expressions for the whole message.
const ACCEPTED: [&str; 2] = [
    // Firefox keeps checkboxes through a reload unless it is told not to; it listens to this.
    "Attribute .autocomplete. is only allowed when the input type is .*",
    // Style sheets and scripts obey it on drawings, too.
    "Attribute .hidden. not allowed on element .svg. at this point\\.",
];

pub(crate) fn is_valid() -> Result<()> {
    let checker = tools::html_checker()?;
    let files = super::files()?;
    let pages: Vec<_> = files
        .iter()
        .filter(|path| path.starts_with("web"))
        .filter(|path| {
            let extension = path.extension().unwrap_or_default();
            extension == "html" || extension == "svg"
        })
        .collect();
    ensure!(!pages.is_empty(), "there is no page in web");
    let mut check = command("java", &["-jar"]);
    check.arg(checker);
    check.args(["--also-check-svg", "--errors-only", "--filterpattern"]);
    check.arg(ACCEPTED.join("|"));
    check.args(pages);
    run(check)
}
