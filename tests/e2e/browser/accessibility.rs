//! Accessibility: axe-core finds nothing wrong in any state of the page.

use std::path::PathBuf;

use nnvisu_tests::browser::{Page, with_browser};
use nnvisu_tests::data::XOR;
use nnvisu_tests::server::Server;
use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::Key;

use super::loading::{copy_of_page, of_another_version, serving};

/// What WCAG 2.2 asks for at the levels A and AA, and what axe-core recommends beyond it.
const RULES: [&str; 6] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

/// A desktop's window and a phone's.
const WINDOWS: [(u32, u32); 2] = [(1440, 900), (390, 844)];

/// A rule that the page breaks.
#[derive(Deserialize)]
struct Violation {
    id: String,
    help: String,
    nodes: Vec<Node>,
}

/// An element that breaks a rule.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    target: Value,
    failure_summary: String,
}

/// Looks at one state after another, and keeps what axe-core says of them.
struct Checker {
    script: String,
    found: Vec<String>,
}

impl Checker {
    fn new() -> Self {
        let script = std::env::var_os("NNVISU_AXE")
            .expect("run this by `cargo xtask test --only browser`, which sets NNVISU_AXE");
        let script = PathBuf::from(script);
        Self {
            script: std::fs::read_to_string(&script)
                .unwrap_or_else(|error| panic!("{}: {error}", script.display())),
            found: Vec::new(),
        }
    }

    /// Checks the page as it is now, in each window and theme.
    async fn check(&mut self, page: &Page, state: &str) {
        for (width, height) in WINDOWS {
            page.resize(width, height).await;
            // A theme changes nothing but colours.
            let themes = [
                ("light", json!({"type": "tag", "values": RULES})),
                (
                    "dark",
                    json!({"type": "rule", "values": ["color-contrast"]}),
                ),
            ];
            for (theme, rules) in themes {
                emulate_theme(page, theme).await;
                for violation in self.violations(page, rules).await {
                    self.keep(&format!("{state}, {width}×{height}, {theme}"), &violation);
                }
            }
        }
        let (width, height) = WINDOWS[0];
        page.resize(width, height).await;
    }

    async fn violations(&self, page: &Page, rules: Value) -> Vec<Violation> {
        // As a script of the driver, it does not ask the page's Content-Security-Policy.
        if !page.eval::<bool>("return 'axe' in window").await {
            let _: Value = page.eval(&format!("{}; return null;", self.script)).await;
        }
        page.eval_with(
            "// Colours on their way to others have no contrast that counts.
             const ending = document.getAnimations().filter(
               (animation) => animation.effect.getComputedTiming().endTime !== Infinity);
             return Promise.allSettled(ending.map((animation) => animation.finished))
               .then(() => axe.run({
                 runOnly: arguments[0], resultTypes: ['violations'], preload: false }))
               .then((results) => results.violations);",
            &[rules],
        )
        .await
    }

    fn keep(&mut self, state: &str, violation: &Violation) {
        self.found
            .push(format!("{state}: {} ({})", violation.id, violation.help));
        for node in &violation.nodes {
            let summary = node.failure_summary.replace('\n', "\n        ");
            self.found.push(format!("    {}: {summary}", node.target));
        }
    }

    fn assert_nothing_found(&self) {
        assert!(
            self.found.is_empty(),
            "axe-core found:\n{}",
            self.found.join("\n")
        );
    }
}

/// Has the system prefer a theme, and no movement.
async fn emulate_theme(page: &Page, theme: &str) {
    let media = json!({"features": [
        {"name": "prefers-color-scheme", "value": theme},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]});
    let cdp = page.driver().cdp();
    cdp.send_raw("Emulation.setEmulatedMedia", media)
        .await
        .expect("the page can have any theme");
}

/// Waits until something is to be seen.
async fn until_visible(page: &Page, selector: &str) {
    page.until(selector, async || page.is_visible(selector).await)
        .await;
}

async fn check_settings_and_folds(checker: &mut Checker, page: &Page) {
    for panel in [".advanced-panel", ".files-panel", ".display-panel"] {
        page.unfold(panel).await;
    }
    checker.check(page, "all panels open").await;
    page.enter("[data-setting=architecture]", "10-x").await;
    page.until("an explanation", async || {
        page.says_something("[data-error=architecture]").await
    })
    .await;
    checker.check(page, "a field with an error").await;
    page.enter("[data-setting=architecture]", "8-4").await;
}

async fn check_training(checker: &mut Checker, page: &Page) {
    page.draw(&XOR).await;
    checker.check(page, "points").await;
    page.choose("[data-setting=speed]", "250").await;
    page.train().await;
    page.until("some training", async || page.step().await > 50)
        .await;
    checker.check(page, "training").await;
    page.pause().await;
    page.press("[data-part=timeline]", Key::Home + "").await;
    page.until("the beginning", async || page.step().await < 10)
        .await;
    checker.check(page, "paused at an earlier step").await;
    if !page.is_visible(".dock").await {
        page.click("[data-command=toggleDock]").await;
        until_visible(page, ".dock").await;
    }
    checker.check(page, "learning curves").await;
}

async fn check_dialogs_and_presentation(checker: &mut Checker, page: &Page) {
    page.click("[data-command=showShortcuts]").await;
    until_visible(page, ".shortcuts-dialog").await;
    checker.check(page, "keyboard shortcuts").await;
    page.click(".shortcuts-dialog .icon-button").await;

    page.click("[data-command=pastePoints]").await;
    page.fill(".paste-dialog textarea", "7 0 0").await;
    page.click(".paste-dialog .primary").await;
    page.until("an explanation", async || {
        page.says_something(".paste-dialog .error").await
    })
    .await;
    checker.check(page, "points that cannot be pasted").await;
    page.click(".paste-dialog [data-part=cancel]").await;

    page.click("[data-command=togglePresentation]").await;
    until_visible(page, ".presentation").await;
    checker.check(page, "presentation").await;
    page.click(".presentation [data-command=togglePresentation]")
        .await;
}

async fn check_notices(checker: &mut Checker, page: &Page) {
    let drop_file = "const data = new DataTransfer();
        data.items.add(new File([arguments[0]], 'points.csv'));
        document.dispatchEvent(
          new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        return null;";
    for (points, kind) in [("x,y,label\n2,0,0", "error"), ("x,y,label\n0,0,0", "info")] {
        let _: Value = page.eval_with(drop_file, &[points.into()]).await;
        until_visible(page, &format!(".notice-list [data-kind={kind}]")).await;
    }
    // A notice with the focus stays.
    let _: Value = page
        .eval("document.querySelector('.notice-list [data-command=undo]').focus(); return null;")
        .await;
    checker.check(page, "notices").await;
}

/// One browser goes through all states: starting one for each would take longer than the checks.
#[tokio::test]
async fn no_state_of_the_page_breaks_a_rule_of_axe() {
    let mut checker = Checker::new();
    let directory = copy_of_page();
    of_another_version(&directory);
    let other_server = serving(&directory).await;
    let server = Server::start().await;
    with_browser(async |page| {
        page.open(&other_server.url("/")).await;
        until_visible(page, "[data-component=update-notice]").await;
        checker.check(page, "another version than the server").await;
        page.open(&server.url("/")).await;
        checker.check(page, "empty, with the how-to").await;
        page.click("[data-command=toggleHowTo]").await;
        checker.check(page, "empty").await;
        check_settings_and_folds(&mut checker, page).await;
        check_training(&mut checker, page).await;
        check_dialogs_and_presentation(&mut checker, page).await;
        check_notices(&mut checker, page).await;
        page.expect_network_errors();
        server.kill().await;
        page.until("the loss to be noticed", async || {
            page.connection().await == "retrying"
        })
        .await;
        checker.check(page, "offline, with notices").await;
    })
    .await;
    checker.assert_nothing_found();
}
