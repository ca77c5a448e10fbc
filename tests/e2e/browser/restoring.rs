//! Nothing is lost: reloads, lost connections, further tabs, sub-paths.

use nnvisu_tests::browser::{Page, with_browser};
use nnvisu_tests::data::{LabelledPoint, XOR, points};
use nnvisu_tests::proxy::Proxy;
use nnvisu_tests::reference::Model;
use nnvisu_tests::server::Server;
use serde_json::{Value, json};

use super::{PETROFF, assert_training_continues, nearest, with_page};

/// What must survive.
#[derive(Debug, PartialEq)]
struct Work {
    points: Vec<LabelledPoint>,
    config: Value,
    network: Value,
    step: u64,
}

async fn work(page: &Page) -> Work {
    Work {
        points: page.stored_points().await,
        config: page.stored("nnvisu_config").await,
        network: page.stored_parameters().await,
        step: page.step().await,
    }
}

/// Draws and trains a little, with settings that are not the defaults.
async fn do_some_work(page: &Page) -> Work {
    page.draw(&XOR).await;
    page.enter("[data-setting=architecture]", "8-4").await;
    page.unfold(".advanced-panel").await;
    page.enter("[data-setting=learningRate]", "0.02").await;
    page.choose("[data-setting=speed]", "250").await;
    page.train().await;
    page.until("some training", async || page.step().await > 50)
        .await;
    page.pause().await;
    work(page).await
}

#[tokio::test]
async fn after_a_reload_everything_is_back_and_training_continues() {
    with_page(async |page| {
        let before = do_some_work(page).await;
        let colors = [
            page.pixel_at(0.5, 0.5).await,
            page.pixel_at(-0.5, 0.5).await,
        ];
        page.reload().await;
        page.until("the step on display", async || {
            page.step().await == before.step
        })
        .await;
        assert_eq!(work(page).await, before);
        assert_eq!(page.value("[data-setting=architecture]").await, "8-4");
        assert_eq!(
            page.value("[data-setting=learningRate]").await.parse(),
            Ok(0.02)
        );
        page.until("the same map", async || {
            [
                page.pixel_at(0.5, 0.5).await,
                page.pixel_at(-0.5, 0.5).await,
            ] == colors
        })
        .await;
        assert_training_continues(page).await;
    })
    .await;
}

/// nnvisu's first page kept the same things under the same names in its own way.
#[tokio::test]
async fn the_work_of_the_first_page_is_continued() {
    with_page(async |page| {
        let model = Model::of_sizes(&[2, 6, 4, 3, 2]);
        let config = json!({
            "learningRate": 0.02, "architecture": [6, 4, 3], "activation": "relu",
            "optimizer": "adam", "regularization": 0, "batchSize": 0, "dropout": 0,
        });
        let entries = json!({
            "nnvisu_config": config, "nnvisu_data": points(&XOR), "nnvisu_weights": model.to_json(),
            "nnvisu_advanced_expanded": true,
        });
        let _: Value = page
            .eval_with(
                "for (const [key, value] of Object.entries(arguments[0]))
                   localStorage.setItem(key, JSON.stringify(value));
                 // This page has a network of its own, which is not to be kept.
                 Storage.prototype.setItem = () => {};
                 return null;",
                &[entries],
            )
            .await;
        page.reload().await;
        page.draw(&[(0.9, 0.0, 0)]).await;
        page.until("the points as this page keeps them", async || {
            page.stored("nnvisu_data").await["points"].is_array()
        })
        .await;
        page.until_points(XOR.len() + 1).await;
        assert_eq!(page.stored_points().await[..XOR.len()], XOR);
        assert_eq!(page.value("[data-setting=architecture]").await, "6-4-3");
        assert_eq!(page.value("[data-setting=activation]").await, "relu");
        assert!(page.is_visible("[data-setting=learningRate]").await);

        page.choose("[data-setting=speed]", "2").await;
        page.train().await;
        page.until("a step", async || page.step().await > 0).await;
        page.pause().await;
        let bound = 0.02 * 2.0 * page.step().await as f64;
        let checkpoint = &page.stored("nnvisu_weights").await["checkpoint"];
        let later = Model::from_checkpoint(checkpoint);
        assert_eq!(later.sizes(), model.sizes());
        for (later, earlier) in later.parameters().iter().zip(model.parameters()) {
            assert!((later - earlier).abs() <= bound, "{earlier} became {later}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_reload_in_the_middle_of_training_loses_no_more_than_a_moment() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.train().await;
        page.until("a stored network", async || {
            page.stored_step().await.is_some_and(|step| step > 30)
        })
        .await;
        let stored = page.stored_step().await.expect("a step");
        page.reload().await;
        page.until("the network to be back", async || {
            page.step().await >= stored
        })
        .await;
        if page.is_running().await {
            page.pause().await;
        }
        assert_training_continues(page).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_dies_and_comes_back_costs_nothing() {
    let server = Server::start().await;
    let port = server.address().port();
    with_browser(async |page| {
        page.open(&server.url("/")).await;
        let before = do_some_work(page).await;

        page.expect_network_errors();
        server.kill().await;
        page.until("the loss to be noticed", async || {
            page.connection().await == "retrying"
        })
        .await;
        page.until("a word about it", async || {
            let text: String = page.eval("return document.body.innerText").await;
            text.contains("Connection lost")
        })
        .await;
        // The person continues meanwhile.
        page.draw(&[(0.9, 0.0, 0)]).await;
        page.until_points(5).await;

        let again = Server::start_on(port, &[]).await;
        page.connected().await;
        let after = work(page).await;
        assert_eq!(after.points.len(), 5);
        assert_eq!(after.points[..4], before.points[..]);
        assert_eq!((after.config, after.step), (before.config, before.step));
        assert_eq!(after.network, before.network);
        assert_training_continues(page).await;
        drop(again);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_dies_while_training_is_continued() {
    let server = Server::start().await;
    let port = server.address().port();
    with_browser(async |page| {
        page.open(&server.url("/")).await;
        page.draw(&XOR).await;
        page.train().await;
        page.until("a stored network", async || {
            page.stored_step().await.is_some_and(|step| step > 30)
        })
        .await;
        let stored = page.stored_step().await.expect("a step");
        page.expect_network_errors();
        server.kill().await;
        page.until("the loss to be noticed", async || {
            page.connection().await == "retrying"
        })
        .await;
        let again = Server::start_on(port, &[]).await;
        page.connected().await;
        page.until("the network to be back", async || {
            page.step().await >= stored
        })
        .await;
        if page.is_running().await {
            page.pause().await;
        }
        assert_training_continues(page).await;
        drop(again);
    })
    .await;
}

#[tokio::test]
async fn two_tabs_train_different_networks_both_right() {
    const CORNERS: [LabelledPoint; 3] = [(0.8, 0.8, 0), (-0.8, 0.8, 1), (0.0, -0.8, 2)];

    async fn assert_painted(page: &Page, points: &[LabelledPoint]) {
        for &(x, y, label) in points {
            page.until(&format!("class {label} at ({x}, {y})"), async || {
                nearest(&PETROFF, page.pixel_at(x, y).await) == usize::from(label)
            })
            .await;
        }
    }

    with_page(async |page| {
        let driver = page.driver();
        let address = driver.current_url().await.expect("an address").to_string();
        let first = driver.window().await.expect("a window");
        page.draw(&XOR).await;
        page.choose("[data-setting=speed]", "1000").await;
        page.train().await;

        let second = driver.new_tab().await.expect("a tab");
        driver.switch_to_window(second).await.expect("a tab");
        page.open(&address).await;
        page.click("[data-command=clear]").await;
        page.until_points(0).await;
        page.draw(&CORNERS).await;
        page.choose("[data-setting=speed]", "1000").await;
        page.train().await;
        assert_painted(page, &CORNERS).await;

        driver.switch_to_window(first).await.expect("a tab");
        page.until("still training", async || page.is_running().await)
            .await;
        assert_painted(page, &XOR).await;
        page.until("XOR learned", async || {
            page.number("[data-stat=accuracy]").await == Some(1.0)
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn behind_a_reverse_proxy_under_a_sub_path_the_page_works_the_same() {
    let server = Server::start().await;
    let proxy = Proxy::start(server.address()).await;
    with_browser(async |page| {
        page.open(&proxy.url()).await;
        page.draw(&XOR).await;
        page.choose("[data-setting=speed]", "1000").await;
        page.train().await;
        page.until_accuracy(1.0).await;
        page.pause().await;
        page.reload().await;
        assert_training_continues(page).await;
    })
    .await;
}

#[tokio::test]
async fn spoiled_storage_is_survived() {
    with_page(async |page| {
        for value in [
            "{",
            "null",
            "[]",
            "{\"version\": 99}",
            "{\"version\":1,\"points\":[{\"x\":9}]}",
        ] {
            let _: Value = page
                .eval_with(
                    "for (const key of ['config', 'data', 'weights', 'ui'])
                       localStorage.setItem('nnvisu_' + key, arguments[0]);
                     return null;",
                    &[value.into()],
                )
                .await;
            page.reload().await;
            page.draw(&[(0.5, 0.5, 0)]).await;
            page.until("data of its own", async || {
                let stored: Option<String> = page
                    .eval("return localStorage.getItem('nnvisu_data')")
                    .await;
                stored.as_deref() != Some(value)
            })
            .await;
            page.until_points(1).await;
        }
    })
    .await;
}
