//! `cargo xtask test`: every check the project has, one after the other, with
//! a table of the results at the end.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::command::{cargo, command, repository, run, succeeds};
use crate::{browsers, dist, formats, fuzz, lints, msrv, tools};

/// One of the checks, in the order they run: the quick ones first.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Rust code is formatted.
    Fmt,
    /// Words are spelt right.
    Spelling,
    /// Links between the documents lead somewhere.
    Links,
    /// The page is valid HTML.
    Html,
    /// No package asks for another one without using it.
    Unused,
    /// The oldest Rust that the manifest promises is enough.
    Msrv,
    /// Dependencies: licences, bans, sources, and known advisories.
    Deny,
    /// The page's JavaScript passes TypeScript's type check.
    Types,
    /// Unit tests of the page's JavaScript, in Node.js.
    Js,
    /// Clippy finds nothing in any target.
    Clippy,
    /// Rust's documents build without a warning.
    Doc,
    /// Unit, integration and doc tests of all crates.
    Rust,
    /// Models as files, read by the Python packages that people read them with.
    Formats,
    /// Short runs of the fuzz targets.
    Fuzz,
    /// The page in Chromium, Firefox and WebKitGTK, doing what a person does.
    Browser,
    /// The reference configurations, and a page that outlives its server
    /// behind nginx.
    Deploy,
    /// The packages of a release, unpacked and run; `cargo xtask dist --check` does the same with
    /// the program that is released.
    Dist,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Spelling => "spelling",
            Self::Links => "links",
            Self::Html => "html",
            Self::Unused => "unused",
            Self::Msrv => "msrv",
            Self::Deny => "deny",
            Self::Types => "types",
            Self::Js => "js",
            Self::Clippy => "clippy",
            Self::Doc => "doc",
            Self::Rust => "rust",
            Self::Formats => "formats",
            Self::Fuzz => "fuzz",
            Self::Browser => "browser",
            Self::Deploy => "deploy",
            Self::Dist => "dist",
        }
    }

    fn run(self, choice: &browsers::Choice) -> Result<()> {
        match self {
            Self::Fmt => run(cargo(&["fmt", "--all", "--check"])),
            Self::Spelling => lints::spelling(),
            Self::Links => lints::links(),
            Self::Html => lints::html(),
            Self::Unused => lints::unused_dependencies(),
            Self::Msrv => msrv::is_kept(),
            Self::Deny => deny(),
            Self::Types => types(),
            Self::Js => js(),
            Self::Clippy => clippy(),
            Self::Doc => {
                let mut doc = cargo(&["doc", "--workspace", "--no-deps"]);
                doc.env("RUSTDOCFLAGS", "--deny=warnings");
                run(doc)
            }
            Self::Rust => rust(),
            Self::Formats => formats::check(),
            Self::Fuzz => fuzz::step(),
            Self::Browser => browsers::test(choice),
            Self::Deploy => {
                tools::chromium()?;
                tools::nginx()?;
                tools::systemd_analyze()?;
                run(cargo(&[
                    "test",
                    "--workspace",
                    "--test=e2e",
                    "--",
                    "deploy::",
                    "proxy::",
                ]))
            }
            Self::Dist => dist::run(&dist::Args::for_test()),
        }
    }
}

/// Runs the steps in `only`, or all of them, each whatever became of the
/// others; fails if one failed.
pub(crate) fn run_steps(only: &[Step], choice: &browsers::Choice) -> ExitCode {
    let steps = Step::value_variants()
        .iter()
        .filter(|step| only.is_empty() || only.contains(step));
    let mut results = Vec::new();
    for &step in steps {
        println!("\n=== {} ===", step.name());
        let start = Instant::now();
        let result = step.run(choice);
        if let Err(error) = &result {
            println!("{} failed: {error:#}", step.name());
        }
        results.push((step, result.is_ok(), start.elapsed()));
    }
    report(&results)
}

/// Prints the table of results and the closing line.
fn report(results: &[(Step, bool, Duration)]) -> ExitCode {
    println!();
    for (step, passed, time) in results {
        let verdict = if *passed { "passed" } else { "FAILED" };
        println!("{:<8} {verdict} {:>7.1} s", step.name(), time.as_secs_f64());
    }
    let passed = results.iter().filter(|(_, passed, _)| *passed).count();
    let failed = results.len() - passed;
    println!("\nSteps: {passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The workspace, and each library as others get it: without the features that the rest of the
/// workspace asks for.
fn clippy() -> Result<()> {
    let deny = ["--", "--deny=warnings"];
    run(cargo(
        &[&["clippy", "--workspace", "--all-targets"], &deny[..]].concat(),
    ))?;
    for package in ["nnvisu-core", "nnvisu-protocol", "nnvisu-server"] {
        run(cargo(
            &[&["clippy", "--package", package, "--lib"], &deny[..]].concat(),
        ))?;
    }
    Ok(())
}

/// Every test that needs no other program, first those that may run beside each other.
fn rust() -> Result<()> {
    // These keep every processor busy, or look at the clock, which others would disturb.
    const ALONE: [&str; 3] = ["hostile::", "load::every_scenario", "slow_link::"];
    // These have steps of their own.
    const ELSEWHERE: [&str; 4] = ["browser::", "deploy::", "formats::", "proxy::"];
    let mut together = cargo(&["test", "--workspace", "--no-fail-fast", "--"]);
    for skipped in ALONE.into_iter().chain(ELSEWHERE) {
        together.arg(format!("--skip={skipped}"));
    }
    let mut alone = cargo(&[
        "test",
        "--workspace",
        "--test=e2e",
        "--",
        "--test-threads=1",
    ]);
    alone.args(ALONE);
    let outcome = run(together);
    run(alone)?;
    outcome
}

/// Licences, bans and sources always; advisories where their database can be
/// had, since it lives outside the package registry.
fn deny() -> Result<()> {
    let cargo_deny = tools::cargo_deny()?;
    let check = |args: &[&str]| {
        let mut deny = command(&cargo_deny, &["--workspace", "check"]);
        deny.args(args);
        deny
    };
    run(check(&["bans", "licenses", "sources"]))?;
    if succeeds(command(&cargo_deny, &["fetch", "db"])) {
        run(check(&["--disable-fetch", "advisories"]))
    } else {
        println!("Advisories were NOT checked: their database cannot be fetched from here.");
        Ok(())
    }
}

fn types() -> Result<()> {
    let tsc = tools::typescript()?;
    let mut check = command("node", &[tsc]);
    check.args(["--noEmit", "--project", "web/jsconfig.json"]);
    run(check)
}

fn js() -> Result<()> {
    tools::node()?;
    let tests = files_ending(&repository().join("tests/js"), ".test.js")?;
    ensure!(!tests.is_empty(), "tests/js holds no *.test.js file");
    let mut node = command("node", &["--test"]);
    node.env("NNVISU_DOM", tools::happy_dom()?);
    node.args(tests);
    run(node)
}

/// The files under `directory`, at any depth, whose names end in `ending`.
fn files_ending(directory: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(directory)
        .with_context(|| format!("reading the directory {}", directory.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_ending(&path, ending)?);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
