//! Conventions of the sources that a tool checks: spelling, links, HTML, dependencies.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::command::{command, output, repository, run, run_with_files};
use crate::tools;

/// Messages of the HTML checker that are accepted, as regular expressions for the whole message.
const ACCEPTED_HTML: [&str; 2] = [
    // Firefox keeps checkboxes through a reload unless it is told not to; it listens to this.
    "Attribute .autocomplete. is only allowed when the input type is .*",
    // Style sheets and scripts obey it on drawings, too.
    "Attribute .hidden. not allowed on element .svg. at this point\\.",
];

/// No word is misspelt, by typos' list of such words. `_typos.toml` says what is right all the
/// same.
pub(crate) fn spelling() -> Result<()> {
    run(command(tools::typos()?, &["--format=brief"]))
        .context("a word is misspelt; if it is not, add it to _typos.toml")
}

/// Links in our Markdown documents lead to files and headings that are there. Addresses of other
/// sites are not visited: they change without us.
pub(crate) fn links() -> Result<()> {
    let modules = tools::remark()?;
    let plugin = |name: &str| modules.join(name).join("index.js").display().to_string();
    let mut check = command("node", &[modules.join("remark-cli/cli.js")]);
    check.args(["--quiet", "--frail", "--no-stdout", "--no-config"]);
    check.args(["--use", &plugin("remark-gfm")]);
    let links = plugin("remark-validate-links");
    check.args(["--use", &format!("{links}=repository:false")]);
    run_with_files(check, &files(|path| has_extension(path, &["md"]))?)
}

/// The page is valid HTML, and its drawings valid SVG, by the checker of those who write the
/// standards. Its CSS checker knows less than browsers do, and is not asked.
pub(crate) fn html() -> Result<()> {
    let checker = tools::html_checker()?;
    let is_page = |path: &Path| path.starts_with("web") && has_extension(path, &["html", "svg"]);
    let mut check = command("java", &["-jar"]);
    check.arg(checker);
    check.args(["--also-check-svg", "--errors-only", "--filterpattern"]);
    check.arg(ACCEPTED_HTML.join("|"));
    run_with_files(check, &files(is_page)?)
}

/// Every dependency is named in the sources of the package that asks for it.
pub(crate) fn unused_dependencies() -> Result<()> {
    run(command(tools::cargo_machete()?, &["--skip-target-dir"]))
}

/// The files of the repository, committed or about to be, that are `wanted`, by their paths from
/// its top.
fn files(wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let listed = output(command("git", &list))?;
    let mut files: Vec<_> = listed.lines().map(PathBuf::from).collect();
    // What is deleted but not committed yet is listed, too.
    files.retain(|path| wanted(path) && repository().join(path).is_file());
    ensure!(!files.is_empty(), "there are no files to check");
    Ok(files)
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().unwrap_or_default();
    extensions.iter().any(|known| extension == *known)
}
