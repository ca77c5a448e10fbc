//! Version 1, message by message.

use std::collections::BTreeSet;

use super::*;
use crate::session::LARGEST_REPLY_BYTES;

/// The `step_result`s among `texts`.
fn step_results(texts: &[Value]) -> Vec<&Value> {
    texts
        .iter()
        .filter(|text| text["type"] == "step_result")
        .collect()
}

#[test]
fn greets_and_then_waits() {
    let mut client = Client::before_hello(V1);
    client.settle();
    let texts = client.texts();
    assert_eq!(texts.len(), 1);
    assert_eq!(texts[0]["type"], "config");
    assert_eq!(texts[0]["payload"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(texts[0]["payload"]["author"], "Jan Švec");
    assert_eq!(texts[0]["payload"].as_object().unwrap().len(), 2);
    assert!(client.maps().is_empty());
}

#[test]
fn training_without_points_begins_with_the_first_ones() {
    let mut client = Client::v1();
    client.send(request("start_training"));
    assert!(client.texts().is_empty() && !client.is_running());
    client.send(update_data(json!([])));
    assert!(!client.is_running());
    client.send(update_data(xor()));
    assert!(client.is_running() && client.texts().is_empty());

    let mut client = Client::v1();
    client.send(request("start_training"));
    client.send(request("stop_training"));
    client.send(update_data(xor()));
    assert!(!client.is_running(), "stopped for good");

    let generate = json!({"type": "generate_data", "distribution": "moons", "num_classes": 2});
    let mut client = Client::v1();
    client.send(request("start_training"));
    client.send(generate.clone());
    assert!(client.is_running(), "generated points are points");
    client.send(generate);
    assert!(!client.is_running(), "and replace those that are trained");
}

/// What existing pages send when they connect again.
#[test]
fn a_page_that_connects_again_gets_the_network_that_it_shows() {
    let mut client = Client::v1();
    client.send(json!({"type": "update_config", "payload": {
        "learningRate": 0.03, "architecture": [7, 4], "activation": "relu", "optimizer": "adam",
        "regularization": 0, "batchSize": 0, "dropout": 0.25,
    }}));
    client.send(update_data(xor_and(2)));
    client.send(request("start_training"));
    let network = client.run().trainer().architecture().layers()[0];
    assert_eq!(client.run().mlp().layer_sizes(), [2, 7, 4, 3]);
    assert_eq!(network.activation, nnvisu_core::Activation::Relu);
    assert!((network.dropout.get() - 0.25).abs() < f32::EPSILON);
    client.run_until(|client| client.step() > 10);
    assert!(
        client
            .texts()
            .iter()
            .all(|text| text["type"] == "step_result")
    );
}

#[test]
fn no_result_comes_before_the_first_step() {
    let mut client = Client::v1();
    for request in [
        update_data(xor_and(3)),
        request("reset"),
        request("stop_training"),
        json!({"type": "generate_data", "distribution": "moons", "num_classes": 2}),
    ] {
        client.send(request.clone());
        client.settle();
        let texts = client.texts();
        assert!(step_results(&texts).is_empty(), "{request}: {texts:?}");
        assert_eq!(client.maps().len(), 1, "{request}");
    }
}

#[test]
fn at_most_a_thousand_steps_a_second_at_first() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    let speed = client.run().steps_per_second().unwrap();
    assert!((speed.get() - 1000.0).abs() < f32::EPSILON);
    let started = client.clock.elapsed();
    client.run_until(|client| client.step() >= 500);
    let took = client.clock.since(started);
    assert!(took >= Duration::from_millis(490), "{took:?}");
}

#[test]
fn training_shows_maps_with_their_metrics() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    client.run_until(|client| client.frames.len() >= 5);
    let texts = client.texts();
    let results = step_results(&texts);
    assert_eq!((results.len(), client.maps().len()), (5, 5));
    let steps: Vec<_> = results
        .iter()
        .map(|r| r["metrics"]["step"].as_u64().unwrap())
        .collect();
    assert!(steps.is_sorted_by(|a, b| a < b), "{steps:?}");
    for result in &results {
        assert!(result["metrics"]["loss"].as_f64().unwrap() >= 0.0);
        assert!((0.0..=1.0).contains(&result["metrics"]["accuracy"].as_f64().unwrap()));
    }
    // Five frames take far less than a second.
    assert_eq!(
        results[0]["model"]["weights"][0].as_array().unwrap().len(),
        10
    );
    assert!(results[1..].iter().all(|result| result["model"].is_null()));
}

#[test]
fn the_map_is_the_network_in_classic_colours() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    // Not after a fixed number of steps: one network in a thousand dwells on a plateau first.
    let is_learned = |client: &mut Client| {
        let metrics = client.session.run_mut().evaluate();
        metrics.is_some_and(|metrics| metrics.loss < 0.01)
    };
    client.run_until(is_learned);
    client.send(request("stop_training"));
    client.settle();
    let maps = client.maps();
    let map = map(maps.last().unwrap());
    let (width, height) = (usize::from(map.width), usize::from(map.height));
    for point in xor().as_array().unwrap() {
        let (x, y) = (point["x"].as_f64().unwrap(), point["y"].as_f64().unwrap());
        let column = (f64::midpoint(x, 1.0) * (width - 1) as f64).round() as usize;
        let row = (f64::midpoint(-y, 1.0) * (height - 1) as f64).round() as usize;
        let pixel = &map.rgb[3 * (row * width + column)..][..3];
        let expected: [u8; 3] = if point["label"] == 0 {
            [0x34, 0x98, 0xdb]
        } else {
            [0xe6, 0x7e, 0x22]
        };
        for (channel, expected) in pixel.iter().zip(expected) {
            assert!(channel.abs_diff(expected) < 40, "{pixel:?} at {x}, {y}");
        }
    }
}

#[test]
fn a_pause_shows_where_training_stopped_and_keeps_the_weights() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    client.run_until(|client| client.step() >= 100);
    client.send(request("stop_training"));
    client.receive();
    client.frames.clear();
    client.texts.clear();
    client.settle();
    let (step, weights) = (client.step(), client.parameters());
    let texts = client.texts();
    assert_eq!(step_results(&texts)[0]["metrics"]["step"], step);
    assert_eq!((texts.len(), client.maps().len()), (1, 1));

    client.send(request("start_training"));
    assert_eq!(client.parameters(), weights);
    client.run_until(|client| client.step() > step);
}

#[test]
fn starting_twice_changes_nothing() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    client.run_until(|client| client.step() > 10);
    let step = client.step();
    client.send(request("start_training"));
    assert!(client.is_running() && client.step() == step);
}

#[test]
fn reset_starts_afresh_and_shows_it() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    client.run_until(|client| client.step() > 10);
    let weights = client.parameters();
    client.send(request("reset"));
    assert!(!client.is_running());
    assert_ne!(client.parameters(), weights);
    client.maps();
    client.texts();
    client.settle();
    assert!(client.texts().is_empty(), "no step has been made");
    assert_eq!(client.maps().len(), 1);
}

#[test]
fn settings_of_the_network_wait_for_a_fresh_one() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(json!({"type": "update_config", "payload": {"learningRate": 0.5, "batchSize": 2}}));
    client.send(json!({"type": "update_config", "config": {
        "architecture": [3], "activation": "relu", "dropout": 0.5, "optimizer": "sgd",
    }}));
    let training = client.run().trainer().training_config();
    assert!((training.learning_rate.get() - 0.5).abs() < f32::EPSILON);
    assert_eq!(training.batch_size.get(), 2);
    assert_eq!(training.optimizer, nnvisu_core::OptimizerKind::Sgd);
    assert_eq!(client.run().trainer().mlp().layer_sizes(), [2, 10, 5, 2]);
    let layers = client.run().trainer().architecture().layers();
    assert_eq!(layers[0].activation, nnvisu_core::Activation::Tanh);

    client.send(request("reset"));
    let network = client.run().trainer().architecture().layers()[0];
    assert_eq!(client.run().trainer().mlp().layer_sizes(), [2, 3, 2]);
    assert_eq!(network.activation, nnvisu_core::Activation::Relu);
    assert!((network.dropout.get() - 0.5).abs() < f32::EPSILON);
    assert!(client.texts().is_empty(), "update_config has no answer");
}

#[test]
fn settings_change_while_training_and_keep_the_weights() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    client.run_until(|client| client.step() > 10);
    let (step, weights) = (client.step(), client.parameters());
    client.send(json!({"type": "update_config", "payload": {
        "learningRate": 0.001, "regularization": 0.1, "batchSize": 2, "optimizer": "rmsprop",
    }}));
    assert!(client.is_running());
    assert_eq!((client.step(), client.parameters()), (step, weights));
}

#[test]
fn a_new_architecture_stops_and_is_confirmed() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    client.run_until(|client| client.step() > 10);
    client.texts();
    client.maps();
    client.send(json!({"type": "update_architecture", "payload": {"hidden_layers": [7, 3]}}));
    let expected = json!({
        "type": "architecture_synced",
        "payload": {"status": "success", "hidden_layers": [7, 3]},
    });
    assert_eq!(client.texts(), [expected]);
    assert!(!client.is_running());
    assert_eq!(client.run().trainer().mlp().layer_sizes(), [2, 7, 3, 2]);
    client.settle();
    assert!(client.texts().is_empty(), "no step has been made");
    assert_eq!(client.maps().len(), 1);
}

#[test]
fn a_new_architecture_takes_activation_and_dropout_along() {
    let mut client = Client::v1();
    client.send(json!({"type": "update_config", "payload": {"activation": "gelu"}}));
    client.send(
        json!({"type": "update_architecture", "payload": {"hidden_layers": [], "dropout": 0.25}}),
    );
    assert_eq!(client.run().trainer().mlp().layer_sizes(), [2, 2]);
    client.send(json!({"type": "update_architecture", "payload": {"hidden_layers": [1]}}));
    let network = client.run().trainer().architecture().layers()[0];
    assert_eq!(network.activation, nnvisu_core::Activation::Gelu);
    client.send(json!({"type": "update_architecture", "payload": {"hidden_layers": [1], "activation": "relu"}}));
    let network = client.run().trainer().architecture().layers()[0];
    assert_eq!(network.activation, nnvisu_core::Activation::Relu);
    assert!((network.dropout.get() - 0.25).abs() < f32::EPSILON);
}

#[test]
fn an_impossible_architecture_changes_nothing() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    client.run_until(|client| client.step() > 10);
    client.texts();
    for layers in [
        json!([5, 0]),
        json!([101]),
        json!(vec![1; 11]),
        json!([1.5]),
        json!([-1]),
        json!("10-5"),
    ] {
        let error = client
            .refused(json!({"type": "update_architecture", "payload": {"hidden_layers": layers}}));
        assert!(error["message"].as_str().unwrap().len() > 10);
    }
    assert!(client.is_running());
    assert_eq!(client.run().trainer().mlp().layer_sizes(), [2, 10, 5, 2]);
    assert_eq!(client.run().config().architecture.sizes(), [10, 5]);
}

#[test]
fn data_that_change_the_network_are_shown_once_while_paused() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.settle();
    assert!(
        client.maps().is_empty(),
        "two classes are what the network has anyway"
    );
    client.send(update_data(xor_and(4)));
    client.settle();
    let texts = client.texts();
    assert_eq!((texts.len(), client.maps().len()), (0, 1));

    client.send(request("start_training"));
    client.run_until(|client| client.step() > 10);
    client.send(request("stop_training"));
    client.settle();
    client.texts();
    client.maps();
    client.send(update_data(json!([])));
    client.settle();
    let texts = client.texts();
    let metrics = &step_results(&texts)[0]["metrics"];
    assert_eq!(metrics["loss"], 0.0, "clients call toFixed on it");
    assert!(metrics["accuracy"].is_null(), "no points, no accuracy");
    assert_eq!(client.maps().len(), 1);
}

#[test]
fn generated_data_come_back_and_reset_the_network() {
    for distribution in [
        "circles",
        "moons",
        "blobs",
        "anisotropic",
        "varied_variance",
    ] {
        let mut client = Client::v1();
        client.send(update_data(xor()));
        client.send(request("start_training"));
        client.run_until(|client| client.step() > 10);
        client.texts();
        client.maps();
        client
            .send(json!({"type": "generate_data", "distribution": distribution, "num_classes": 3}));
        let texts = client.texts();
        assert_eq!(texts.len(), 1);
        // In no order: with another feature of serde_json it is another one.
        let keys: BTreeSet<_> = texts[0].as_object().unwrap().keys().collect();
        assert!(keys.into_iter().eq(["data", "type"]));
        assert_eq!(texts[0]["type"], "data_generated");
        assert_eq!(texts[0]["data"].as_array().unwrap().len(), 200);
        assert_eq!(client.run().trainer().data().n_distinct_classes(), 3);
        assert_eq!(client.run().trainer().mlp().n_classes(), 3);
        assert!(!client.is_running() && client.step() == 0);
        client.settle();
        assert_eq!(client.maps().len(), 1);
    }
}

#[test]
fn settings_that_are_right_act_beside_refused_ones() {
    let mut client = Client::v1();
    let payload = json!({"learningRate": -1, "optimizer": "sgd", "batchSize": null});
    let error = client.refused(json!({"type": "update_config", "payload": payload}));
    assert_eq!(error["field"], "learningRate");
    let config = client.run().config();
    assert_eq!(config.optimizer.as_str(), "sgd");
    assert_eq!(config.learning_rate.get().to_bits(), 0.01_f32.to_bits());
}

#[test]
fn what_came_with_version_2_is_unknown() {
    let mut client = Client::v1();
    for name in ["restore", "step", "view", "edit_data"] {
        let error = client.refused(json!({"type": name, "id": 3}));
        assert_eq!(error["code"], "unknown_type");
        assert!(error.get("re").is_none());
    }
}

#[test]
fn the_largest_reply_has_room_in_the_backlog() {
    let mut client = Client::v1();
    let data: Vec<_> = (0..8)
        .map(|label| json!({"x": 0, "y": 0, "label": label}))
        .collect();
    client.send(json!({
        "type": "train_step",
        "config": {
            "learningRate": 0.01, "architecture": vec![100; 10], "activation": "tanh",
            "optimizer": "adam", "regularization": 0, "batchSize": 0, "dropout": 0,
        },
        "model": {"weights": [], "biases": []},
        "data": data,
    }));
    let reply = client.texts().pop().unwrap();
    assert_eq!(reply["type"], "step_result");
    let n_bytes = reply.to_string().len();
    assert!(
        (1_000_000..LARGEST_REPLY_BYTES).contains(&n_bytes),
        "{n_bytes}"
    );
}
