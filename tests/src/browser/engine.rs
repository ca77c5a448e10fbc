//! The three families of browsers that people have.

/// A browser engine that the tests can drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium with ChromeDriver.
    Chromium,
    /// Firefox with geckodriver.
    Firefox,
    /// WebKitGTK with its `MiniBrowser` and `WebKitWebDriver`.
    WebKit,
}

impl Engine {
    /// The engine that the environment's `NNVISU_BROWSER` names, Chromium unless it is set.
    pub fn chosen() -> Self {
        match std::env::var("NNVISU_BROWSER").as_deref() {
            Err(_) | Ok("chromium") => Self::Chromium,
            Ok("firefox") => Self::Firefox,
            Ok("webkit") => Self::WebKit,
            Ok(other) => panic!("NNVISU_BROWSER is chromium, firefox or webkit, not {other}"),
        }
    }
}
