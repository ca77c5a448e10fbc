//! nnvisu's page, used the way a person uses it: real pointer and key events
//! go in, and what comes out is read from the screen and from localStorage.

mod canvas;
mod controls;
mod stored;
mod training;
mod window;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::{By, WebDriver, WebElement};

use super::Engine;
use super::console::Console;
use crate::wait::until_within;

pub use canvas::Pixel;

/// Training in a busy machine's browser may take its time.
const PAGE_GUARD: Duration = Duration::from_secs(60);

/// The page in a browser's current tab.
pub struct Page {
    engine: Engine,
    driver: WebDriver,
    console: Console,
    console_errors: RefCell<Vec<String>>,
    network_errors_expected: Cell<bool>,
}

impl Page {
    pub(super) fn new(engine: Engine, driver: WebDriver, console: Console) -> Self {
        Self {
            engine,
            driver,
            console,
            console_errors: RefCell::new(Vec::new()),
            network_errors_expected: Cell::new(false),
        }
    }

    /// The browser itself.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Goes to an address and waits until the page is connected to its server.
    pub async fn open(&self, url: &str) {
        self.visit(url).await;
        self.connected().await;
    }

    /// Goes to an address, whatever is there.
    pub async fn visit(&self, url: &str) {
        self.collect_console_errors().await;
        self.driver.goto(url).await.expect("the page loads");
        self.console.loaded(&self.driver).await;
    }

    /// Loads the page again and waits until it is connected.
    pub async fn reload(&self) {
        self.collect_console_errors().await;
        self.driver.refresh().await.expect("the page loads");
        self.console.loaded(&self.driver).await;
        self.connected().await;
    }

    /// Waits until the page is connected to its server.
    pub async fn connected(&self) {
        self.until("an open connection", async || {
            self.connection().await == "open"
        })
        .await;
    }

    /// What the page says about its connection: `connecting`, `open` or
    /// `retrying`.
    pub async fn connection(&self) -> String {
        self.eval("return document.body.dataset.connection ?? ''")
            .await
    }

    /// Whether the page says that it trains.
    pub async fn is_running(&self) -> bool {
        let running: String = self
            .eval("return document.body.dataset.running ?? ''")
            .await;
        running == "true"
    }

    /// Runs a function body in the page.
    pub async fn eval<T: DeserializeOwned>(&self, body: &str) -> T {
        self.eval_with(body, &[]).await
    }

    /// Runs a function body in the page, with `arguments`.
    pub async fn eval_with<T: DeserializeOwned>(&self, body: &str, arguments: &[Value]) -> T {
        self.driver
            .execute(body, arguments.to_vec())
            .await
            .and_then(|result| result.convert())
            .unwrap_or_else(|error| panic!("in the page: {body}: {error}"))
    }

    /// Waits until `condition` holds.
    pub async fn until(&self, what: &str, condition: impl AsyncFnMut() -> bool) {
        until_within(PAGE_GUARD, what, condition).await;
    }

    /// The element that a CSS selector finds.
    pub async fn element(&self, selector: &str) -> WebElement {
        self.driver
            .find(By::Css(selector))
            .await
            .unwrap_or_else(|_| panic!("the page has no {selector}"))
    }

    /// Whether an element is there and can be seen. Asked of the page: drivers differ, and WebKit's
    /// calls the numbers of the training hidden.
    pub async fn is_visible(&self, selector: &str) -> bool {
        self.eval_with(
            "const element = document.querySelector(arguments[0]);
             const box = element?.getBoundingClientRect();
             return element !== null && element.checkVisibility({visibilityProperty: true})
                 && box.width > 0 && box.height > 0;",
            &[json!(selector)],
        )
        .await
    }

    /// The text of an element as a person reads it.
    pub async fn text(&self, selector: &str) -> String {
        self.eval_with(
            "return document.querySelector(arguments[0]).innerText.trim()",
            &[json!(selector)],
        )
        .await
    }

    /// Whether an element is displayed with a text that is not empty.
    pub async fn says_something(&self, selector: &str) -> bool {
        self.is_visible(selector).await && !self.text(selector).await.trim().is_empty()
    }

    /// From here on the browser may complain that the server is gone.
    pub fn expect_network_errors(&self) {
        self.network_errors_expected.set(true);
    }

    async fn collect_console_errors(&self) {
        let errors = self.console.errors(&self.driver).await;
        self.console_errors.borrow_mut().extend(errors);
    }

    /// Fails if the browser's console has errors.
    pub(super) async fn assert_no_console_errors(&self) {
        self.collect_console_errors().await;
        let mut errors = self.console_errors.take();
        if self.network_errors_expected.get() {
            errors.retain(|error| !is_network_error(error));
        }
        assert!(errors.is_empty(), "errors in the console: {errors:#?}");
    }

    /// What can be said about the page when a test has failed.
    pub(super) async fn describe(&self) -> String {
        let state: Result<Value, _> = self
            .driver
            .execute(
                "const text = (selector) => document.querySelector(selector)?.textContent?.trim();
                 return {
                     connection: document.body.dataset.connection,
                     running: document.body.dataset.running,
                     status: text('.status'), notices: text('.notice-list'),
                     step: text('[data-stat=step]'), loss: text('[data-stat=loss]'),
                     accuracy: text('[data-stat=accuracy]'),
                     config: localStorage.nnvisu_config,
                     data: localStorage.nnvisu_data?.slice(0, 500),
                 };",
                Vec::new(),
            )
            .await
            .and_then(|result| result.convert());
        let mut errors = self.console_errors.borrow().clone();
        errors.extend(self.console.errors(&self.driver).await);
        format!(
            "in {:?}, the page: {state:#?}\nits console: {errors:#?}",
            self.engine
        )
    }
}

/// Whether a console message is about a server that does not answer.
fn is_network_error(message: &str) -> bool {
    [
        "WebSocket connection to",
        "net::ERR_",
        "Failed to load resource",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}
