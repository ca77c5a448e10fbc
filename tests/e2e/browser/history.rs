//! The history slider: what the network looked like on the way.

use nnvisu_tests::browser::Page;
use nnvisu_tests::data::XOR;
use thirtyfour::Key;

use super::{PETROFF, until_painted, with_page};

async fn loss(page: &Page) -> f64 {
    page.number("[data-stat=loss]").await.expect("a loss")
}

#[tokio::test]
async fn the_slider_shows_earlier_maps_with_their_own_numbers() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.choose("[data-setting=speed]", "250").await;
        page.train().await;
        page.until("a learned network", async || {
            page.step().await > 100 && loss(page).await < 0.2
        })
        .await;
        page.pause().await;
        until_painted(page, &XOR, &PETROFF).await;
        let now = (page.step().await, loss(page).await);
        let learned = page.map_hash().await;

        page.press("[data-part=timeline]", Key::Home + "").await;
        page.until("the beginning", async || page.step().await < 10)
            .await;
        page.until("another map", async || page.map_hash().await != learned)
            .await;
        assert!(loss(page).await > now.1);
        let beginning = page.map_hash().await;

        page.press("[data-part=timeline]", Key::Right + Key::Right + Key::Right)
            .await;
        page.until("a later map", async || page.step().await > 0)
            .await;
        page.until("yet another map", async || {
            page.map_hash().await != beginning
        })
        .await;
        assert!(page.step().await < now.0);

        page.press("[data-part=timeline]", Key::End + "").await;
        page.until("the present", async || page.step().await == now.0)
            .await;
        // Not the very pixels from before: a finer map of the pause may have come since.
        until_painted(page, &XOR, &PETROFF).await;
        assert!((loss(page).await - now.1).abs() < 1e-9);
    })
    .await;
}

#[tokio::test]
async fn training_continues_from_the_latest_network_not_the_one_looked_at() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.choose("[data-setting=speed]", "250").await;
        page.train().await;
        page.until("some training", async || page.step().await > 100)
            .await;
        page.pause().await;
        let latest = page.step().await;
        let network = page.stored_parameters().await;
        page.press("[data-part=timeline]", Key::Home + "").await;
        page.until("the beginning", async || page.step().await < latest)
            .await;
        assert_eq!(
            page.stored_parameters().await,
            network,
            "looking changes nothing"
        );
        page.train().await;
        page.until("the next step", async || page.step().await > latest)
            .await;
        page.pause().await;
    })
    .await;
}

#[tokio::test]
async fn a_long_run_stays_within_256_snapshots() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.choose("[data-setting=speed]", "max").await;
        page.train().await;
        page.until("a long run", async || {
            page.step().await > 5000 && page.value("[data-part=timeline]").await != "0"
        })
        .await;
        page.pause().await;
        let length: usize = page
            .eval("return Number(document.querySelector('[data-part=timeline]').dataset.snapshots)")
            .await;
        assert!((2..=256).contains(&length), "{length} snapshots");
        // The whole run, not only its end.
        page.press("[data-part=timeline]", Key::Home + "").await;
        page.until("the beginning", async || page.step().await == 0)
            .await;
    })
    .await;
}
