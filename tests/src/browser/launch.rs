//! Starting a browser with a fresh profile, and leaving nothing of it behind.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};

use super::bidi::Bidi;
use super::console::Console;
use super::driver_process::Helper;
use super::{Engine, Page};
use crate::server::report;

/// How a browser differs from the one that most tests want.
#[derive(Default)]
pub struct Launch {
    /// Certificates that nobody has signed are as good as others.
    pub any_certificate: bool,
    /// It has a window on a screen, which can be hidden, instead of drawing for nobody.
    pub on_a_screen: bool,
    /// More flags for Chromium.
    pub chromium_flags: &'static [&'static str],
}

/// A machine with much to do may take its time to start a browser.
const START_GUARD: Duration = Duration::from_secs(120);

/// Chromium: quiet, and without the services of a browser at home.
const CHROMIUM_FLAGS: [&str; 10] = [
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

/// Runs `test` with the page of a fresh browser, which is closed however the test ends. The page's
/// console errors fail the test.
pub async fn with_browser(test: impl AsyncFnOnce(&Page)) {
    with_browser_as(Launch::default(), test).await;
}

/// Like [`with_browser`], with a browser that differs.
pub async fn with_browser_as(launch: Launch, test: impl AsyncFnOnce(&Page)) {
    let engine = Engine::chosen();
    let profile = TempDir::with_prefix("nnvisu-browser-").expect("a temporary directory");
    let screen = if launch.on_a_screen || engine == Engine::WebKit {
        Some(Helper::screen().await)
    } else {
        None
    };
    let display = screen.as_ref().map(|screen| screen.says.as_str());
    let driver_process = match engine {
        Engine::Chromium => Helper::chromedriver(display).await,
        Engine::Firefox => Helper::geckodriver(display).await,
        Engine::WebKit => Helper::webkit_driver(display.expect("WebKit has a screen")).await,
    };
    let mut wanted = match engine {
        Engine::Chromium => chromium(&launch, &profile),
        Engine::Firefox => firefox(&launch),
        // Its driver starts the MiniBrowser that it came with.
        Engine::WebKit => json!({}),
    };
    wanted["acceptInsecureCerts"] = launch.any_certificate.into();
    let capabilities: Capabilities = serde_json::from_value(wanted).expect("an object");
    let address = format!("http://127.0.0.1:{}", driver_process.says);
    let driver = tokio::time::timeout(START_GUARD, WebDriver::new(address, capabilities))
        .await
        .expect("a browser starts within the guard")
        .unwrap_or_else(|error| panic!("{engine:?} does not start: {error}"));
    let page = Page::new(engine, driver.clone(), console(engine, &driver).await);

    let outcome = AssertUnwindSafe(async {
        page.resize(1440, 900).await;
        test(&page).await;
        page.assert_no_console_errors().await;
    })
    .catch_unwind()
    .await;

    if outcome.is_err() {
        report(&page.describe().await);
    }
    let quit = driver.quit().await;
    driver_process.end().await;
    if let Some(screen) = screen {
        screen.end().await;
    }
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
    quit.expect("the browser closes");
}

fn chromium(launch: &Launch, profile: &TempDir) -> Value {
    let mut args = vec![format!("--user-data-dir={}", profile.path().display())];
    if !launch.on_a_screen {
        args.push("--headless=new".to_owned());
    }
    let flags = CHROMIUM_FLAGS.iter().chain(launch.chromium_flags);
    args.extend(flags.map(|&flag| flag.to_owned()));
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": {"args": args},
        "goog:loggingPrefs": {"browser": "ALL"},
    })
}

fn firefox(launch: &Launch) -> Value {
    let args = if launch.on_a_screen {
        &[][..]
    } else {
        &["-headless"]
    };
    json!({
        "browserName": "firefox",
        "webSocketUrl": true,
        "moz:firefoxOptions": {"args": args},
    })
}

/// Begins to listen to the browser's console.
async fn console(engine: Engine, driver: &WebDriver) -> Console {
    match engine {
        Engine::Chromium => Console::Driver,
        Engine::Firefox => {
            let address = driver.handle().capabilities().get("webSocketUrl").cloned();
            let address = address.expect("Firefox speaks WebDriver BiDi");
            Console::Bidi(Bidi::connect(address.as_str().expect("an address")).await)
        }
        Engine::WebKit => Console::Page,
    }
}
