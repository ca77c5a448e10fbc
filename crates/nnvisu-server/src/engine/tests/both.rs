//! What both versions of the protocol have in common.

use nnvisu_core::Trainer;

use super::*;

#[test]
fn more_points_go_on_from_the_weights_there_are() {
    for version in DIALECTS {
        let mut client = Client::new(version);
        client.send(update_data(xor()));
        client.send(request("start_training"));
        client.run_until(|client| client.step() > 100);
        client.send(request("stop_training"));
        let (step, weights) = (client.step(), client.parameters());
        client.send(update_data(xor_and(1)));
        client.send(request("start_training"));
        assert_eq!((client.step(), client.parameters()), (step, weights));
        client.run_until(|client| client.step() > step);
        assert!(client.step() > step);
    }
}

#[test]
fn a_new_class_grows_the_network_without_stopping() {
    for version in DIALECTS {
        let mut client = Client::new(version);
        client.send(update_data(xor()));
        client.send(request("start_training"));
        client.run_until(|client| client.step() > 100);
        let (step, before) = (client.step(), client.run().trainer().mlp().clone());
        client.send(update_data(xor_and(4)));
        assert!(client.is_running());
        assert_eq!(client.step(), step);
        let after = client.run().trainer().mlp().clone();
        assert_eq!(after.layer_sizes(), [2, 10, 5, 5]);
        for layer in 0..2 {
            assert_eq!(after.weights(layer), before.weights(layer));
            assert_eq!(after.biases(layer), before.biases(layer));
        }
        assert_eq!(after.weights(2).rows(0, 2), before.weights(2));
        assert_eq!(after.biases(2).rows(0, 2), before.biases(2));
        client.run_until(|client| client.step() > step);

        client.send(update_data(xor()));
        assert!(client.is_running());
        assert_eq!(client.run().trainer().mlp().n_classes(), 2);
    }
}

#[test]
fn clearing_the_data_stops_training() {
    for version in DIALECTS {
        let mut client = Client::new(version);
        client.send(update_data(xor()));
        client.send(request("start_training"));
        client.run_until(|client| client.step() > 10);
        let step = client.step();
        client.send(update_data(json!([])));
        assert!(!client.is_running() && client.run().trainer().data().is_empty());
        client.count_frames();
        client.settle();
        assert_eq!(client.count_frames(), 1);
        if version == V2 {
            assert_eq!(client.refused(request("start_training"))["code"], "no_data");
        }
        assert_eq!(client.step(), step, "the weights are kept");
    }
}

#[test]
fn version_1_continues_with_the_next_points() {
    for version in DIALECTS {
        let mut client = Client::new(version);
        client.send(update_data(xor()));
        client.send(request("start_training"));
        client.send(update_data(json!([])));
        client.send(update_data(json!([])));
        client.send(update_data(xor()));
        assert_eq!(client.is_running(), version == V1);

        client.send(request("start_training"));
        client.send(update_data(json!([])));
        client.send(request("stop_training"));
        client.send(update_data(xor()));
        assert!(!client.is_running(), "stopped for good");
    }
}

#[test]
fn a_loss_beyond_all_numbers_is_the_largest_and_no_training_continues_with_it() {
    for version in DIALECTS {
        let mut client = Client::new(version);
        // Only one of many points overflows, so that most batches have a finite loss.
        let mut points = vec![json!({"x": 0, "y": 0, "label": 0}); 20_000];
        points[0] = json!({"x": 1, "y": 1, "label": 0});
        client.send(json!({"type": "update_config", "payload": {
            "architecture": [], "batchSize": 1, "learningRate": 1e-6,
        }}));
        client.send(request("reset"));
        client.send(update_data(json!(points)));
        let mut checkpoint = client.run().trainer().checkpoint();
        checkpoint.step = 1;
        checkpoint.parameters[..4].copy_from_slice(&[-3e38, 3e38, -3e38, 3e38]);
        let trainer = Trainer::restore(
            *client.run().trainer().training_config(),
            client.run().trainer().data().clone(),
            &checkpoint,
        )
        .unwrap();
        client.session.run_mut().replace_trainer(trainer);
        client.count_frames();
        client.texts();
        client.settle();
        let loss = match version {
            V1 => client.texts()[0]["metrics"]["loss"].as_f64().unwrap() as f32,
            V2 => shown(&client.the_frame()).metrics.unwrap().loss(),
        };
        assert_eq!(loss.to_bits(), f32::MAX.to_bits());
        client.count_frames();

        client.send(request("start_training"));
        client.run_until(|client| !client.is_running());
        let texts = client.texts();
        assert!(texts.iter().any(|text| text["code"] == "diverged"));
    }
}

#[test]
fn one_class_is_enough_to_train() {
    let mut client = Client::v1();
    client.send(update_data(json!([{"x": 0, "y": 0, "label": 0}])));
    client.send(request("start_training"));
    client.run_until(|client| client.step() > 100);
    assert!(
        client
            .texts()
            .iter()
            .all(|text| text["type"] == "step_result")
    );
}

#[test]
fn divergence_stops_and_keeps_the_last_good_weights() {
    for version in DIALECTS {
        let mut client = Client::new(version);
        client.send(update_data(xor()));
        client.send(json!({"type": "update_config", "payload": {
            "learningRate": 10.0, "regularization": 10.0, "optimizer": "sgd",
        }}));
        client.send(json!({"type": "update_architecture", "payload": {
            "hidden_layers": [50, 50, 50, 50], "activation": "relu",
        }}));
        client.settle();
        client.texts();
        client.count_frames();
        client.send(request("start_training"));
        client.run_until(|client| !client.is_running());
        client.settle();
        let texts = client.texts();
        let error = texts.iter().find(|text| text["type"] == "error").unwrap();
        assert_eq!(error["code"], "diverged");
        assert!(error.get("re").is_none());
        assert!(
            client
                .parameters()
                .iter()
                .all(|parameter| parameter.is_finite())
        );
        if version == V2 {
            let state = texts.iter().find(|text| text["type"] == "state").unwrap();
            assert_eq!(state["payload"]["running"], false);
            assert_eq!(client.checkpoint()["step"], client.step());
        }
        assert!(client.count_frames() >= 1);
    }
}

#[test]
fn train_step_leaves_nothing_behind() {
    for version in DIALECTS {
        let mut client = Client::new(version);
        client.send(update_data(xor()));
        client.send(request("start_training"));
        client.run_until(|client| client.step() > 10);
        client.texts();
        let before = (
            client.step(),
            client.parameters(),
            client.run().config().clone(),
        );
        let model = json!({
            "weights": [[[1.0, 0.0], [0.0, 1.0]], [[1.0, -1.0], [0.5, 0.25]]],
            "biases": [[0.0, 0.0], [0.0, 0.0]],
        });
        client.send(json!({
            "type": "train_step", "config": {"optimizer": "sgd", "learningRate": 0.5},
            "model": model, "data": xor(),
        }));
        let result = client.texts().pop().unwrap();
        assert_eq!(result["type"], "step_result");
        assert_ne!(result["model"], model);
        assert_eq!(result["model"]["weights"][0].as_array().unwrap().len(), 2);
        let loss = result["metrics"]["loss"].as_f64().unwrap();
        assert!(loss > 0.0 && result["metrics"]["accuracy"].is_number());
        let after = (
            client.step(),
            client.parameters(),
            client.run().config().clone(),
        );
        assert!(before == after && client.is_running());

        // The answer is a model again, and a step downhill.
        client.send(json!({
            "type": "train_step", "config": {"optimizer": "sgd"},
            "model": result["model"], "data": xor(),
        }));
        let second = client.texts().pop().unwrap();
        assert!(second["metrics"]["loss"].as_f64().unwrap() < loss);
    }
}

#[test]
fn train_step_makes_weights_if_there_are_none() {
    let mut client = Client::v1();
    client.send(json!({
        "type": "train_step", "config": {"architecture": [4, 3]},
        "model": {"weights": [], "biases": []}, "data": xor_and(2),
    }));
    let result = client.texts().pop().unwrap();
    let biases = result["model"]["biases"].as_array().unwrap();
    let sizes: Vec<_> = biases
        .iter()
        .map(|layer| layer.as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [4, 3, 3]);
}

#[test]
fn train_step_follows_the_classes_of_its_data() {
    let mut client = Client::v1();
    let model = json!({"weights": [[[1.0, 0.0], [0.0, 1.0]]], "biases": [[0.0, 0.0]]});
    client.send(json!({"type": "train_step", "config": {}, "model": model, "data": xor_and(3)}));
    let result = client.texts().pop().unwrap();
    assert_eq!(result["model"]["biases"][0].as_array().unwrap().len(), 4);
}
