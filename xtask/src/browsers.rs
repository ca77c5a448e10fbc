//! The browser tests: which of them run in which browser, and what a browser cannot do.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::command::{cargo, output, run};
use crate::tools;

/// A browser that the page is tested in.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Browser {
    /// Chromium.
    Chromium,
    /// Firefox ESR.
    Firefox,
    /// The browser that comes with WebKitGTK's driver.
    Webkit,
}

/// In which browsers all tests run, and not only those of what people do every day.
#[derive(clap::Args)]
pub(crate) struct Choice {
    /// Run all browser tests in this browser, and none in others (may be given several times).
    #[arg(long, value_name = "BROWSER")]
    browser: Vec<Browser>,
    /// Run all browser tests in every browser: without this, all in Chromium and the most
    /// important ones in the others.
    #[arg(long, conflicts_with = "browser")]
    all_browsers: bool,
}

/// What people do every day, which is tested in every browser.
const CORE: [&str; 13] = [
    "drawing::a_click_adds_a_point_of_the_chosen_class_where_it_is",
    "drawing::dragging_draws_a_line_of_points_that_is_undone_as_one",
    "drawing::clearing_can_be_undone",
    "drawing::a_data_set_can_be_undone",
    "drawing::the_keyboard_draws_and_erases",
    "files::points_can_be_pasted",
    "files::points_come_and_go_as_csv",
    "history::the_slider_shows_earlier_maps_with_their_own_numbers",
    "restoring::after_a_reload_everything_is_back_and_training_continues",
    "settings::an_impossible_architecture_is_explained_and_changes_nothing",
    "training::pausing_adding_a_point_and_resuming_keeps_the_network",
    "training::resetting_shows_an_untrained_network",
    "training::xor_by_four_clicks_is_learned_and_painted",
];

/// Tests that a browser or its driver cannot run, and why.
const IMPOSSIBLE: [(Browser, &str, &str); 9] = [
    (
        Browser::Firefox,
        "accessibility::no_state_of_the_page_breaks_a_rule_of_axe",
        AXE,
    ),
    (
        Browser::Webkit,
        "accessibility::no_state_of_the_page_breaks_a_rule_of_axe",
        AXE,
    ),
    (
        Browser::Firefox,
        "layout::everything_that_can_be_used_has_a_name_for_screen_readers",
        "only Chromium's driver shows the tree that screen readers get",
    ),
    (
        Browser::Webkit,
        "layout::everything_that_can_be_used_has_a_name_for_screen_readers",
        "only Chromium's driver shows the tree that screen readers get",
    ),
    (
        Browser::Webkit,
        "drawing::a_finger_draws_too",
        "WebKitGTK's driver has no finger",
    ),
    (
        Browser::Webkit,
        "layout::no_window_from_320_pixels_up_scrolls_sideways",
        NARROW,
    ),
    (
        Browser::Webkit,
        "layout::opening_the_dock_neither_moves_nor_resizes_the_canvas",
        NARROW,
    ),
    (
        Browser::Webkit,
        "layout::on_a_narrow_screen_the_canvas_is_as_wide_as_the_page",
        NARROW,
    ),
    (
        Browser::Webkit,
        "layout::the_map_is_crisp_on_a_dense_screen",
        "a screen in memory has one density",
    ),
];

const AXE: &str = "axe judges what stands in the page, which is the same, and only Chromium's driver \
                   switches between light and dark";
const NARROW: &str = "MiniBrowser's tool bar is 447 pixels wide, and so is its narrowest window";

impl Browser {
    /// The name that the tests know it by.
    fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// Makes sure of the browser and its driver; gives the driver's directory if the PATH does not
    /// have it.
    fn install(self) -> Result<Option<PathBuf>> {
        match self {
            Self::Chromium => tools::chromium().map(|()| None),
            Self::Firefox => {
                let driver = tools::firefox()?;
                let directory = driver.parent().map(PathBuf::from);
                Ok(directory.filter(|directory| directory.is_absolute()))
            }
            Self::Webkit => tools::webkit().map(|()| None),
        }
    }
}

/// Runs the tests in the chosen browsers, in each whatever became of the others.
pub(crate) fn test(choice: &Choice) -> Result<()> {
    names_are_right()?;
    let mut failed = Vec::new();
    for &browser in Browser::value_variants() {
        let all = match choice.browser.as_slice() {
            [] => choice.all_browsers || browser == Browser::Chromium,
            chosen if chosen.contains(&browser) => true,
            _ => continue,
        };
        let result = test_in(browser, all);
        if let Err(error) = result {
            println!("{}: {error:#}", browser.name());
            failed.push(browser.name());
        }
    }
    ensure!(failed.is_empty(), "tests failed in {}", failed.join(", "));
    Ok(())
}

fn test_in(browser: Browser, all: bool) -> Result<()> {
    let mut tests = e2e();
    tests.env("NNVISU_BROWSER", browser.name());
    if let Some(directory) = browser.install()? {
        tests.env("PATH", path_with(directory)?);
    }
    if browser == Browser::Chromium {
        tests.env("NNVISU_AXE", tools::axe_core()?);
    }
    if all {
        tests.arg("browser::");
        for (_, test, why) in impossible_in(browser) {
            println!("Not in {}: {test}: {why}.", browser.name());
            tests.arg(format!("--skip=browser::{test}"));
        }
    } else {
        println!("In {}: what people do every day.", browser.name());
        tests.arg("--exact");
        tests.args(CORE.iter().map(|test| format!("browser::{test}")));
    }
    run(tests)
}

fn impossible_in(
    browser: Browser,
) -> impl Iterator<Item = &'static (Browser, &'static str, &'static str)> {
    IMPOSSIBLE.iter().filter(move |(of, ..)| *of == browser)
}

/// The end-to-end tests, whose arguments come next.
fn e2e() -> std::process::Command {
    cargo(&["test", "--workspace", "--test=e2e", "--"])
}

/// The tests that the tables above name are there.
fn names_are_right() -> Result<()> {
    let mut list = e2e();
    list.args(["--list", "browser::"]);
    let listed = output(list)?;
    for test in CORE
        .iter()
        .chain(IMPOSSIBLE.iter().map(|(_, test, _)| test))
    {
        let line = format!("browser::{test}: test");
        ensure!(
            listed.lines().any(|listed| listed == line),
            "xtask/src/browsers.rs names the test {test}, and there is none"
        );
    }
    Ok(())
}

/// The PATH with one more directory.
fn path_with(directory: PathBuf) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::iter::once(directory).chain(std::env::split_paths(&path));
    std::env::join_paths(directories).context("adding a driver to the PATH")
}
