//! The page in Chromium, used as a person uses it.

mod accessibility;
mod drawing;
mod files;
mod history;
mod layout;
mod loading;
mod restoring;
mod settings;
mod training;

use nnvisu_tests::browser::{Page, Pixel, with_browser};
use nnvisu_tests::data::LabelledPoint;
use nnvisu_tests::reference::floats_from_base64;
use nnvisu_tests::server::Server;
use serde_json::Value;

/// The page's first colours by default: Petroff's sequence.
const PETROFF: [Pixel; 8] = [
    [0x3f, 0x90, 0xda],
    [0xff, 0xa9, 0x0e],
    [0xbd, 0x1f, 0x01],
    [0x94, 0xa4, 0xa2],
    [0x83, 0x2d, 0xb6],
    [0xa9, 0x6b, 0x59],
    [0xe7, 0x63, 0x00],
    [0xb9, 0xac, 0x70],
];

/// The classic colours, those of v1 maps.
const CLASSIC: [Pixel; 8] = [
    [0x34, 0x98, 0xdb],
    [0xe6, 0x7e, 0x22],
    [0xe7, 0x4c, 0x3c],
    [0x9b, 0x59, 0xb6],
    [0x2e, 0xcc, 0x71],
    [0xf1, 0xc4, 0x0f],
    [0x79, 0x55, 0x48],
    [0x34, 0x49, 0x5e],
];

/// Opens the page of a fresh server in a fresh browser.
async fn with_page(test: impl AsyncFnOnce(&Page)) {
    let server = Server::start().await;
    with_browser(async |page| {
        page.open(&server.url("/")).await;
        test(page).await;
    })
    .await;
}

/// The class whose colour is nearest.
fn nearest(palette: &[Pixel], pixel: Pixel) -> usize {
    let distance = |color: &Pixel| -> u32 {
        let channels = color.iter().zip(pixel);
        channels.map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    };
    let nearest = palette
        .iter()
        .enumerate()
        .min_by_key(|(_, color)| distance(color));
    nearest.expect("a palette has colours").0
}

/// Waits until the map shows each point on its class's colour.
async fn until_painted(page: &Page, points: &[LabelledPoint], palette: &[Pixel]) {
    for &(x, y, label) in points {
        page.until(&format!("class {label} at ({x}, {y})"), async || {
            nearest(palette, page.pixel_at(x, y).await) == usize::from(label)
        })
        .await;
    }
}

/// Asserts that a stored network came from another one by at most `steps`
/// steps of Adam, which moves no parameter by much more than the learning
/// rate.
fn assert_continues(later: &Value, earlier: &Value, steps: u64, learning_rate: f64) {
    let later = floats_from_base64(later);
    let earlier = floats_from_base64(earlier);
    assert_eq!(later.len(), earlier.len(), "the same network");
    let furthest = later
        .iter()
        .zip(&earlier)
        .map(|(later, earlier)| (later - earlier).abs())
        .fold(0.0, f64::max);
    let bound = learning_rate * 2.0 * steps as f64;
    assert!(
        furthest <= bound,
        "a parameter moved by {furthest} in {steps} steps"
    );
}

/// Trains slowly for a step or more, and asserts that this went on from the
/// network that was stored before.
async fn assert_training_continues(page: &Page) {
    let network = page.stored_parameters().await;
    let step = page.step().await;
    assert!(step > 0, "something was trained before");
    page.choose("[data-setting=speed]", "2").await;
    page.train().await;
    page.until("another step", async || page.step().await > step)
        .await;
    page.pause().await;
    let steps = page.step().await - step;
    let config = page.stored("nnvisu_config").await;
    let learning_rate = config["learningRate"].as_f64().expect("a number");
    assert_continues(
        &page.stored_parameters().await,
        &network,
        steps,
        learning_rate,
    );
}
