//! What the page keeps in the browser.

use serde_json::{Value, json};

use super::Page;
use crate::data::{LabelledPoint, points_from};

impl Page {
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
}
