//! Training: the main job, and what the page says about it.

use nnvisu_tests::browser::Page;
use nnvisu_tests::data::XOR;

use super::{CLASSIC, PETROFF, assert_training_continues, until_painted, with_page};

/// Waits until the loss on display is below `loss`.
async fn until_loss(page: &Page, loss: f64) {
    page.until(&format!("a loss below {loss}"), async || {
        page.number("[data-stat=loss]")
            .await
            .is_some_and(|shown| shown < loss)
    })
    .await;
}

#[tokio::test]
async fn xor_by_four_clicks_is_learned_and_painted() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.choose("[data-setting=speed]", "1000").await;
        page.train().await;
        until_loss(page, 0.01).await;
        page.pause().await;
        assert_eq!(page.number("[data-stat=accuracy]").await, Some(1.0));
        until_painted(page, &XOR, &PETROFF).await;

        page.unfold(".display-panel").await;
        page.choose("[data-preference=palette]", "classic").await;
        until_painted(page, &XOR, &CLASSIC).await;
    })
    .await;
}

/// How many pixels of the boundary a line from (−1, 0) to (0, 0) of the data's plane crosses.
async fn boundary_pixels(page: &Page) -> usize {
    page.eval(
        "const line = document.querySelector('canvas.boundary');
         const row = line.getContext('2d').getImageData(0, line.height >> 1, line.width >> 1, 1).data;
         return row.filter((value, i) => i % 4 === 3 && value > 0).length;",
    )
    .await
}

#[tokio::test]
async fn a_hairline_is_between_two_classes_and_one_key_takes_it_away() {
    with_page(async |page| {
        page.draw(&[(-0.9, 0.0, 0), (-0.1, 0.0, 1)]).await;
        page.choose("[data-setting=speed]", "1000").await;
        page.train().await;
        until_loss(page, 0.01).await;
        page.pause().await;
        page.until("a line of a pixel or two", async || {
            (1..=3).contains(&boundary_pixels(page).await)
        })
        .await;
        // The map lies over the canvas, and both are seen.
        let opacity =
            "return parseFloat(getComputedStyle(document.querySelector('canvas.map')).opacity)";
        page.until("a map at two thirds", async || {
            (0.6..0.7).contains(&page.eval::<f64>(opacity).await)
        })
        .await;
        page.press("body", "m").await;
        page.until("the plain map", async || {
            boundary_pixels(page).await == 0 && page.eval::<f64>(opacity).await > 0.99
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn moons_are_learned_to_98_percent() {
    with_page(async |page| {
        page.click("[data-distribution=\"moons\"]").await;
        page.until_points(200).await;
        page.choose("[data-setting=speed]", "max").await;
        page.train().await;
        page.until_accuracy(0.98).await;
        page.pause().await;
        assert!(page.number("[data-stat=accuracy]").await >= Some(0.98));
    })
    .await;
}

#[tokio::test]
async fn pausing_adding_a_point_and_resuming_keeps_the_network() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.choose("[data-setting=speed]", "250").await;
        page.train().await;
        until_loss(page, 0.2).await;
        page.pause().await;
        let network = page.stored_parameters().await;
        let step = page.step().await;
        page.draw(&[(0.8, 0.8, 0)]).await;
        page.until_points(5).await;
        assert_eq!(page.step().await, step);
        assert_eq!(page.stored_parameters().await, network);
        assert_training_continues(page).await;
    })
    .await;
}

#[tokio::test]
async fn a_new_class_while_training_is_learned_too() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.choose("[data-setting=speed]", "250").await;
        page.train().await;
        until_loss(page, 0.3).await;
        let step = page.step().await;
        page.draw(&[(0.0, 0.0, 2)]).await;
        assert!(page.is_running().await, "training continues");
        let with_third = [&XOR[..], &[(0.0, 0.0, 2)]].concat();
        page.choose("[data-setting=speed]", "1000").await;
        until_painted(page, &with_third, &PETROFF).await;
        assert!(page.step().await > step, "training continues");
        page.pause().await;
    })
    .await;
}

#[tokio::test]
async fn resetting_shows_an_untrained_network() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.choose("[data-setting=speed]", "1000").await;
        page.train().await;
        until_loss(page, 0.05).await;
        let trained = page.map_hash().await;
        page.click("[data-command=reset]").await;
        page.settled_anew().await;
        page.until("the map of another network", async || {
            page.map_hash().await != trained
        })
        .await;
        assert!(page.number("[data-stat=loss]").await > Some(0.3));
    })
    .await;
}

#[tokio::test]
async fn a_single_step_is_one_step() {
    with_page(async |page| {
        page.draw(&XOR).await;
        for expected in 1..=3 {
            page.click("[data-command=stepOnce]").await;
            page.until(&format!("step {expected}"), async || {
                page.step().await == expected
            })
            .await;
            page.settled().await;
            assert_eq!(page.step().await, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn without_points_the_page_asks_for_some() {
    with_page(async |page| {
        page.click("[data-command=train]").await;
        page.until("a word about points", async || {
            page.text(".status")
                .await
                .to_lowercase()
                .contains("add points")
        })
        .await;
        assert!(!page.is_running().await);
        page.draw(&XOR).await;
        page.train().await;
    })
    .await;
}

#[tokio::test]
async fn one_class_alone_trains_and_the_page_says_so() {
    with_page(async |page| {
        page.draw(&[(0.2, 0.2, 0), (-0.3, 0.4, 0)]).await;
        page.train().await;
        page.until("a word about the one class", async || {
            page.text(".status")
                .await
                .to_lowercase()
                .contains("one class")
        })
        .await;
        page.until("progress", async || page.step().await > 5).await;
    })
    .await;
}

#[tokio::test]
async fn by_default_a_newcomer_sees_several_seconds_of_training() {
    with_page(async |page| {
        page.click("[data-distribution=\"moons\"]").await;
        page.until_points(200).await;
        page.train().await;
        page.until("some training", async || page.step().await > 60)
            .await;
        // At full speed this would be tens of thousands.
        let rate = page.number("[data-stat=rate]").await.expect("a number");
        assert!(rate < 150.0, "{rate} steps a second");
        page.pause().await;
    })
    .await;
}
