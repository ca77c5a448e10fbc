//! Data on the canvas: drawn, generated, erased, undone.

use nnvisu_tests::browser::Page;
use nnvisu_tests::data::XOR;
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
