//! Buttons, fields, lists and folds of the page, used with mouse and keyboard.

use serde_json::json;
use thirtyfour::{By, Key};

use super::Page;

impl Page {
    /// Clicks on an element.
    pub async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        if let Err(error) = element.click().await {
            panic!("{selector} cannot be clicked: {error}");
        }
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
    pub async fn fill(&self, selector: &str, text: impl Into<thirtyfour::TypingData>) {
        // A modifier is held until the end of a call.
        self.press(selector, Key::Control + "a").await;
        self.press(selector, Key::Delete + "").await;
        // WebKit's driver does not take nothing for keys.
        let text = text.into();
        if !text.as_vec().is_empty() {
            self.press(selector, text).await;
        }
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
}
