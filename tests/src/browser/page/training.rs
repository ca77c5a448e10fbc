//! The player: training, and the numbers that say how far it is.

use super::Page;

impl Page {
    /// The first number in an element's text, thousands separators allowed;
    /// percentages come as shares of 1.
    pub async fn number(&self, selector: &str) -> Option<f64> {
        number_in(&self.text(selector).await)
    }

    /// The step on display, 0 if none is.
    pub async fn step(&self) -> u64 {
        self.number("[data-stat=step]").await.unwrap_or(0.0) as u64
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

    /// Waits until the page is paused and has stored the network of the step on display, and
    /// stays so: before the answer to its request comes, that also holds of the last frame of
    /// before.
    pub async fn settled(&self) {
        const IN_A_ROW: usize = 10;
        let (mut seen, mut n_times) = (None, 0);
        self.until("a pause", async || {
            let step = self.step().await;
            let is_settled = !self.is_running().await && self.stored_step().await == Some(step);
            n_times = match is_settled {
                true if seen == Some(step) => n_times + 1,
                true => 1,
                false => 0,
            };
            seen = Some(step);
            n_times == IN_A_ROW
        })
        .await;
    }

    /// Waits until the page is paused at the first step of a network, and has stored it.
    pub async fn settled_anew(&self) {
        self.until("a new network", async || {
            let step = self.step().await;
            !self.is_running().await && step == 0 && self.stored_step().await == Some(0)
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
