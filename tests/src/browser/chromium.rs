//! Starting Chromium with a fresh profile, and leaving nothing of it behind.

use std::panic::AssertUnwindSafe;
use std::process::Stdio;

use futures_util::FutureExt as _;
use tempfile::TempDir;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities as _;
use thirtyfour::{DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::Page;
use crate::server::report;
use crate::wait::guarded;

/// Quiet, without a screen, and without the services of a browser at home.
const FLAGS: [&str; 11] = [
    "--headless=new",
    // Chromium refuses its sandbox to root, which is who runs CI.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--window-size=1440,900",
];

/// Runs `test` with the page of a fresh browser, which is closed however the
/// test ends. The page's console errors fail the test.
pub async fn with_browser(test: impl AsyncFnOnce(&Page)) {
    with_browser_flags(&[], test).await;
}

/// Like [`with_browser`], with more flags for Chromium.
pub async fn with_browser_flags(flags: &[&str], test: impl AsyncFnOnce(&Page)) {
    let profile = TempDir::with_prefix("nnvisu-chromium-").expect("a temporary directory");
    let (mut driver_process, port) = start_chromedriver().await;
    let driver = guarded("a browser", open_browser(port, &profile, flags)).await;
    let page = Page::new(driver.clone());

    let outcome = AssertUnwindSafe(async {
        test(&page).await;
        page.assert_no_console_errors().await;
    })
    .catch_unwind()
    .await;

    if outcome.is_err() {
        report(&page.describe().await);
    }
    let quit = driver.quit().await;
    driver_process
        .kill()
        .await
        .expect("ChromeDriver can be killed");
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
    quit.expect("the browser closes");
}

async fn start_chromedriver() -> (Child, u16) {
    let mut process = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| {
            panic!(
                "browser tests need Chromium and ChromeDriver (`cargo xtask test` installs \
                 them on Debian): chromedriver does not start: {error}"
            )
        });
    let stdout = process.stdout.take().expect("stdout is piped");
    let mut lines = BufReader::new(stdout).lines();
    let port = guarded("ChromeDriver's port", async {
        while let Ok(Some(line)) = lines.next_line().await {
            // "ChromeDriver was started successfully on port 33445."
            if let Some((_, port)) = line.split_once("successfully on port ") {
                return port
                    .trim_end_matches('.')
                    .parse()
                    .expect("ChromeDriver prints a port number");
            }
        }
        panic!("ChromeDriver ended without saying its port");
    })
    .await;
    // It must not block on a full pipe.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (process, port)
}

async fn open_browser(port: u16, profile: &TempDir, flags: &[&str]) -> WebDriver {
    let mut capabilities = DesiredCapabilities::chrome();
    for flag in FLAGS.iter().chain(flags) {
        capabilities.add_arg(flag).expect("a plain argument");
    }
    capabilities
        .add_arg(&format!("--user-data-dir={}", profile.path().display()))
        .expect("a plain argument");
    capabilities
        .set_browser_log_level(LoggingPrefsLogLevel::All)
        .expect("a known capability");
    WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
        .await
        .expect("Chromium starts")
}
