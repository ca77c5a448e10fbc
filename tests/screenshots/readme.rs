//! The README's images.

use std::path::Path;

use nnvisu_tests::browser::Page;

use super::{WINDOW, train_on};

/// Takes them into a directory.
pub(super) async fn take(page: &Page, url: &str, directory: &Path) {
    page.resize(WINDOW.0, WINDOW.1).await;
    page.open(url).await;
    train_on(page, "moons", 2, 0.99).await;
    page.screenshot(&directory.join("moons.png")).await;
    page.pause().await;

    page.choose("[data-preference=theme]", "dark").await;
    train_on(page, "blobs", 5, 0.97).await;
    page.pause().await;
    page.screenshot(&directory.join("blobs-dark.png")).await;
}
