//! `restore` and `checkpoint`: a session handed over, as if never interrupted.

use nnvisu_tests::client::Client;
use nnvisu_tests::data::{LabelledPoint, XOR, points};
use nnvisu_tests::reference::{Model, layer_sizes};
use nnvisu_tests::server::Server;
use serde_json::{Value, json};

use super::{begin, config, restore, state, step};

/// Ten points of three classes, so that mini-batches differ.
const DATA: [LabelledPoint; 10] = [
    (0.1, 0.2, 0),
    (0.3, -0.5, 1),
    (-0.7, 0.6, 2),
    (0.9, 0.8, 0),
    (-0.2, -0.9, 1),
    (-0.5, 0.1, 2),
    (0.0, 0.4, 0),
    (0.6, -0.3, 1),
    (-0.8, 0.9, 2),
    (0.2, 0.1, 1),
];

/// Takes `count` single steps; the loss after each, bit by bit.
async fn losses(client: &mut Client, count: usize) -> Vec<u32> {
    let mut losses = Vec::new();
    for _ in 0..count {
        let now = step(client).await;
        let at = now["step"].as_u64().expect("a step");
        let frame = client.frame(|frame| frame.step == at).await;
        losses.push(frame.loss.to_bits());
    }
    losses
}

/// Takes one more step, for its checkpoint.
async fn checkpoint(client: &mut Client) -> Value {
    let now = step(client).await;
    client.checkpoint_of(&now).await
}

#[tokio::test]
async fn a_restored_session_continues_as_if_never_interrupted() {
    let server = Server::start().await;
    for optimizer in ["sgd", "adam", "rmsprop"] {
        let mut settings = config();
        settings["optimizer"] = json!(optimizer);
        settings["batchSize"] = json!(4);
        settings["dropout"] = json!(0.3);
        settings["regularization"] = json!(0.001);

        let mut uninterrupted = Client::v2(&server).await;
        uninterrupted
            .request(restore(&settings, &DATA, &Value::Null))
            .await;
        let expected = losses(&mut uninterrupted, 21).await;
        let expected_end = checkpoint(&mut uninterrupted).await;

        let mut first = Client::v2(&server).await;
        first.request(restore(&settings, &DATA, &Value::Null)).await;
        let mut got = losses(&mut first, 10).await;
        let kept = checkpoint(&mut first).await;
        got.push(expected[10]);
        drop(first);

        let mut second = Client::v2(&server).await;
        let restored = second.request(restore(&settings, &DATA, &kept)).await;
        assert_eq!(restored["step"], 11);
        assert_eq!(restored["running"], false);
        assert_eq!(restored["seeds"], super::seeds());
        got.extend(losses(&mut second, 10).await);
        assert_eq!(got, expected, "{optimizer}");
        let end = checkpoint(&mut second).await;
        for part in [
            "parameters",
            "optimizer",
            "step",
            "epoch",
            "epochPosition",
            "seeds",
        ] {
            assert_eq!(end[part], expected_end[part], "{optimizer}: {part}");
        }
    }
}

#[tokio::test]
async fn a_run_handed_over_at_different_speeds_is_the_same_run() {
    let server = Server::start().await;
    for optimizer in ["sgd", "adam", "rmsprop"] {
        let mut settings = config();
        settings["optimizer"] = json!(optimizer);
        settings["batchSize"] = json!(4);
        settings["dropout"] = json!(0.3);
        settings["regularization"] = json!(0.001);

        // From one session to the next, each at another speed.
        let mut kept = Value::Null;
        for steps_per_second in [20, 60, 200] {
            let mut client = Client::v2(&server).await;
            let mut handover = restore(&settings, &DATA, &kept);
            handover["stepsPerSecond"] = json!(steps_per_second);
            let restored = client.request(handover).await;
            let from = restored["step"].as_u64().expect("a step");
            client.request(json!({"type": "start_training"})).await;
            client.frame(|frame| frame.step >= from + 5).await;
            let stopped = client.request(json!({"type": "stop_training"})).await;
            kept = client.checkpoint_of(&stopped).await;
        }

        let mut whole = Client::v2(&server).await;
        whole.request(restore(&settings, &DATA, &Value::Null)).await;
        let mut now = state(&mut whole).await;
        while now["step"].as_u64() < kept["step"].as_u64() {
            now = step(&mut whole).await;
        }
        let expected = whole.checkpoint_of(&now).await;
        for part in [
            "parameters",
            "optimizer",
            "step",
            "epoch",
            "epochPosition",
            "seeds",
        ] {
            assert_eq!(kept[part], expected[part], "{optimizer}: {part}");
        }
    }
}

#[tokio::test]
async fn a_checkpoint_says_what_network_it_is() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &DATA).await;
    let checkpoint = checkpoint(&mut client).await;
    let layer = |units| json!({"units": units, "activation": "tanh", "dropout": 0.0});
    let expected = json!({"features": ["x", "y"], "layers": [layer(10), layer(5)], "outputs": 3});
    assert_eq!(checkpoint["architecture"], expected);
    assert_eq!(checkpoint["epoch"], 1);
    assert_eq!(checkpoint["step"], 1);
    assert_eq!(checkpoint["seeds"], super::seeds());
    assert_eq!(checkpoint["optimizer"]["kind"], "adam");
    assert_eq!(checkpoint["optimizer"]["steps"], 1);
    // Fails unless the parameters are as many as these sizes have.
    let model = Model::from_checkpoint(&checkpoint);
    assert_eq!(model.sizes(), [2, 10, 5, 3]);
}

#[tokio::test]
async fn initial_weights_are_uniform_within_one_over_the_root_of_fan_in() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    let mut settings = config();
    settings["architecture"] = json!([100, 100]);
    let fresh = client.request(restore(&settings, &XOR, &Value::Null)).await;
    let model = Model::from_checkpoint(&client.checkpoint_of(&fresh).await);
    for (weights, biases) in model.weights.iter().zip(&model.biases) {
        let bound = 1.0 / (weights[0].len() as f64).sqrt();
        let all: Vec<f64> = weights.iter().flatten().chain(biases).copied().collect();
        assert!(all.iter().all(|value| value.abs() <= bound * (1.0 + 1e-6)));
        let greatest = all.iter().copied().fold(0.0, |a: f64, b| a.max(b.abs()));
        assert!(greatest > bound * 0.9, "{greatest} of {bound}");
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        assert!(
            mean.abs() < bound * 0.2,
            "mean {mean} for a bound of {bound}"
        );
    }
}

#[tokio::test]
async fn the_same_seeds_make_the_same_network() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    let fresh = begin(&mut client, &XOR).await;
    let first = client.checkpoint_of(&fresh).await;
    // Without seeds the server draws some, and says which.
    let drawn = client.request(json!({"type": "reset"})).await;
    assert_ne!(drawn["seeds"], super::seeds());
    let second = client.checkpoint_of(&drawn).await;
    assert_ne!(first["parameters"], second["parameters"]);
    for (seeds, expected) in [(super::seeds(), &first), (drawn["seeds"].clone(), &second)] {
        let reset = client
            .request(json!({"type": "reset", "seeds": seeds}))
            .await;
        assert_eq!(reset["seeds"], seeds);
        let again = client.checkpoint_of(&reset).await;
        assert_eq!(again["parameters"], expected["parameters"]);
    }
    let remade = client
        .request(json!({
            "type": "update_architecture", "payload": {"hidden_layers": [10, 5]},
            "seeds": super::seeds(),
        }))
        .await;
    let again = client.checkpoint_of(&remade).await;
    assert_eq!(again["parameters"], first["parameters"]);
}

#[tokio::test]
async fn a_checkpoint_that_does_not_fit_is_refused_and_nothing_lost() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &DATA).await;
    let good = checkpoint(&mut client).await;
    let before = state(&mut client).await;
    let changed = |path: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(path).expect("a field") = value;
        changed
    };
    for broken in [
        changed("/architecture/layers/1/units", json!(4)),
        changed("/architecture/layers/1/units", json!(500)),
        changed("/architecture/layers/0/activation", json!("relu")),
        changed("/architecture/layers/0/activation", json!("swish")),
        changed("/architecture/features", json!(["x"])),
        changed("/architecture/outputs", json!(2)),
        changed("/architecture/outputs", json!(9)),
        changed("/parameters", json!("")),
        changed("/parameters", json!("not base64!")),
        // NaN, as often as there are parameters.
        changed(
            "/parameters",
            json!(nans(Model::from_checkpoint(&good).parameters().len())),
        ),
        changed("/optimizer/kind", json!("lbfgs")),
        changed("/optimizer/slots/0", json!("AAAA")),
        changed("/optimizer/slots", json!([])),
        changed("/optimizer/rowSteps", json!([1])),
        changed(
            "/absentRows",
            json!([{"class": 1, "parameters": "", "slots": [], "steps": 0}]),
        ),
        changed("/lastGood/loss", json!(-1)),
        changed("/step", json!(-1)),
        json!({}),
        json!("text"),
    ] {
        let error = client
            .try_request(restore(&config(), &DATA, &broken))
            .await
            .expect_err("a checkpoint that does not fit");
        assert!(error["code"].is_string(), "{error}");
    }
    // It must also fit the configuration that comes with it.
    for (setting, value) in [("architecture", json!([3])), ("activation", json!("relu"))] {
        let mut other = config();
        other[setting] = value;
        let error = client
            .try_request(restore(&other, &DATA, &good))
            .await
            .expect_err("a mismatch");
        assert_eq!(error["code"], "checkpoint_mismatch", "{error}");
    }
    assert_eq!(state(&mut client).await, before);
    let after = checkpoint(&mut client).await;
    assert_eq!(after["step"], 2);
}

/// Base64 of that many `f32` NaNs.
fn nans(count: usize) -> String {
    use base64::Engine as _;
    let bytes: Vec<u8> = (0..count).flat_map(|_| f32::NAN.to_le_bytes()).collect();
    base64::prelude::BASE64_STANDARD.encode(bytes)
}

#[tokio::test]
async fn checkpoints_come_while_training_and_with_every_change() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    client.request(json!({"type": "start_training"})).await;
    let mut steps = Vec::new();
    while steps.len() < 2 {
        let checkpoint = client.expect("checkpoint").await;
        steps.extend(
            checkpoint["payload"]["step"]
                .as_u64()
                .filter(|&step| step > 0),
        );
    }
    assert!(steps[1] > steps[0]);
    for request in [
        json!({"type": "stop_training"}),
        json!({"type": "step"}),
        json!({"type": "reset"}),
        json!({"type": "update_architecture", "payload": {"hidden_layers": [4]}}),
        json!({"type": "generate_data", "distribution": "circles", "num_classes": 3}),
        json!({"type": "update_data", "data": points(&XOR)}),
    ] {
        let now = client.request(request).await;
        client.checkpoint_of(&now).await;
    }
}

#[tokio::test]
async fn new_classes_grow_the_output_layer_and_keep_every_other_weight() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    for _ in 0..20 {
        step(&mut client).await;
    }
    let two = Model::from_checkpoint(&checkpoint(&mut client).await);

    let mut five_classes = XOR.to_vec();
    five_classes.push((0.0, 0.9, 4));
    let grown = client
        .request(json!({"type": "update_data", "data": points(&five_classes)}))
        .await;
    assert_eq!(grown["step"], 21, "steps are kept");
    let five = Model::from_checkpoint(&client.checkpoint_of(&grown).await);
    assert_eq!(five.sizes(), [2, 10, 5, 5]);
    assert_eq!(five.weights[..2], two.weights[..2]);
    assert_eq!(five.biases[..2], two.biases[..2]);
    assert_eq!(five.weights[2][..2], two.weights[2][..]);
    assert_eq!(five.biases[2][..2], two.biases[2][..]);

    let shrunk = client
        .request(json!({"type": "update_data", "data": points(&XOR)}))
        .await;
    assert_eq!(shrunk["step"], 21);
    assert_eq!(
        Model::from_checkpoint(&client.checkpoint_of(&shrunk).await),
        two
    );
}

#[tokio::test]
async fn a_restored_network_follows_the_data_that_were_changed_meanwhile() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    step(&mut client).await;
    let kept = checkpoint(&mut client).await;
    let restored = client.request(restore(&config(), &DATA, &kept)).await;
    assert_eq!(restored["step"], 2);
    assert_eq!(layer_sizes(&restored["network"]), [2, 10, 5, 3]);
    let two = Model::from_checkpoint(&kept);
    let three = Model::from_checkpoint(&client.checkpoint_of(&restored).await);
    assert_eq!(three.weights[..2], two.weights[..2]);
    assert_eq!(three.weights[2][..2], two.weights[2][..]);
}

#[tokio::test]
async fn pausing_and_adding_points_keeps_the_weights_to_the_bit() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    client.request(json!({"type": "start_training"})).await;
    client.frame(|frame| frame.loss < 0.1).await;
    let paused = client.request(json!({"type": "stop_training"})).await;
    let before = client.checkpoint_of(&paused).await;
    let mut more = XOR.to_vec();
    more.push((0.9, 0.9, 1));
    let changed = client
        .request(json!({"type": "update_data", "data": points(&more)}))
        .await;
    assert_eq!(changed["step"], paused["step"]);
    // One more step from there is one step from these weights: the same as in
    // another session that was handed them.
    let next = checkpoint(&mut client).await;
    let mut other = Client::v2(&server).await;
    other.request(restore(&config(), &more, &before)).await;
    assert_eq!(
        checkpoint(&mut other).await["parameters"],
        next["parameters"]
    );
}

#[tokio::test]
async fn what_a_restore_leaves_out_has_its_default() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    let bare = json!({"type": "restore", "data": points(&XOR)});
    assert_eq!(client.request(bare).await["config"], config());
    let mut partly = json!({"type": "restore", "data": points(&XOR)});
    partly["config"] = json!({"learningRate": 0.5});
    let mut expected = config();
    expected["learningRate"] = json!(0.5);
    assert_eq!(client.request(partly).await["config"], expected);
}

#[tokio::test]
async fn a_restore_without_points_or_with_wrong_values_is_refused() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    let before = state(&mut client).await;
    let complete = restore(&config(), &XOR, &Value::Null);
    let mut request = complete.clone();
    request.as_object_mut().expect("an object").remove("data");
    let error = client.try_request(request).await.expect_err("incomplete");
    assert_eq!(error["code"], "missing_field", "{error}");
    for (name, value) in [
        ("seeds", json!({"init": 1})),
        ("seeds", json!({"init": -1, "batches": 2, "dropout": 3})),
        ("stepsPerSecond", json!(0)),
        ("data", json!([{"x": 2, "y": 0, "label": 0}])),
    ] {
        let mut request = complete.clone();
        request[name] = value;
        client.try_request(request).await.expect_err("not in range");
    }
    assert_eq!(state(&mut client).await, before);
}
