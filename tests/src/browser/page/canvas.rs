//! The canvas: what a pointer does on it, and what it shows.

use serde_json::json;

use super::Page;
use crate::browser::Engine;
use crate::data::LabelledPoint;

/// Red, green and blue, 0 to 255.
pub type Pixel = [u8; 3];

impl Page {
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
        match self.engine {
            Engine::Chromium => {
                for (kind, touches) in [
                    ("touchStart", json!([{"x": x, "y": y}])),
                    ("touchEnd", json!([])),
                ] {
                    let touch = json!({"type": kind, "touchPoints": touches});
                    self.driver
                        .cdp()
                        .send_raw("Input.dispatchTouchEvent", touch)
                        .await
                        .expect("the screen can be touched");
                }
            }
            Engine::Firefox => {
                let context = self.driver.window().await.expect("a window");
                let tap = json!([
                    {"type": "pointerMove", "x": x, "y": y},
                    {"type": "pointerDown", "button": 0},
                    {"type": "pointerUp", "button": 0},
                ]);
                let finger = json!({
                    "type": "pointer", "id": "finger",
                    "parameters": {"pointerType": "touch"}, "actions": tap,
                });
                let actions = json!({"context": context.to_string(), "actions": [finger]});
                self.console
                    .bidi()
                    .command("input.performActions", actions)
                    .await;
            }
            Engine::WebKit => panic!("WebKitGTK's driver has no finger"),
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
}
