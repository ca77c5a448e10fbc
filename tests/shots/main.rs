//! Takes the README's pictures: `shots DIRECTORY`, or `cargo xtask shots`.

use std::path::Path;

use nnvisu_tests::browser::{Page, with_browser};
use nnvisu_tests::server::Server;

#[tokio::main]
async fn main() {
    let directory = std::env::args_os().nth(1).expect("usage: shots DIRECTORY");
    let directory = Path::new(&directory);
    std::fs::create_dir_all(directory).expect("the directory can be made");
    let server = Server::start().await;
    with_browser(async |page| {
        page.resize(1440, 900).await;
        page.open(&server.url("/")).await;
        train_on(page, "moons", 2, 0.99).await;
        page.screenshot(&directory.join("moons.png")).await;
        page.pause().await;

        page.choose("#theme-choice", "dark").await;
        train_on(page, "blobs", 5, 0.97).await;
        page.pause().await;
        page.screenshot(&directory.join("blobs-dark.png")).await;
    })
    .await;
}

/// Generates a data set and trains, slowly enough for a long history, until it
/// is learned.
async fn train_on(page: &Page, distribution: &str, classes: u8, accuracy: f64) {
    page.choose("#class-count", &classes.to_string()).await;
    page.click(&format!("[data-distribution=\"{distribution}\"]"))
        .await;
    page.until("a fresh network", async || page.step().await == 0)
        .await;
    page.choose("#speed", "250").await;
    page.train().await;
    page.until_accuracy(accuracy).await;
    page.until("a long history", async || page.step().await > 800)
        .await;
}
