//! What existing pages and clients send, in the order in which they send it.

use nnvisu_tests::client::{Client, Incoming};
use nnvisu_tests::data::{LabelledPoint, XOR, points_from};
use nnvisu_tests::reference::{Activation, Model};
use nnvisu_tests::server::Server;
use serde_json::{Value, json};

use super::{
    data::distance, loss_of, next_model, set_data, silence, start, step_of, stop, train_to_loss,
};

/// All settings that a page has: it repeats them with every change of one.
fn settings(changed: &[(&str, Value)]) -> Value {
    let mut settings = json!({
        "learningRate": 0.01, "architecture": [10, 5], "activation": "tanh", "optimizer": "adam",
        "regularization": 0, "batchSize": 0, "dropout": 0,
    });
    for (name, value) in changed {
        settings[*name] = value.clone();
    }
    settings
}

async fn configure(client: &mut Client, changed: &[(&str, Value)]) {
    client
        .send(json!({"type": "update_config", "payload": settings(changed)}))
        .await;
}

/// The settings of the network that pages show in what follows.
fn six_four_three() -> [(&'static str, Value); 2] {
    [
        ("architecture", json!([6, 4, 3])),
        ("activation", json!("relu")),
    ]
}

/// That the session trains a network of ReLU with these layers.
async fn assert_trains_relu(client: &mut Client, layers: &[usize], data: &[LabelledPoint]) {
    loop {
        let result = client.expect("step_result").await;
        if result["model"].is_null() {
            continue;
        }
        let model = Model::from_json(&result["model"]);
        assert_eq!(model.sizes(), layers);
        let (loss, _) = model.loss_and_accuracy(Activation::Relu, data);
        assert!((loss - loss_of(&result)).abs() < 1e-4, "{loss}: {result}");
        return;
    }
}

#[tokio::test]
async fn a_first_visit() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    assert!(client.greeting()["payload"]["version"].is_string());
    configure(&mut client, &[]).await;
    set_data(&mut client, &[]).await;
    for frame in client.round_trip().await {
        assert!(matches!(frame, Incoming::Map(_)), "{frame:?}");
    }
    // A generator that says nothing of classes makes two.
    client
        .send(json!({"type": "generate_data", "distribution": "blobs"}))
        .await;
    let generated = points_from(&client.expect("data_generated").await["data"]);
    assert_eq!(generated.len(), 200);
    assert!(generated.iter().all(|point| point.2 < 2));
    set_data(&mut client, &generated).await;
    start(&mut client).await;
    let first = step_of(&client.expect("step_result").await);
    assert!(first > 0, "a result is counted as a step");
    train_to_loss(&mut client, 0.3).await;
    let map = client.next_map().await;
    assert_eq!((map.width, map.height), (100, 100));
    stop(&mut client).await;
    let paused = silence(&mut client).await;
    assert!(step_of(&paused.result) >= first);
}

#[tokio::test]
async fn train_before_there_are_points() {
    let server = Server::start().await;
    // Points by clicks: the page sends all of them each time.
    let mut client = Client::v1(&server).await;
    configure(&mut client, &[]).await;
    start(&mut client).await;
    for n_points in 0..=XOR.len() {
        set_data(&mut client, &XOR[..n_points]).await;
    }
    train_to_loss(&mut client, 0.3).await;

    // Points by a generator.
    let mut client = Client::v1(&server).await;
    start(&mut client).await;
    client
        .send(json!({"type": "generate_data", "distribution": "moons", "num_classes": 2}))
        .await;
    client.expect("data_generated").await;
    train_to_loss(&mut client, 0.3).await;

    // Whoever has changed their mind presses the button, which says Pause.
    let mut client = Client::v1(&server).await;
    start(&mut client).await;
    stop(&mut client).await;
    set_data(&mut client, &XOR).await;
    // The map follows the points; there is no step.
    for incoming in client.round_trip().await {
        let is_step =
            matches!(&incoming, Incoming::Text(message) if message["type"] == "step_result");
        assert!(!is_step, "{incoming:?}");
    }
}

#[tokio::test]
async fn a_reload_a_lost_connection_and_a_new_server() {
    let mut server = Server::start().await;
    let port = server.address().port();
    for visit in 0..3 {
        let mut client = Client::v1(&server).await;
        configure(&mut client, &six_four_three()).await;
        set_data(&mut client, &XOR).await;
        start(&mut client).await;
        assert_trains_relu(&mut client, &[2, 6, 4, 3, 2], &XOR).await;
        match visit {
            0 => client.close().await,
            1 => {
                client.reset_connection();
                server.kill().await;
                server = Server::start_on(port, &[]).await;
            }
            _ => {}
        }
    }
}

/// While the connection has no points the network is the one that the page shows, also if the
/// settings are sent again and again.
#[tokio::test]
async fn settings_before_the_first_point() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    for units in 1..5 {
        configure(&mut client, &[("architecture", json!([units]))]).await;
        set_data(&mut client, &[]).await;
    }
    configure(&mut client, &six_four_three()).await;
    start(&mut client).await;
    set_data(&mut client, &XOR).await;
    assert_trains_relu(&mut client, &[2, 6, 4, 3, 2], &XOR).await;
}

#[tokio::test]
async fn a_click_on_the_edge_of_a_scaled_canvas() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    let mut points = XOR.to_vec();
    set_data(&mut client, &points).await;
    start(&mut client).await;
    let edge = [(-1.0015, 0.0, 2), (0.0, 1.0015, 3), (1.0015, -1.0015, 4)];
    for (n_more, point) in (1..).zip(edge) {
        // The point stays in every list from now on.
        points.push(point);
        set_data(&mut client, &points).await;
        let n_outputs = XOR.len() - 2 + n_more;
        loop {
            let model = Model::from_json(&next_model(&mut client).await);
            if model.sizes().last() == Some(&n_outputs) {
                break;
            }
        }
    }
    train_to_loss(&mut client, 0.2).await;
    // It is learned where it is seen: at the edge.
    let map = client.next_map().await;
    let red = [0xe7, 0x4c, 0x3c];
    assert!(distance(map.color_at(-1.0, 0.0), red) < 150);
}

#[tokio::test]
async fn one_setting_out_of_range_among_all_others() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    // The field stays as it is while others change.
    for (units, wrong) in (2..).zip([
        ("dropout", json!(1)),
        ("learningRate", json!(50)),
        ("batchSize", Value::Null),
        ("activation", json!("ReLU")),
    ]) {
        configure(
            &mut client,
            &[("architecture", json!([units])), wrong.clone()],
        )
        .await;
        assert!(client.round_trip().await.is_empty(), "{wrong:?}");
        client.send(json!({"type": "reset"})).await;
        silence(&mut client).await;
        configure(&mut client, &[("architecture", json!([units]))]).await;
        start(&mut client).await;
        let model = Model::from_json(&next_model(&mut client).await);
        assert_eq!(model.sizes(), [2, units, 2], "beside {wrong:?}");
        stop(&mut client).await;
        silence(&mut client).await;
    }
}

/// The page counts a result as a step, so that none may come between reset and start.
#[tokio::test]
async fn reset_while_training_and_train_again() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    configure(&mut client, &[]).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.2).await;
    client.send(json!({"type": "reset"})).await;
    // Results of before may have been on their way.
    silence(&mut client).await;
    client.send(json!({"type": "reset"})).await;
    let fresh = silence(&mut client).await;
    assert_eq!((fresh.n_maps, fresh.n_results), (1, 0));
    start(&mut client).await;
    let first = step_of(&client.expect("step_result").await);
    assert!((1..1000).contains(&first), "{first}");
}

#[tokio::test]
async fn another_network_and_its_activation() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    configure(&mut client, &[]).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.3).await;
    configure(&mut client, &six_four_three()).await;
    client
        .send(json!({"type": "update_architecture", "payload": {"hidden_layers": [6, 4, 3]}}))
        .await;
    let synced = client.expect("architecture_synced").await;
    let expected = json!({"status": "success", "hidden_layers": [6, 4, 3]});
    assert_eq!(synced["payload"], expected);
    silence(&mut client).await;
    start(&mut client).await;
    assert_trains_relu(&mut client, &[2, 6, 4, 3, 2], &XOR).await;
}

/// A client that keeps its network itself and only has steps made.
#[tokio::test]
async fn steps_without_a_session() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    let config = settings(&[
        ("architecture", json!([8])),
        ("activation", json!("Tanh")),
        ("optimizer", json!("SGD")),
        ("learningRate", json!(1)),
        ("batchSize", Value::Null),
    ]);
    let mut model = json!({"weights": [], "biases": []});
    let mut losses = Vec::new();
    for _ in 0..300 {
        client
            .send(json!({
                "type": "train_step", "config": config, "model": model,
                "data": nnvisu_tests::data::points(&XOR),
            }))
            .await;
        // Nothing of the session comes in between.
        let Incoming::Text(mut result) = client.next().await else {
            panic!("a map without a session");
        };
        assert_eq!(result["type"], "step_result");
        assert!(result["metrics"]["accuracy"].is_number());
        losses.push(loss_of(&result));
        model = result["model"].take();
    }
    assert!(losses[299] < losses[0] / 2.0, "{losses:?}");
}
