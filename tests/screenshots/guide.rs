//! The guide's images: the page in its states, and its panels.

use std::path::Path;

use nnvisu_tests::browser::Page;

use super::{WINDOW, train_on};

/// Tall enough for each panel in full.
const TALL: (u32, u32) = (1440, 2000);
/// A phone held upright.
const PHONE: (u32, u32) = (390, 844);

/// Takes them into a directory.
pub(super) async fn take(page: &Page, url: &str, directory: &Path) {
    let image = |name: &str| directory.join(name);
    page.resize(WINDOW.0, WINDOW.1).await;
    page.open(url).await;
    page.screenshot(&image("empty.png")).await;

    train_on(page, "moons", 2, 0.99).await;
    page.screenshot(&image("training.png")).await;
    page.pause().await;
    page.press("body", "p").await;
    page.until("the presentation", async || {
        page.is_visible(".presentation").await
    })
    .await;
    page.screenshot(&image("presentation.png")).await;
    page.press("body", "p").await;
    page.until("the whole page", async || {
        page.is_visible(".data-panel").await
    })
    .await;

    page.resize(TALL.0, TALL.1).await;
    page.screenshot_of(".data-panel", &image("data-panel.png"))
        .await;
    page.screenshot_of(".training-panel", &image("training-panel.png"))
        .await;
    page.unfold(".advanced-panel").await;
    page.screenshot_of(".advanced-panel", &image("advanced.png"))
        .await;
    page.click(".advanced-panel summary").await;

    page.unfold(".files-panel").await;
    page.screenshot_of(".files-panel", &image("files.png"))
        .await;
    page.click(".files-panel summary").await;

    page.unfold(".display-panel").await;
    page.click("[data-preference=shapes]").await;
    page.click(".display-panel summary").await;
    page.choose("[data-preference=theme]", "dark").await;
    train_on(page, "circles", 3, 0.97).await;
    page.pause().await;
    page.resize(WINDOW.0, WINDOW.1).await;
    page.screenshot(&image("display.png")).await;

    page.choose("[data-preference=theme]", "light").await;
    page.resize(PHONE.0, PHONE.1).await;
    page.click_at(-0.9, 0.9).await;
    page.screenshot(&image("phone.png")).await;
}
