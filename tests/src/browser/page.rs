//! nnvisu's page, used the way a person uses it: real pointer and key events
//! go in, and what comes out is read from the screen and from localStorage.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::{By, Key, WebDriver, WebElement};

use crate::data::{LabelledPoint, points_from};
use crate::wait::until_within;

/// Training in a busy machine's browser may take its time.
const PAGE_GUARD: Duration = Duration::from_secs(60);

/// Red, green and blue, 0 to 255.
pub type Pixel = [u8; 3];

/// The page in a browser's current tab.
pub struct Page {
    driver: WebDriver,
    network_errors_expected: Cell<bool>,
}

impl Page {
    pub(super) fn new(driver: WebDriver) -> Self {
        Self {
            driver,
            network_errors_expected: Cell::new(false),
        }
    }

    /// The browser itself.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Goes to an address and waits until the page is connected to its server.
    pub async fn open(&self, url: &str) {
        self.driver.goto(url).await.expect("the page loads");
        self.connected().await;
    }

    /// Loads the page again and waits until it is connected.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("the page loads");
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

    /// Clicks on an element.
    pub async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        if let Err(error) = element.click().await {
            panic!("{selector} cannot be clicked: {error}");
        }
    }

    /// Whether an element is there and can be seen.
    pub async fn is_visible(&self, selector: &str) -> bool {
        match self.driver.find(By::Css(selector)).await {
            Ok(element) => element.is_displayed().await.unwrap_or(false),
            Err(_) => false,
        }
    }

    /// The text of an element as a person reads it.
    pub async fn text(&self, selector: &str) -> String {
        self.element(selector)
            .await
            .text()
            .await
            .expect("an element has a text")
    }

    /// Whether an element is displayed with a text that is not empty.
    pub async fn says_something(&self, selector: &str) -> bool {
        self.is_visible(selector).await && !self.text(selector).await.trim().is_empty()
    }

    /// The first number in an element's text, thousands separators allowed;
    /// percentages come as shares of 1.
    pub async fn number(&self, selector: &str) -> Option<f64> {
        number_in(&self.text(selector).await)
    }

    /// The step on display, 0 if none is.
    pub async fn step(&self) -> u64 {
        self.number("[data-stat=step]").await.unwrap_or(0.0) as u64
    }

    /// The value of a field.
    pub async fn value(&self, selector: &str) -> String {
        self.eval_with(
            "return document.querySelector(arguments[0]).value",
            &[json!(selector)],
        )
        .await
    }

    /// Replaces the content of a text field, without leaving it.
    pub async fn fill(&self, selector: &str, text: &str) {
        // A modifier is held until the end of a call.
        self.press(selector, Key::Control + "a").await;
        self.press(selector, Key::Delete + "").await;
        self.press(selector, text).await;
    }

    /// Replaces the content of a text field and presses Enter.
    pub async fn enter(&self, selector: &str, text: &str) {
        self.fill(selector, text).await;
        self.press(selector, Key::Enter + "").await;
    }

    /// Presses keys in an element.
    pub async fn press(&self, selector: &str, keys: impl Into<thirtyfour::TypingData>) {
        self.element(selector)
            .await
            .send_keys(keys)
            .await
            .unwrap_or_else(|error| panic!("{selector} takes no keys: {error}"));
    }

    /// Chooses the option of a list that has a value.
    pub async fn choose(&self, selector: &str, value: &str) {
        let list = self.element(selector).await;
        let options = list.find_all(By::Tag("option")).await;
        for option in options.expect("a list has options") {
            if option.prop("value").await.ok().flatten().as_deref() == Some(value) {
                return option.click().await.expect("an option can be chosen");
            }
        }
        panic!("{selector} has no option {value}");
    }

    /// Opens a foldable panel, unless it is open.
    pub async fn unfold(&self, selector: &str) {
        if self
            .element(selector)
            .await
            .prop("open")
            .await
            .ok()
            .flatten()
            .as_deref()
            != Some("true")
        {
            self.click(&format!("{selector} > summary")).await;
        }
    }

    /// Where a place of the data's plane is in the window, in CSS pixels.
    async fn window_from_data(&self, x: f64, y: f64) -> (i64, i64) {
        let place: [f64; 2] = self
            .eval_with(
                "const canvas = document.querySelector('canvas.points');
                 canvas.scrollIntoView({block: 'nearest', behavior: 'instant'});
                 const box = canvas.getBoundingClientRect();
                 return [box.left + (arguments[0] + 1) / 2 * box.width,
                         box.top + (1 - arguments[1]) / 2 * box.height];",
                &[json!(x), json!(y)],
            )
            .await;
        (place[0].round() as i64, place[1].round() as i64)
    }

    /// Clicks on the canvas at a place of the data's plane.
    pub async fn click_at(&self, x: f64, y: f64) {
        let (x, y) = self.window_from_data(x, y).await;
        self.driver
            .action_chain()
            .move_to(x, y)
            .click()
            .perform()
            .await
            .expect("the pointer moves");
    }

    /// Drags over the canvas from place to place.
    pub async fn drag(&self, places: &[(f64, f64)]) {
        let mut actions = self.driver.action_chain();
        for (index, &(x, y)) in places.iter().enumerate() {
            let (x, y) = self.window_from_data(x, y).await;
            actions = actions.move_to(x, y);
            if index == 0 {
                actions = actions.click_and_hold();
            }
        }
        actions
            .release()
            .perform()
            .await
            .expect("the pointer moves");
    }

    /// Taps with a finger on the canvas at a place of the data's plane.
    pub async fn tap_at(&self, x: f64, y: f64) {
        let (x, y) = self.window_from_data(x, y).await;
        for (kind, touches) in [
            ("touchStart", json!([{"x": x, "y": y}])),
            ("touchEnd", json!([])),
        ] {
            self.driver
                .cdp()
                .send_raw(
                    "Input.dispatchTouchEvent",
                    json!({"type": kind, "touchPoints": touches}),
                )
                .await
                .expect("the screen can be touched");
        }
    }

    /// Chooses a class and clicks on the canvas, for each of the points.
    pub async fn draw(&self, points: &[LabelledPoint]) {
        let mut class = None;
        for &(x, y, label) in points {
            if class != Some(label) {
                self.click(&format!("[data-class=\"{label}\"]")).await;
                class = Some(label);
            }
            self.click_at(x, y).await;
        }
    }

    /// The colour of the map at a place of the data's plane.
    pub async fn pixel_at(&self, x: f64, y: f64) -> Pixel {
        let rgba: [u8; 4] = self
            .eval_with(
                "const map = document.querySelector('canvas.map');
                 const column = Math.round((arguments[0] + 1) / 2 * (map.width - 1));
                 const row = Math.round((1 - arguments[1]) / 2 * (map.height - 1));
                 return [...map.getContext('2d').getImageData(column, row, 1, 1).data];",
                &[json!(x), json!(y)],
            )
            .await;
        [rgba[0], rgba[1], rgba[2]]
    }

    /// A checksum of the whole map.
    pub async fn map_hash(&self) -> u64 {
        self.eval(
            "const map = document.querySelector('canvas.map');
             const bytes = map.getContext('2d').getImageData(0, 0, map.width, map.height).data;
             let hash = 2166136261;
             for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
             return hash;",
        )
        .await
    }

    /// What the page keeps under a key, null if nothing: a further tab of one browser keeps its
    /// work in sessionStorage, so as not to write over the first one's.
    pub async fn stored(&self, key: &str) -> Value {
        self.eval_with(
            "return JSON.parse(
                sessionStorage.getItem(arguments[0]) ?? localStorage.getItem(arguments[0]))",
            &[json!(key)],
        )
        .await
    }

    /// The points that localStorage keeps.
    pub async fn stored_points(&self) -> Vec<LabelledPoint> {
        let data = self.stored("nnvisu_data").await;
        if data.is_null() {
            return Vec::new();
        }
        points_from(&data["points"])
    }

    /// The parameters of the network that localStorage keeps, as they came.
    pub async fn stored_parameters(&self) -> Value {
        self.stored("nnvisu_weights").await["checkpoint"]["parameters"].take()
    }

    /// The step of the network that localStorage keeps.
    pub async fn stored_step(&self) -> Option<u64> {
        self.stored("nnvisu_weights").await["checkpoint"]["step"].as_u64()
    }

    /// Waits until the page has stored this many points.
    pub async fn until_points(&self, count: usize) {
        self.until(&format!("{count} points"), async || {
            self.stored_points().await.len() == count
        })
        .await;
    }

    /// Presses Train and waits until the page trains.
    pub async fn train(&self) {
        assert!(!self.is_running().await, "the page does not train yet");
        self.click("[data-command=train]").await;
        self.until("training", async || self.is_running().await)
            .await;
    }

    /// Presses Pause, and waits until the page is paused and has stored the
    /// network of the step on display.
    pub async fn pause(&self) {
        assert!(self.is_running().await, "the page trains");
        self.click("[data-command=train]").await;
        self.settled().await;
    }

    /// Waits until the page is paused and has stored the network of the step
    /// on display.
    pub async fn settled(&self) {
        self.until("a pause", async || {
            !self.is_running().await && self.stored_step().await == Some(self.step().await)
        })
        .await;
    }

    /// Waits until the accuracy on display is at least `accuracy`, of 1.
    pub async fn until_accuracy(&self, accuracy: f64) {
        self.until(&format!("an accuracy of {accuracy}"), async || {
            self.number("[data-stat=accuracy]")
                .await
                .is_some_and(|shown| shown >= accuracy)
        })
        .await;
    }

    /// Gives the page another size, as a window or a device would.
    pub async fn resize(&self, width: u32, height: u32) {
        self.driver
            .cdp()
            .send_raw(
                "Emulation.setDeviceMetricsOverride",
                json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}),
            )
            .await
            .expect("the window can have any size");
    }

    /// Takes a screenshot of the window.
    pub async fn screenshot(&self, path: &Path) {
        self.driver
            .screenshot(path)
            .await
            .expect("the window can be drawn");
    }

    /// Takes a screenshot of one element.
    pub async fn screenshot_of(&self, selector: &str, path: &Path) {
        self.element(selector)
            .await
            .screenshot(path)
            .await
            .expect("the element can be drawn");
    }

    /// From here on the browser may complain that the server is gone.
    pub fn expect_network_errors(&self) {
        self.network_errors_expected.set(true);
    }

    /// Fails if the browser's console has errors.
    pub(super) async fn assert_no_console_errors(&self) {
        let log = self
            .driver
            .browser_log()
            .await
            .expect("Chromium keeps a log");
        let errors: Vec<_> = log
            .iter()
            .filter(|entry| entry.level == "SEVERE")
            .filter(|entry| {
                !(self.network_errors_expected.get() && is_network_error(&entry.message))
            })
            .map(|entry| &entry.message)
            .collect();
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
                     status: text('.status'), notice: text('.notice-text'),
                     step: text('[data-stat=step]'), loss: text('[data-stat=loss]'),
                     accuracy: text('[data-stat=accuracy]'),
                     config: localStorage.nnvisu_config,
                     data: localStorage.nnvisu_data?.slice(0, 500),
                 };",
                Vec::new(),
            )
            .await
            .and_then(|result| result.convert());
        let log = self.driver.browser_log().await;
        format!("the page: {state:#?}\nits console: {log:#?}")
    }
}

/// Whether a console message is about a server that does not answer.
fn is_network_error(message: &str) -> bool {
    ["WebSocket connection to", "net::ERR_"]
        .iter()
        .any(|sign| message.contains(sign))
}

/// The first number in a text, thousands separators allowed; a percentage
/// comes as a share of 1.
fn number_in(text: &str) -> Option<f64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let number: String = text[start..]
        .chars()
        .take_while(|c| c.is_ascii_digit() || ".,e-\u{2009}\u{202f}\u{a0}".contains(*c))
        .filter(|c| c.is_ascii_digit() || ".e-".contains(*c))
        .collect();
    let value: f64 = number.parse().ok()?;
    Some(if text.contains('%') {
        value / 100.0
    } else {
        value
    })
}

#[cfg(test)]
mod tests {
    use super::number_in;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let close = |text: &str, value: f64| {
            let read = number_in(text).expect(text);
            assert!(
                (read - value).abs() < 1e-12,
                "{text} is {value}, not {read}"
            );
        };
        close("12,345", 12345.0);
        close("1\u{202f}234 steps", 1234.0);
        close("98.5 %", 0.985);
        close("2.5e-3", 0.0025);
        assert_eq!(number_in("–"), None);
    }
}
