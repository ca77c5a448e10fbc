//! A real Chromium, driven through WebDriver.

mod chromium;
mod page;

pub use chromium::{with_browser, with_browser_flags};
pub use page::{Page, Pixel};
