//! Data on the canvas: drawn, generated, erased, undone.

use nnvisu_tests::browser::Page;
use nnvisu_tests::data::XOR;
use serde_json::{Value, json};
use thirtyfour::Key;

use super::with_page;

#[tokio::test]
async fn a_click_adds_a_point_of_the_chosen_class_where_it_is() {
    with_page(async |page| {
        let points = [(0.5, 0.25, 0), (-0.75, -0.5, 3), (0.0, 0.9, 7)];
        page.draw(&points).await;
        page.until_points(3).await;
        for ((x, y, label), (stored_x, stored_y, stored_label)) in
            points.into_iter().zip(page.stored_points().await)
        {
            assert_eq!(stored_label, label);
            // The pointer moves by whole pixels of the window.
            assert!((stored_x - x).abs() < 0.01, "{stored_x}, not {x}");
            assert!((stored_y - y).abs() < 0.01, "{stored_y}, not {y}");
        }
    })
    .await;
}

#[tokio::test]
async fn points_keep_their_places_in_windows_of_any_shape() {
    with_page(async |page| {
        for (width, height) in [(1440, 500), (1100, 1000), (500, 900)] {
            page.resize(width, height).await;
            page.click("[data-command=clear]").await;
            page.until_points(0).await;
            page.draw(&[(0.8, -0.6, 1)]).await;
            page.until_points(1).await;
            let (x, y, _) = page.stored_points().await[0];
            let what = format!("({x}, {y}) in {width}×{height}");
            assert!((x - 0.8).abs() < 0.02 && (y + 0.6).abs() < 0.02, "{what}");
        }
    })
    .await;
}

#[tokio::test]
async fn dragging_draws_a_line_of_points_that_is_undone_as_one() {
    with_page(async |page| {
        page.click("[data-class=\"2\"]").await;
        page.drag(&[(-0.8, 0.0), (-0.4, 0.0), (0.0, 0.0), (0.4, 0.0), (0.8, 0.0)])
            .await;
        page.until("points to the end of the way", async || {
            page.stored_points()
                .await
                .last()
                .is_some_and(|&(x, ..)| x > 0.75)
        })
        .await;
        let points = page.stored_points().await;
        assert!(points.len() >= 5, "{} points", points.len());
        assert!(points.len() <= 100, "{} points", points.len());
        for &(x, y, label) in &points {
            assert_eq!(label, 2);
            assert!(x.abs() <= 0.82 && y.abs() < 0.02, "({x}, {y})");
        }
        page.click("[data-command=undo]").await;
        page.until_points(0).await;
        page.click("[data-command=redo]").await;
        page.until_points(points.len()).await;
        assert_eq!(page.stored_points().await, points);
    })
    .await;
}

#[tokio::test]
async fn the_eraser_removes_what_it_touches_and_adds_nothing() {
    with_page(async |page| {
        page.draw(&[(-0.8, 0.5, 0), (0.0, 0.5, 1), (0.8, 0.5, 0), (0.8, -0.5, 1)])
            .await;
        page.until_points(4).await;
        page.click("[data-tool=erase][role=radio]").await;
        page.click_at(-0.8, 0.5).await;
        page.until_points(3).await;
        // Where nothing is, nothing happens.
        page.click_at(-0.5, -0.5).await;
        page.drag(&[(0.0, 0.5), (0.4, 0.5), (0.8, 0.5)]).await;
        page.until_points(1).await;

        page.click("[data-command=undo]").await;
        page.until_points(3).await;
        page.click("[data-command=undo]").await;
        page.until_points(4).await;

        // A class instead of the eraser: drawing again.
        page.draw(&[(-0.5, -0.5, 4)]).await;
        page.until_points(5).await;
    })
    .await;
}

#[tokio::test]
async fn clearing_can_be_undone() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.until_points(4).await;
        let points = page.stored_points().await;
        page.click("[data-command=clear]").await;
        page.until_points(0).await;
        page.press("body", Key::Control + "z").await;
        page.until_points(4).await;
        assert_eq!(page.stored_points().await, points);
    })
    .await;
}

async fn generate(page: &Page, distribution: &str, classes: u8) {
    page.choose("[data-preference=classCount]", &classes.to_string())
        .await;
    let before = page.stored_points().await;
    page.click(&format!("[data-distribution=\"{distribution}\"]"))
        .await;
    page.until("another data set", async || {
        let points = page.stored_points().await;
        points.len() == 200 && points != before
    })
    .await;
}

#[tokio::test]
async fn every_data_set_comes_with_as_many_classes_as_chosen() {
    with_page(async |page| {
        for distribution in crate::v1::data::DISTRIBUTIONS {
            for classes in [2, 8] {
                generate(page, distribution, classes).await;
                let mut labels: Vec<u8> = page
                    .stored_points()
                    .await
                    .into_iter()
                    .inspect(|(x, y, _)| assert!(x.abs() <= 1.0 && y.abs() <= 1.0))
                    .map(|(_, _, label)| label)
                    .collect();
                labels.sort_unstable();
                labels.dedup();
                let all: Vec<u8> = (0..classes).collect();
                assert_eq!(labels, all, "{distribution}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_data_set_can_be_undone() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.until_points(4).await;
        generate(page, "blobs", 3).await;
        page.click("[data-command=undo]").await;
        page.until_points(4).await;
    })
    .await;
}

#[tokio::test]
async fn the_keyboard_draws_and_erases() {
    with_page(async |page| {
        page.press("canvas.points", Key::Right + "").await;
        page.press("canvas.points", "2").await;
        page.press("canvas.points", Key::Enter + "").await;
        page.until_points(1).await;
        assert_eq!(
            page.stored_points().await[0].2,
            1,
            "key 2 is the second class"
        );
        for _ in 0..8 {
            page.press("canvas.points", Key::Shift + Key::Up).await;
        }
        page.press("canvas.points", Key::Enter + "").await;
        page.until_points(2).await;
        let points = page.stored_points().await;
        assert!(points[1].1 > points[0].1 + 0.1, "{points:?}");
        page.press("canvas.points", Key::Delete + "").await;
        page.until_points(1).await;
    })
    .await;
}

#[tokio::test]
async fn a_finger_draws_too() {
    with_page(async |page| {
        page.resize(360, 740).await;
        page.click("[data-class=\"1\"]").await;
        page.tap_at(0.25, 0.5).await;
        page.until_points(1).await;
        let (x, y, label) = page.stored_points().await[0];
        assert!(
            (x - 0.25).abs() < 0.02 && (y - 0.5).abs() < 0.02,
            "({x}, {y})"
        );
        assert_eq!(label, 1);
    })
    .await;
}

/// Puts fingers on the canvas, moves or lifts them: pixels from its top left.
async fn touch(page: &Page, kind: &str, fingers: &[(f64, f64)]) {
    let [left, top]: [f64; 2] = page
        .eval(
            "const box = document.querySelector('canvas.points').getBoundingClientRect();
             return [box.left, box.top];",
        )
        .await;
    let points: Vec<Value> = (0..)
        .zip(fingers)
        .map(|(id, (x, y))| json!({"id": id, "x": left + x, "y": top + y}))
        .collect();
    page.driver()
        .cdp()
        .send_raw(
            "Input.dispatchTouchEvent",
            json!({"type": kind, "touchPoints": points}),
        )
        .await
        .expect("the screen can be touched");
}

async fn until_count(page: &Page, says: &str) {
    page.until(says, async || {
        page.text("[data-component=data-count]").await == says
    })
    .await;
}

async fn scroll_position(page: &Page) -> f64 {
    page.eval("return scrollY").await
}

#[tokio::test]
async fn two_fingers_scroll_the_page_and_draw_nothing() {
    with_page(async |page| {
        page.resize(360, 740).await;
        for draws_first in [false, true] {
            let _: Value = page
                .eval("document.querySelector('canvas.points').scrollIntoView({block: 'center', behavior: 'instant'})")
                .await;
            let before = scroll_position(page).await;
            assert!(before > 150.0, "there is something above the canvas");
            if draws_first {
                touch(page, "touchStart", &[(100.0, 100.0)]).await;
                touch(page, "touchMove", &[(160.0, 100.0)]).await;
                until_count(page, "5 points").await;
                touch(page, "touchStart", &[(160.0, 100.0), (250.0, 100.0)]).await;
            } else {
                touch(page, "touchStart", &[(160.0, 100.0), (250.0, 100.0)]).await;
            }
            until_count(page, "No points yet").await;
            // The fingers stay where they are on the canvas, or go further down on the screen.
            page.until("the page to follow the fingers", async || {
                touch(page, "touchMove", &[(160.0, 120.0), (250.0, 120.0)]).await;
                scroll_position(page).await < before - 20.0
            })
            .await;
            touch(page, "touchEnd", &[]).await;
            until_count(page, "No points yet").await;
        }
        // One finger draws as before.
        page.tap_at(0.0, 0.0).await;
        page.until_points(1).await;
    })
    .await;
}

/// Presses Space wherever the focus is.
async fn press_space(page: &Page) {
    page.driver()
        .action_chain()
        .send_keys(" ")
        .perform()
        .await
        .expect("keys can be pressed");
}

#[tokio::test]
async fn a_double_click_is_one_point_and_space_after_a_click_trains() {
    with_page(async |page| {
        let canvas = page.element("canvas.points").await;
        page.driver()
            .action_chain()
            .double_click_element(&canvas)
            .perform()
            .await
            .expect("the pointer clicks");
        page.click_at(0.5, 0.5).await;
        page.until_points(2).await;
        press_space(page).await;
        page.until("training", async || page.is_running().await)
            .await;
        // A button keeps the focus of its click.
        page.click("[data-command=stepOnce]").await;
        press_space(page).await;
        page.until("training", async || page.is_running().await)
            .await;
        assert_eq!(page.stored_points().await.len(), 2);
    })
    .await;
}
