//! A real Chromium, driven through WebDriver.

mod chromium;
mod page;

pub use chromium::with_browser;
pub use page::{Page, Pixel};
