//! Fields: what is valid acts, what is not is explained and changes nothing.

use nnvisu_tests::browser::Page;
use nnvisu_tests::data::XOR;
use serde_json::json;
use thirtyfour::Key;

use super::with_page;

async fn stored_setting(page: &Page, name: &str) -> serde_json::Value {
    page.stored("nnvisu_config").await[name].take()
}

#[tokio::test]
async fn an_impossible_architecture_is_explained_and_changes_nothing() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.train().await;
        page.until("some training", async || page.step().await > 10)
            .await;
        let network = page.stored_parameters().await.as_str().map(str::len);
        for text in ["10-x", "101", "10--5", "5-5-5-5-5-5-5-5-5-5-5", "-5", "1.5"] {
            page.enter("[data-setting=architecture]", text).await;
            page.until("an explanation", async || {
                page.says_something("[data-error=architecture]").await
            })
            .await;
            assert_eq!(
                page.value("[data-setting=architecture]").await,
                text,
                "is left to be mended"
            );
        }
        assert!(page.is_running().await, "training continues");
        let step = page.step().await;
        page.until("another step", async || page.step().await > step)
            .await;
        assert_eq!(
            page.stored_parameters().await.as_str().map(str::len),
            network,
            "the same network"
        );

        page.enter("[data-setting=architecture]", "4-3").await;
        page.until("no explanation any more", async || {
            !page.says_something("[data-error=architecture]").await
        })
        .await;
        page.settled_anew().await;
        assert_eq!(stored_setting(page, "architecture").await, json!([4, 3]));
    })
    .await;
}

#[tokio::test]
async fn an_architecture_acts_on_enter_and_on_leaving_the_field() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.enter("[data-setting=architecture]", "6").await;
        page.until("6", async || {
            stored_setting(page, "architecture").await == json!([6])
        })
        .await;
        page.fill("[data-setting=architecture]", "").await;
        page.press("[data-setting=architecture]", Key::Tab + "")
            .await;
        page.until("a linear model", async || {
            stored_setting(page, "architecture").await == json!([])
        })
        .await;
        page.until("a network without hidden layers", async || {
            page.stored("nnvisu_weights").await["checkpoint"]["architecture"]["layers"] == json!([])
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn impossible_numbers_are_explained_beside_their_fields() {
    with_page(async |page| {
        page.unfold(".advanced-panel").await;
        for (setting, texts) in [
            (
                "learningRate",
                &["-1", "0", "", "11", "NaN", "1e999", "fast"][..],
            ),
            ("regularization", &["-0.1", "", "Infinity"]),
            ("batchSize", &["-1", "1.5", "", "2000000"]),
            ("dropout", &["1", "-0.5", "", "x"]),
        ] {
            let field = &format!("[data-setting={setting}]");
            let error = format!("[data-error={setting}]");
            let before = stored_setting(page, setting).await;
            for text in texts {
                page.enter(field, text).await;
                page.until(
                    &format!("an explanation of {text:?} in {field}"),
                    async || page.says_something(&error).await,
                )
                .await;
                assert_eq!(
                    stored_setting(page, setting).await,
                    before,
                    "{field}: {text:?}"
                );
            }
            page.enter(field, "0.5").await;
            if setting != "batchSize" {
                page.until(&format!("{field} to be 0.5"), async || {
                    stored_setting(page, setting).await == json!(0.5)
                        && !page.says_something(&error).await
                })
                .await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn settings_act_at_once_and_keep_the_network() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.unfold(".advanced-panel").await;
        page.train().await;
        page.until("some training", async || page.step().await > 20)
            .await;
        page.enter("[data-setting=learningRate]", "0.005").await;
        page.enter("[data-setting=regularization]", "0.001").await;
        page.enter("[data-setting=batchSize]", "2").await;
        page.choose("[data-setting=optimizer]", "rmsprop").await;
        let step = page.step().await;
        page.until("more steps", async || page.step().await > step + 20)
            .await;
        assert!(page.is_running().await);
        page.pause().await;
        let kept = page.stored("nnvisu_weights").await;
        assert_eq!(kept["checkpoint"]["optimizer"]["kind"], "rmsprop");
        assert_eq!(stored_setting(page, "learningRate").await, json!(0.005));
        assert_eq!(stored_setting(page, "regularization").await, json!(0.001));
        assert_eq!(stored_setting(page, "batchSize").await, json!(2));
    })
    .await;
}

#[tokio::test]
async fn a_new_activation_stops_and_starts_a_new_network() {
    with_page(async |page| {
        page.draw(&XOR).await;
        page.unfold(".advanced-panel").await;
        page.train().await;
        page.until("some training", async || page.step().await > 20)
            .await;
        page.choose("[data-setting=activation]", "relu").await;
        page.settled_anew().await;
        let kept = page.stored("nnvisu_weights").await;
        assert_eq!(
            kept["checkpoint"]["architecture"]["layers"][0]["activation"],
            "relu"
        );
        assert!(page.says_something(".status").await);
    })
    .await;
}

#[tokio::test]
async fn the_advanced_panel_is_closed_at_first_and_remembered_and_reset() {
    with_page(async |page| {
        assert!(
            !page.is_visible("[data-setting=learningRate]").await,
            "closed at first"
        );
        page.unfold(".advanced-panel").await;
        page.enter("[data-setting=learningRate]", "0.5").await;
        page.choose("[data-setting=optimizer]", "sgd").await;
        page.until("sgd", async || {
            stored_setting(page, "optimizer").await == json!("sgd")
        })
        .await;
        page.reload().await;
        assert!(
            page.is_visible("[data-setting=learningRate]").await,
            "still open"
        );
        assert_eq!(
            page.value("[data-setting=learningRate]").await.parse(),
            Ok(0.5)
        );
        assert_eq!(page.value("[data-setting=optimizer]").await, "sgd");

        page.click("[data-command=resetAdvanced]").await;
        page.until("the defaults", async || {
            let config = page.stored("nnvisu_config").await;
            config["learningRate"] == json!(0.01) && config["optimizer"] == json!("adam")
        })
        .await;
        assert_eq!(
            page.value("[data-setting=learningRate]").await.parse(),
            Ok(0.01)
        );
        assert_eq!(page.value("[data-setting=optimizer]").await, "adam");
    })
    .await;
}
