//! Sessions, points and models as files, and the weights as the engine itself makes them: the one
//! place where tests of the page use the engine, to hold both to the same numbers.

use std::path::{Path, PathBuf};

use nnvisu_core::files::{checksum, csv, session};
use nnvisu_core::{
    Activation, Architecture, BatchSize, ClassCount, Distribution, Dropout, OptimizerKind, Seeds,
    Trainer, TrainingConfig, generate_seeded,
};
use nnvisu_tests::browser::{Page, with_browser};
use nnvisu_tests::server::Server;
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::Key;

use super::with_page;

/// A run with everything that is random: weights, batches and dropout.
fn fresh_run() -> Trainer {
    let hidden_layers = "7-5".parse().expect("hidden layers");
    let dropout = Dropout::new(0.2).expect("a dropout");
    let network = Architecture::uniform(&hidden_layers, Activation::Gelu, dropout);
    let training = TrainingConfig {
        optimizer: OptimizerKind::RmsProp,
        batch_size: BatchSize::new(16).expect("a batch size"),
        ..TrainingConfig::default()
    };
    let classes = ClassCount::new(3).expect("a number of classes");
    let data = generate_seeded(Distribution::Moons, classes, 90, 5);
    Trainer::new(network, training, Seeds::from_master(11), data)
}

/// Writes a file for the page to open.
fn file(directory: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, content).expect("a file in a directory of our own");
    path
}

/// Gives a file to one of the page's file inputs, as the browser's dialog does.
async fn choose(page: &Page, input: &str, file: &Path) {
    let path = file.to_str().expect("a plain path");
    let input = page.element(input).await;
    input.send_keys(path).await.expect("the input takes a file");
}

/// Lets go of a file over the page.
async fn drop_file(page: &Page, name: &str, content: &str) {
    let script = "
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([arguments[1]], arguments[0]));
        for (const type of ['dragenter', 'dragover', 'drop']) {
          const event = new Event(type, { bubbles: true, cancelable: true });
          // Firefox leaves files out of a DragEvent that a page makes.
          Object.defineProperty(event, 'dataTransfer', { value: dataTransfer });
          document.querySelector('canvas.points').dispatchEvent(event);
        }";
    page.eval_with::<()>(script, &[json!(name), json!(content)])
        .await;
}

/// Clicks on what saves a file, and gives its name and its bytes.
async fn saved_by(page: &Page, selector: &str) -> (String, Vec<u8>) {
    page.eval::<()>(
        "
        window.savedFile = null;
        const create = URL.createObjectURL;
        URL.createObjectURL = (blob) => {
          const reader = new FileReader();
          reader.onload = () => { window.savedFile.url = reader.result; };
          reader.readAsDataURL(blob);
          return create.call(URL, blob);
        };
        HTMLAnchorElement.prototype.click = function () { window.savedFile = { name: this.download, url: null }; };",
    )
    .await;
    page.click(selector).await;
    page.until("a saved file", async || {
        page.eval("return (window.savedFile?.url ?? null) !== null")
            .await
    })
    .await;
    let (name, url): (String, String) = page
        .eval("return [window.savedFile.name, window.savedFile.url]")
        .await;
    let (_, base64) = url.split_once(',').expect("a data URL");
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64);
    (name, bytes.expect("base64"))
}

/// What the page says about the weights, and the step they are of.
async fn shown_weights(page: &Page) -> (String, String) {
    let step = "return document.querySelector('[data-part=checksum]').dataset.step ?? ''";
    (
        page.text("[data-part=checksum]").await,
        page.eval(step).await,
    )
}

async fn until_weights(page: &Page, trainer: &Trainer) {
    let expected = (
        format!("{:08x}", checksum(trainer.mlp())),
        trainer.step().to_string(),
    );
    page.until(&format!("weights {expected:?}"), async || {
        shown_weights(page).await == expected
    })
    .await;
}

/// What all notices say.
async fn notices(page: &Page) -> String {
    page.eval("return document.querySelector('.notice-list').innerText")
        .await
}

async fn until_notice(page: &Page, says: &str) {
    page.until(&format!("the notice \"{says}\""), async || {
        notices(page).await.contains(says)
    })
    .await;
}

#[tokio::test]
async fn the_same_seeds_settings_and_points_give_the_same_weights_as_the_engine() {
    let directory = TempDir::new().expect("a directory");
    let mut trainer = fresh_run();
    // Without weights: those of the page's server come from the seeds.
    let mut session: serde_json::Value =
        serde_json::from_slice(&session::write(&trainer)).expect("JSON");
    session["checkpoint"] = serde_json::Value::Null;
    let fresh = file(&directory, "fresh.nnvisu", session.to_string());
    with_page(async |page| {
        page.unfold(".files-panel").await;
        choose(page, "[data-part=openSession]", &fresh).await;
        until_notice(page, "Opened the session from fresh.nnvisu: 90 points").await;
        page.until_points(90).await;
        for _ in 0..5 {
            trainer.train_step().expect("a step");
            page.click("[data-command=stepOnce]").await;
        }
        until_weights(page, &trainer).await;
        // At once, too, and not only step by step.
        page.choose("[data-setting=speed]", "max").await;
        page.train().await;
        page.until("many steps", async || page.step().await > 1_000)
            .await;
        page.pause().await;
        page.until("the engine's weights of the same step", async || {
            let (shown, step) = shown_weights(page).await;
            let step: u64 = step.parse().expect("the step of the weights");
            while trainer.step() < step {
                trainer.train_step().expect("a step");
            }
            step == page.step().await
                && step == trainer.step()
                && shown == format!("{:08x}", checksum(trainer.mlp()))
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_saved_session_opens_again_and_can_be_taken_back() {
    let directory = TempDir::new().expect("a directory");
    let mut trainer = fresh_run();
    for _ in 0..20 {
        trainer.train_step().expect("a step");
    }
    let written = file(&directory, "moons.nnvisu", session::write(&trainer));
    with_page(async |page| {
        page.click_at(0.5, 0.5).await;
        page.unfold(".files-panel").await;
        page.unfold(".advanced-panel").await;
        choose(page, "[data-part=openSession]", &written).await;
        until_weights(page, &trainer).await;
        page.until_points(90).await;
        assert_eq!(page.value("[data-setting=architecture]").await, "7-5");
        assert_eq!(page.value("[data-setting=batchSize]").await, "16");
        assert_eq!(page.step().await, 20);

        let (name, saved) = saved_by(page, "[data-command=saveSession]").await;
        assert!(name.ends_with(".nnvisu"), "{name}");
        let again = session::read(&saved).expect("a session file");
        assert_eq!(again.checkpoint(), trainer.checkpoint());
        assert_eq!(again.data(), trainer.data());
        assert_eq!(again.training_config(), trainer.training_config());

        page.click(".notice [data-command=undo]").await;
        page.until_points(1).await;
        assert_eq!(page.value("[data-setting=architecture]").await, "10-5");
        page.until("the network of before", async || page.step().await == 0)
            .await;

        // A damaged one changes nothing.
        let damaged = file(&directory, "cut.nnvisu", &saved[..saved.len() / 2]);
        choose(page, "[data-part=openSession]", &damaged).await;
        until_notice(
            page,
            "cut.nnvisu was not opened. The session file is damaged",
        )
        .await;
        assert_eq!(page.stored_points().await.len(), 1);

        // Ctrl+S is the same as the button.
        page.eval::<()>("window.savedFile = null").await;
        page.press("canvas.points", Key::Control + "s").await;
        page.until("a session saved by Ctrl+S", async || {
            page.eval("return window.savedFile?.name.endsWith('.nnvisu') ?? false")
                .await
        })
        .await;

        // It may as well be dropped, and is still there after a reload.
        let text = String::from_utf8(saved).expect("UTF-8");
        drop_file(page, "dropped.nnvisu", &text).await;
        until_weights(page, &trainer).await;
        page.reload().await;
        page.unfold(".files-panel").await;
        until_weights(page, &trainer).await;
    })
    .await;
}

#[tokio::test]
async fn points_come_and_go_as_csv() {
    let directory = TempDir::new().expect("a directory");
    with_page(async |page| {
        page.click_at(0.5, 0.5).await;
        page.until_points(1).await;
        page.unfold(".files-panel").await;
        let bad = file(&directory, "bad.csv", "x,y,label\n0,0,0\n2,0,0\n0,0,9\n");
        choose(page, "[data-part=importCsv]", &bad).await;
        until_notice(page, "line 3: x must be a number from -1 to 1, not \"2\"").await;
        let notice = notices(page).await;
        assert!(notice.contains("bad.csv was not imported"), "{notice}");
        assert!(notice.contains("line 4: label must be"), "{notice}");
        assert_eq!(page.stored_points().await.len(), 1);

        let text = "x,y,label\n0.5,-0.25,0\n-0.125,0.75,1\n1,-1,7\n";
        let good = file(&directory, "good.csv", text);
        choose(page, "[data-part=importCsv]", &good).await;
        page.until_points(3).await;
        let (name, saved) = saved_by(page, "[data-command=exportCsv]").await;
        assert_eq!(name, "nnvisu-points.csv");
        assert_eq!(String::from_utf8_lossy(&saved), text);
        let expected = csv::read(text.as_bytes()).expect("points");
        assert_eq!(csv::read(&saved).expect("points"), expected);
        page.click("[data-command=undo]").await;
        page.until_points(1).await;

        drop_file(page, "dropped.csv", "0;0,5;1\n0;-0,5;0\n").await;
        page.until_points(2).await;
        assert_eq!(page.stored_points().await[0], (0.0, 0.5, 1));
    })
    .await;
}

#[tokio::test]
async fn points_can_be_pasted() {
    with_page(async |page| {
        page.unfold(".files-panel").await;
        page.click("[data-command=pastePoints]").await;
        page.element(".paste-dialog textarea")
            .await
            .send_keys("0 0 0" + Key::Enter + "0 3 1")
            .await
            .expect("typing");
        page.click(".paste-dialog .primary").await;
        page.until("what is wrong", async || {
            page.text(".paste-dialog .error").await
                == "line 2: y must be a number from -1 to 1, not \"3\""
        })
        .await;
        page.until_points(0).await;
        page.fill(".paste-dialog textarea", "0 0 0" + Key::Enter + "0 0.5 1")
            .await;
        page.click(".paste-dialog .primary").await;
        page.until_points(2).await;
        assert!(
            !page.is_visible(".paste-dialog").await,
            "the dialog is closed"
        );

        // Pasted where there is no field, the text is shown before it replaces anything.
        page.eval::<()>(
            "
            const clipboardData = new DataTransfer();
            clipboardData.setData('text/plain', '0.25,0.25,2');
            const event = new Event('paste', { bubbles: true, cancelable: true });
            // Firefox leaves the data out of a ClipboardEvent that a page makes.
            Object.defineProperty(event, 'clipboardData', { value: clipboardData });
            document.body.dispatchEvent(event);",
        )
        .await;
        assert_eq!(page.value(".paste-dialog textarea").await, "0.25,0.25,2");
        page.click(".paste-dialog .primary").await;
        page.until_points(1).await;
    })
    .await;
}

#[tokio::test]
async fn too_many_points_change_nothing() {
    let directory = TempDir::new().expect("a directory");
    let server = Server::start_with(&["--max-points", "200"]).await;
    let many = "0,0,0\n".repeat(201);
    let points = csv::read(many.as_bytes()).expect("points");
    let mut trainer = fresh_run();
    trainer.set_data(points);
    let many = file(&directory, "many.csv", many);
    let session = file(&directory, "many.nnvisu", session::write(&trainer));
    with_browser(async |page| {
        page.open(&server.url("/")).await;
        page.click_at(0.5, 0.5).await;
        choose(page, "[data-part=importCsv]", &many).await;
        until_notice(
            page,
            "There are 201 points from many.csv, and this server takes at most 200",
        )
        .await;
        choose(page, "[data-part=openSession]", &session).await;
        until_notice(page, "There are 201 points from many.nnvisu").await;
        assert_eq!(page.stored_points().await.len(), 1);
        assert_eq!(page.value("[data-setting=architecture]").await, "10-5");
    })
    .await;
}

#[tokio::test]
async fn models_are_saved_through_the_server() {
    let directory = TempDir::new().expect("a directory");
    let mut trainer = fresh_run();
    trainer.train_step().expect("a step");
    let written = file(&directory, "moons.nnvisu", session::write(&trainer));
    with_page(async |page| {
        page.unfold(".files-panel").await;
        choose(page, "[data-part=openSession]", &written).await;
        until_weights(page, &trainer).await;
        let mlp = trainer.mlp();
        for (command, format, expected) in [
            ("saveOnnx", "onnx", nnvisu_core::files::onnx::write(mlp)),
            (
                "saveSafetensors",
                "safetensors",
                nnvisu_core::files::safetensors::write(mlp),
            ),
            (
                "saveJson",
                "json",
                nnvisu_core::files::json::write(mlp).into_bytes(),
            ),
        ] {
            let (name, model) = saved_by(page, &format!("[data-command={command}]")).await;
            assert_eq!(name, format!("nnvisu-2-7-5-3.{format}"));
            assert!(model == expected, "{format}");
        }
    })
    .await;
}
