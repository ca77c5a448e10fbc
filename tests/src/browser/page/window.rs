//! The window around the page.

use std::path::Path;

use serde_json::json;

use super::Page;
use crate::browser::Engine;

impl Page {
    /// Gives the page another size, as a window or a device would.
    pub async fn resize(&self, width: u32, height: u32) {
        self.resize_dense(width, height, 1).await;
    }

    /// Gives the page another size, with so many pixels of the screen to a CSS pixel.
    pub async fn resize_dense(&self, width: u32, height: u32, density: u32) {
        match self.engine {
            Engine::Chromium => {
                let metrics = json!({
                    "width": width, "height": height, "deviceScaleFactor": density, "mobile": false,
                });
                let cdp = self.driver.cdp();
                cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics)
                    .await
                    .expect("the window can have any size");
            }
            Engine::Firefox => {
                let context = self.driver.window().await.expect("a window");
                let viewport = json!({
                    "context": context.to_string(),
                    "viewport": {"width": width, "height": height},
                    "devicePixelRatio": density,
                });
                self.console
                    .bidi()
                    .command("browsingContext.setViewport", viewport)
                    .await;
            }
            Engine::WebKit => {
                assert!(density == 1, "WebKit's screen in memory has one density");
                self.resize_window(width, height).await;
            }
        }
    }

    /// Gives the window the size around a page of this size.
    async fn resize_window(&self, width: u32, height: u32) {
        let window = self.driver.get_window_rect().await.expect("a window");
        let size = async || -> [i64; 2] { self.eval("return [innerWidth, innerHeight]").await };
        let [inner_width, inner_height] = size().await;
        let (width, height) = (i64::from(width), i64::from(height));
        let outer = |wanted: i64, outer: i64, inner: i64| (wanted + outer - inner) as u32;
        self.driver
            .set_window_rect(
                0,
                0,
                outer(width, window.width, inner_width),
                outer(height, window.height, inner_height),
            )
            .await
            .expect("the window can have this size");
        self.until(&format!("a page of {width}×{height}"), async || {
            size().await == [width, height]
        })
        .await;
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
}
