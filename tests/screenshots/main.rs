//! Takes the images of the README and of the guide from the program itself:
//! `screenshots DIRECTORY`, or `cargo xtask screenshots`. The README's go to `images` in
//! that directory, the guide's to `guide`.

mod guide;
mod readme;

use std::path::{Path, PathBuf};

use nnvisu_tests::browser::{Page, with_browser};
use nnvisu_tests::server::Server;

#[tokio::main]
async fn main() {
    let directory = std::env::args_os()
        .nth(1)
        .expect("usage: screenshots DIRECTORY");
    let subdirectory = |name: &str| -> PathBuf {
        let path = Path::new(&directory).join(name);
        std::fs::create_dir_all(&path).expect("the directory can be made");
        path
    };
    let server = Server::start().await;
    let url = server.url("/");
    with_browser(async |page| readme::take(page, &url, &subdirectory("images")).await).await;
    with_browser(async |page| guide::take(page, &url, &subdirectory("guide")).await).await;
}

/// A window wide enough for controls and canvas beside each other.
const WINDOW: (u32, u32) = (1440, 900);

/// Generates a data set and trains, slowly enough for a long history, until it
/// is learned.
async fn train_on(page: &Page, distribution: &str, classes: u8, accuracy: f64) {
    page.choose("[data-preference=classCount]", &classes.to_string())
        .await;
    page.click(&format!("[data-distribution=\"{distribution}\"]"))
        .await;
    page.until("a fresh network", async || page.step().await == 0)
        .await;
    page.choose("[data-setting=speed]", "250").await;
    page.train().await;
    page.until_accuracy(accuracy).await;
    page.until("a long history", async || page.step().await > 800)
        .await;
}
