//! Real browsers, driven through WebDriver: Chromium, Firefox or WebKit, each with its own driver.

mod bidi;
mod console;
mod driver_process;
mod engine;
mod launch;
mod page;

pub use engine::Engine;
pub use launch::{Launch, with_browser, with_browser_as};
pub use page::{Page, Pixel};
