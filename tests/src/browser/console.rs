//! What a browser's console says: each engine gives it away in another manner.

use serde_json::Value;
use thirtyfour::WebDriver;

use super::bidi::Bidi;

/// The errors in a browser's console.
pub(super) enum Console {
    /// ChromeDriver keeps them all.
    Driver,
    /// Firefox tells them at once.
    Bidi(Bidi),
    /// WebKit's driver does not know them: the page collects its own from when it is loaded.
    Page,
}

/// Has a page keep its errors until they are asked for.
const COLLECT: &str = "
    window.consoleErrors = [];
    const say = console.error;
    console.error = (...words) => {
      consoleErrors.push(words.join(' '));
      say.apply(console, words);
    };
    // Without an error, it only says that a size will be observed with the next frame.
    addEventListener('error', (event) => {
      if (event.error) consoleErrors.push(event.message);
    });
    addEventListener('unhandledrejection', (event) => consoleErrors.push(String(event.reason)));
    addEventListener('securitypolicyviolation', (event) =>
      consoleErrors.push(`${event.violatedDirective} forbids ${event.blockedURI}`));";

impl Console {
    /// Begins to listen to a page that was loaded just now.
    pub(super) async fn loaded(&self, driver: &WebDriver) {
        if matches!(self, Self::Page) {
            driver
                .execute(COLLECT, Vec::new())
                .await
                .expect("a page runs scripts");
        }
    }

    /// The further connection of a browser that has one.
    pub(super) fn bidi(&self) -> &Bidi {
        let Self::Bidi(bidi) = self else {
            panic!("only Firefox is spoken to in WebDriver BiDi");
        };
        bidi
    }

    /// The errors since the last call. Those that a page has collected end with it: ask before
    /// it is left.
    pub(super) async fn errors(&self, driver: &WebDriver) -> Vec<String> {
        match self {
            Self::Driver => {
                let log = driver.browser_log().await.expect("Chromium keeps a log");
                log.into_iter()
                    .filter(|entry| entry.level == "SEVERE")
                    .map(|entry| entry.message)
                    .collect()
            }
            Self::Bidi(bidi) => bidi.errors(),
            Self::Page => {
                let errors: Result<Value, _> = driver
                    .execute("return window.consoleErrors?.splice(0) ?? []", Vec::new())
                    .await
                    .and_then(|result| result.convert());
                let errors = errors.expect("a page runs scripts");
                serde_json::from_value(errors).expect("a list of texts")
            }
        }
    }
}
