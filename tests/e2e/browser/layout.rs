//! What the page says about itself, and how it fits into windows.

use nnvisu_tests::browser::Page;

use super::with_page;

/// A rectangle in the window: left, top, right, bottom.
async fn rectangle(page: &Page, selector: &str) -> [f64; 4] {
    page.eval_with(
        "const box = document.querySelector(arguments[0]).getBoundingClientRect();
         return [box.left, box.top, box.right, box.bottom];",
        &[selector.into()],
    )
    .await
}

async fn assert_no_horizontal_scroll(page: &Page, width: u32) {
    let [needed, given]: [f64; 2] = page
        .eval(
            "const page = document.scrollingElement;
             return [page.scrollWidth, document.documentElement.clientWidth];",
        )
        .await;
    assert!(needed <= given, "{width} px wide: {needed} px are needed");
}

/// Asserts that no text is longer than the room it has.
async fn assert_nothing_is_cut(page: &Page, width: u32) {
    let cut: Vec<String> = page
        .eval(
            "const isShort = (element) =>
                 element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1;
             return [...document.querySelectorAll('button, .panel *, .player *, .page-header *')]
                 .filter(isShort)
                 .map((element) => element.textContent);",
        )
        .await;
    assert!(cut.is_empty(), "{width} px wide: {cut:?}");
}

#[tokio::test]
async fn no_window_from_320_pixels_up_scrolls_sideways() {
    with_page(async |page| {
        for panel in [".advanced-panel", ".files-panel", ".display-panel"] {
            page.unfold(panel).await;
        }
        // With explanations on display, which are the longest texts.
        page.enter("[data-setting=architecture]", "10-x").await;
        page.enter("[data-setting=learningRate]", "-1").await;
        for (width, height) in [
            (320, 640),
            (360, 740),
            (768, 1024),
            (1024, 768),
            (1440, 900),
            (1920, 1080),
        ] {
            page.resize(width, height).await;
            page.until("the canvas to follow the window", async || {
                let [left, top, right, bottom] = rectangle(page, "canvas.points").await;
                ((right - left) - (bottom - top)).abs() < 1.0 && right <= f64::from(width)
            })
            .await;
            assert_no_horizontal_scroll(page, width).await;
            assert_nothing_is_cut(page, width).await;
        }
    })
    .await;
}

#[tokio::test]
async fn on_a_wide_screen_controls_and_canvas_are_both_in_view() {
    with_page(async |page| {
        for (width, height) in [(1440, 900), (1920, 1080)] {
            page.resize(width, height).await;
            page.until("the canvas beside the controls, all in view", async || {
                let canvas = rectangle(page, "canvas.points").await;
                let train = rectangle(page, "[data-command=train]").await;
                let slider = rectangle(page, "[data-part=timeline]").await;
                let in_view = |[left, top, right, bottom]: [f64; 4]| {
                    left >= 0.0
                        && top >= 0.0
                        && right <= f64::from(width)
                        && bottom <= f64::from(height)
                };
                in_view(canvas) && in_view(train) && in_view(slider) && train[2] <= canvas[0]
            })
            .await;
            let [_, top, _, bottom] = rectangle(page, "canvas.points").await;
            assert!(
                bottom - top > f64::from(height) * 0.7,
                "the canvas fills the height"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn opening_the_dock_neither_moves_nor_resizes_the_canvas() {
    with_page(async |page| {
        // Room beside the canvas, none beside it, and a phone.
        for (width, height) in [(1920, 1080), (1440, 900), (1200, 800), (390, 844)] {
            page.resize(width, height).await;
            page.until("the dock where it belongs", async || {
                page.is_visible(".dock").await
            })
            .await;
            // In the page, which may scroll when it becomes shorter.
            let canvas = async || -> [i64; 4] {
                page.eval(
                    "const box = document.querySelector('canvas.points').getBoundingClientRect();
                     return [box.left + scrollX, box.top + scrollY, box.width, box.height]
                         .map(Math.round);",
                )
                .await
            };
            let open = canvas().await;
            if width >= 1440 {
                let [_, _, canvas_right, _] = rectangle(page, "canvas.points").await;
                let [left, _, right, _] = rectangle(page, ".dock").await;
                assert!(
                    left >= canvas_right && right <= f64::from(width),
                    "{width}: the dock is from {left} to {right}, the canvas ends at {canvas_right}"
                );
            }
            page.press("body", "d").await;
            page.until("a closed dock", async || !page.is_visible(".dock").await)
                .await;
            assert_eq!(canvas().await, open, "{width}: closing the dock");
            page.press("body", "d").await;
            page.until("an open dock", async || page.is_visible(".dock").await)
                .await;
            assert_eq!(canvas().await, open, "{width}: opening the dock");
        }
    })
    .await;
}

#[tokio::test]
async fn on_a_narrow_screen_the_canvas_is_as_wide_as_the_page() {
    with_page(async |page| {
        for (width, height) in [(360, 740), (768, 1024)] {
            page.resize(width, height).await;
            page.until("a wide canvas below the controls", async || {
                let canvas = rectangle(page, "canvas.points").await;
                let palette = rectangle(page, "[data-class=\"0\"]").await;
                canvas[2] - canvas[0] >= f64::from(width) * 0.9 && palette[3] <= canvas[1]
            })
            .await;
        }
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_the_canvas_follows_the_data_and_the_player_stays_in_reach() {
    with_page(async |page| {
        for (width, height) in [(390, 844), (360, 640)] {
            page.resize(width, height).await;
            page.until("data, canvas, then the settings", async || {
                let data = rectangle(page, ".data-panel").await;
                let canvas = rectangle(page, "canvas.points").await;
                let settings = rectangle(page, "[data-setting=architecture]").await;
                data[3] <= canvas[1] && canvas[3] <= settings[1]
            })
            .await;
            // Nothing but the row of colours is between them.
            let data = rectangle(page, ".data-panel").await;
            let canvas = rectangle(page, "canvas.points").await;
            assert!(canvas[1] - data[3] < 72.0, "{data:?} {canvas:?}");
            for control in [
                "[data-command=train]",
                "[data-command=stepOnce]",
                "[data-part=timeline]",
            ] {
                let [left, top, right, bottom] = rectangle(page, control).await;
                assert!(
                    left >= 0.0
                        && top >= f64::from(height) / 2.0
                        && right <= f64::from(width)
                        && bottom <= f64::from(height),
                    "{control} is at {left}, {top}, {right}, {bottom}"
                );
            }
            let in_order: bool = page
                .eval(
                    "const [data, canvas, field] = ['[data-class]', 'canvas.points', '[data-setting]']
                         .map((selector) => document.querySelector(selector));
                     const follows = (a, b) => (a.compareDocumentPosition(b) & 4) !== 0;
                     return follows(data, canvas) && follows(canvas, field);",
                )
                .await;
            assert!(in_order, "the Tab key goes as the eyes do");
        }
    })
    .await;
}

/// 1280 by 720 pixels at 400 per cent.
#[tokio::test]
async fn a_page_enlarged_four_times_can_be_used() {
    with_page(async |page| {
        page.resize(320, 180).await;
        page.click("[data-distribution=moons]").await;
        page.until_points(200).await;
        page.train().await;
        page.until("training", async || page.step().await > 3).await;
        assert_no_horizontal_scroll(page, 320).await;
        // What the focus goes to can be scrolled into sight, and nothing lies over it.
        for control in [
            "[data-class=\"3\"]",
            "[data-command=train]",
            "[data-part=timeline]",
            "[data-setting=architecture]",
            "[data-setting=speed]",
        ] {
            let is_on_top: bool = page
                .eval_with(
                    "const element = document.querySelector(arguments[0]);
                     element.focus();
                     const box = element.getBoundingClientRect();
                     const top = document.elementFromPoint(
                         box.left + box.width / 2, box.top + box.height / 2);
                     return element === top || element.contains(top);",
                    &[control.into()],
                )
                .await;
            assert!(is_on_top, "{control} is covered");
        }
    })
    .await;
}

#[tokio::test]
async fn a_presentation_can_be_read_from_the_back_row_and_drawn_on() {
    with_page(async |page| {
        page.click_at(0.5, 0.5).await;
        page.press("body", "p").await;
        page.until("nothing but the canvas and the numbers", async || {
            page.is_visible(".presentation").await && !page.is_visible(".controls h2").await
        })
        .await;
        let heights: Vec<f64> = page
            .eval(
                "return [...document.querySelectorAll('.presentation [data-stat]')]
                     .map((number) => parseFloat(getComputedStyle(number).fontSize));",
            )
            .await;
        assert_eq!(heights, [64.0; 3]);
        page.click_at(-0.5, -0.5).await;
        page.until_points(2).await;
        page.click(".presentation [data-command=togglePresentation]")
            .await;
        page.until("the whole page", async || {
            page.is_visible(".controls h2").await && !page.is_visible(".presentation").await
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_map_is_crisp_on_a_dense_screen() {
    with_page(async |page| {
        // Another size as well: of a density alone an emulated screen tells nobody.
        page.resize_dense(1280, 900, 2).await;
        page.until("two canvas pixels a CSS pixel", async || {
            let ratio: f64 = page
                .eval(
                    "const canvas = document.querySelector('canvas.points');
                     return canvas.width / canvas.getBoundingClientRect().width;",
                )
                .await;
            (ratio - 2.0).abs() < 0.02
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_page_says_what_it_is_and_whom_to_thank() {
    with_page(async |page| {
        let title = page.driver().title().await.expect("a title");
        assert!(title.contains("nnvisu"), "{title}");
        let header = page.text("header").await;
        assert!(header.contains("neural network"), "{header}");
        let steps: usize = page
            .eval("return document.querySelectorAll('header ol li').length")
            .await;
        assert!((1..=6).contains(&steps), "a how-to of {steps} steps");
        let footer = page.text("footer").await;
        for part in [
            env!("CARGO_PKG_VERSION"),
            "Jan Švec",
            "Department of Cybernetics, University of West Bohemia",
        ] {
            assert!(footer.contains(part), "{part} in {footer}");
        }
        let controls = page.text("main").await;
        for heading in [
            "Training data",
            "Training & history",
            "Advanced training settings",
        ] {
            assert!(controls.contains(heading), "{heading} in {controls}");
        }
    })
    .await;
}

#[tokio::test]
async fn everything_that_can_be_used_has_a_name_for_screen_readers() {
    with_page(async |page| {
        page.unfold(".advanced-panel").await;
        page.unfold(".display-panel").await;
        let cdp = page.driver().cdp();
        cdp.send_raw("Accessibility.enable", ())
            .await
            .expect("accessibility");
        let tree = cdp
            .send_raw("Accessibility.getFullAXTree", ())
            .await
            .expect("a tree");
        let nodes = tree["nodes"].as_array().expect("a list");
        let roles = [
            "button",
            "textbox",
            "combobox",
            "slider",
            "radio",
            "checkbox",
            "link",
            "spinbutton",
        ];
        let mut used = 0;
        for node in nodes {
            let role = node["role"]["value"].as_str().unwrap_or_default();
            if node["ignored"] == true || !roles.contains(&role) {
                continue;
            }
            used += 1;
            let name = node["name"]["value"].as_str().unwrap_or_default();
            assert!(!name.trim().is_empty(), "a {role} without a name: {node}");
        }
        assert!(used > 20, "only {used} controls");
    })
    .await;
}
