//! Frames: their numbers and their pixels belong to the same weights.

use nnvisu_tests::client::Client;
use nnvisu_tests::data::{LabelledPoint, XOR, points, points_from};
use nnvisu_tests::frames::Frame;
use nnvisu_tests::reference::{Activation, Model};
use nnvisu_tests::server::Server;
use serde_json::{Value, json};

use super::{begin, config, restore, step};

/// A network of these settings trained for a while, its checkpoint and its
/// frame.
async fn trained(client: &mut Client, settings: &Value, data: &[LabelledPoint]) -> (Value, Frame) {
    client.request(restore(settings, data, &Value::Null)).await;
    client.request(json!({"type": "start_training"})).await;
    client.frame(|frame| frame.step > 20).await;
    client.request(json!({"type": "stop_training"})).await;
    let paused = step(client).await;
    let at = paused["step"].as_u64().expect("a step");
    // The two come in either order, and each drops what is before it.
    let mut checkpoint = None;
    let mut frame = None;
    while checkpoint.is_none() || frame.is_none() {
        match client.next().await {
            nnvisu_tests::client::Incoming::Frame(next) if next.step == at => frame = Some(next),
            nnvisu_tests::client::Incoming::Text(mut next)
                if next["type"] == "checkpoint" && next["payload"]["step"] == at =>
            {
                checkpoint = Some(next["payload"].take());
            }
            _ => {}
        }
    }
    checkpoint.zip(frame).expect("both are there")
}

#[tokio::test]
async fn the_numbers_in_a_frame_are_those_of_its_weights() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    let generated = client
        .try_request(
            json!({"type": "generate_data", "distribution": "blobs", "num_classes": 4, "seed": 3}),
        )
        .await
        .expect("data");
    let data = points_from(&generated.before[0]["data"]);
    for activation in Activation::ALL {
        let mut settings = config();
        settings["activation"] = json!(activation.name());
        // Dropout and batches disturb the training, never the evaluation.
        settings["dropout"] = json!(0.2);
        settings["batchSize"] = json!(32);
        let (checkpoint, frame) = trained(&mut client, &settings, &data).await;
        let model = Model::from_checkpoint(&checkpoint);
        let (loss, accuracy) = model.loss_and_accuracy(activation, &data);
        assert!(
            (f64::from(frame.loss) - loss).abs() < 1e-4,
            "{frame:?}, not {loss}"
        );
        assert!(
            (f64::from(frame.accuracy) - accuracy).abs() < 1e-6,
            "{frame:?}, not {accuracy}"
        );

        assert_eq!(frame.classes, 4);
        let (width, height) = (frame.width as f64, frame.height as f64);
        for (column, row) in [
            (0.0, 0.0),
            (width - 1.0, 0.0),
            (17.0, 90.0),
            (width / 2.0, height - 1.0),
        ] {
            let (column, row) = (column.floor(), row.floor());
            let x = -1.0 + 2.0 * column / (width - 1.0);
            let y = 1.0 - 2.0 * row / (height - 1.0);
            for (class, posterior) in model.posteriors(activation, x, y).into_iter().enumerate() {
                let shown = f64::from(frame.posterior_at(class, x, y)) / 255.0;
                assert!(
                    (shown - posterior).abs() < 0.01,
                    "{activation:?}: class {class} at ({x}, {y}): {shown}, not {posterior}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_frame_of_a_paused_network_is_of_full_size() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    for request in [
        json!({"type": "reset"}),
        json!({"type": "step"}),
        json!({"type": "update_architecture", "payload": {"hidden_layers": [20, 15, 10]}}),
        json!({"type": "generate_data", "distribution": "moons", "num_classes": 2}),
        restore(&config(), &XOR, &Value::Null),
    ] {
        let now = client.request(request).await;
        let frame = client
            .frame(|frame| json!(frame.generation) == now["generation"])
            .await;
        assert_eq!((frame.width, frame.height), (256, 256));
        assert_eq!(json!(frame.step), now["step"]);
        assert!(frame.steps_per_second.abs() < f32::EPSILON, "{frame:?}");
    }
}

#[tokio::test]
async fn while_training_every_frame_is_newer_than_the_last() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    client.request(json!({"type": "start_training"})).await;
    let mut last = client.frame(|frame| frame.step > 0).await;
    for _ in 0..30 {
        let frame = client.frame(|_| true).await;
        assert!(frame.step > last.step);
        assert!(frame.loss.is_finite());
        assert!((0.0..=1.0).contains(&frame.accuracy));
        assert!(frame.steps_per_second >= 0.0);
        assert!(frame.width >= 100 && frame.height >= 100);
        last = frame;
    }
    assert!(last.steps_per_second > 0.0);
}

#[tokio::test]
async fn without_points_there_is_a_frame_but_no_number() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &[]).await;
    let frame = client.frame(|_| true).await;
    assert!(frame.loss.is_nan() && frame.accuracy.is_nan(), "{frame:?}");
    assert_eq!(frame.classes, 2);

    client
        .request(json!({"type": "update_data", "data": points(&XOR)}))
        .await;
    step(&mut client).await;
    let frame = client.frame(|frame| frame.step == 1).await;
    assert!(frame.loss.is_finite());
    client
        .request(json!({"type": "update_data", "data": []}))
        .await;
    client.frame(|frame| frame.loss.is_nan()).await;
    let error = client
        .try_request(json!({"type": "start_training"}))
        .await
        .expect_err("no points");
    assert_eq!(error["code"], "no_data");
    let error = client
        .try_request(json!({"type": "step"}))
        .await
        .expect_err("no points");
    assert_eq!(error["code"], "no_data");
}
