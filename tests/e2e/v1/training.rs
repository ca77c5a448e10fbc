//! Training: started, watched, paused, resumed, reset.

use std::time::{Duration, Instant};

use nnvisu_tests::client::{Client, Incoming};
use nnvisu_tests::data::{XOR, points};
use nnvisu_tests::reference::Model;
use nnvisu_tests::server::Server;
use serde_json::json;

use super::data::distance;
use super::{Quiet, loss_of, next_model, set_data, silence, start, step_of, stop, train_to_loss};

#[tokio::test]
async fn training_sends_maps_and_results_that_progress() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    let mut maps = 0;
    let mut steps = Vec::new();
    while maps < 10 || steps.len() < 10 {
        match client.next().await {
            Incoming::Map(_) => maps += 1,
            Incoming::Text(message) if message["type"] == "step_result" => {
                assert!(loss_of(&message).is_finite());
                steps.push(step_of(&message));
            }
            other => panic!("while training: {other:?}"),
        }
    }
    assert!(steps.is_sorted(), "{steps:?}");
    assert!(steps.last() > steps.first(), "{steps:?}");
}

#[tokio::test]
async fn xor_is_learned_and_its_map_shows_it() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.01).await;
    stop(&mut client).await;
    let map = silence(&mut client).await.map;
    let [blue, orange] = [[0x34, 0x98, 0xdb], [0xe6, 0x7e, 0x22]];
    for (x, y, label) in XOR {
        let color = map.color_at(x, y);
        let expected = if label == 0 { blue } else { orange };
        assert!(
            distance(color, expected) < 30,
            "at ({x}, {y}): {color:?}, not {expected:?}"
        );
    }
}

#[tokio::test]
async fn stopping_sends_the_last_map_and_then_nothing() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.3).await;
    stop(&mut client).await;
    let last = silence(&mut client).await.result;

    // Stopped means stopped: the next step is the one after the last.
    start(&mut client).await;
    let next = client.expect("step_result").await;
    assert!(step_of(&next) >= step_of(&last));
}

#[tokio::test]
async fn every_map_has_its_step_result() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    // Map and result are a pair: they alternate, whichever comes first.
    let mut kinds = Vec::new();
    while kinds.len() < 20 {
        match client.next().await {
            Incoming::Map(_) => kinds.push('m'),
            Incoming::Text(message) if message["type"] == "step_result" => kinds.push('r'),
            other => panic!("while training: {other:?}"),
        }
    }
    assert!(kinds.windows(2).all(|pair| pair[0] != pair[1]), "{kinds:?}");
}

#[tokio::test]
async fn resuming_continues_with_the_weights_and_the_optimizer() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    // Adam would jump on restart if its averages were lost.
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.05).await;
    for _ in 0..5 {
        stop(&mut client).await;
        let Quiet {
            map,
            result: paused,
            ..
        } = silence(&mut client).await;
        start(&mut client).await;
        let resumed = client.expect("step_result").await;
        let resumed_map = client.next_map().await;
        assert!(step_of(&resumed) >= step_of(&paused));
        assert!(
            loss_of(&resumed) <= loss_of(&paused) * 1.05,
            "{paused} was followed by {resumed}"
        );
        let difference = distance(map.color_at(0.5, 0.5), resumed_map.color_at(0.5, 0.5));
        assert!(difference < 12, "the map jumped by {difference}");
    }
}

#[tokio::test]
async fn starting_twice_is_starting_once() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    let trained = train_to_loss(&mut client, 0.3).await;
    start(&mut client).await;
    start(&mut client).await;
    for _ in 0..5 {
        let result = client.expect("step_result").await;
        assert!(step_of(&result) > step_of(&trained));
        assert!(loss_of(&result) < 0.4);
    }
    stop(&mut client).await;
    silence(&mut client).await;
}

#[tokio::test]
async fn resetting_starts_from_new_weights_and_shows_them() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    let mut initial_maps = Vec::new();
    for _ in 0..3 {
        start(&mut client).await;
        train_to_loss(&mut client, 0.1).await;
        let trained = client.next_map().await;
        client.send(json!({"type": "reset"})).await;
        // Maps of the training may be on their way, each behind its result. New weights have none.
        let shown = silence(&mut client).await;
        assert_eq!(
            shown.n_maps,
            shown.n_results + 1,
            "one map of the new weights"
        );
        assert_ne!(shown.map, trained);
        // The last map is that of weights that are still there.
        client.send(json!({"type": "stop_training"})).await;
        assert_eq!(silence(&mut client).await.map, shown.map);
        initial_maps.push(shown.map);
    }
    initial_maps.dedup();
    assert!(initial_maps.len() > 1, "the same weights again and again");
}

#[tokio::test]
async fn while_paused_each_new_network_is_shown_exactly_once() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.1).await;
    stop(&mut client).await;
    let mut shown = silence(&mut client).await.map;
    let third_class = [&XOR[..], &[(0.0, 0.0, 2)]].concat();
    for (request, n_results) in [
        (
            json!({"type": "update_data", "data": points(&third_class)}),
            1,
        ),
        (json!({"type": "reset"}), 0),
        (json!({"type": "reset"}), 0),
    ] {
        client.send(request.clone()).await;
        let quiet = silence(&mut client).await;
        assert_eq!(
            (quiet.n_maps, quiet.n_results),
            (1, n_results),
            "after {request}"
        );
        assert_ne!(quiet.map, shown, "after {request}");
        shown = quiet.map;
    }
}

#[tokio::test]
async fn the_network_is_sent_at_most_once_a_second() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    let begin = Instant::now();
    let mut with_model = 0;
    let mut without = 0;
    while begin.elapsed() < Duration::from_secs(3) || with_model == 0 {
        let result = client.expect("step_result").await;
        if result["model"].is_null() {
            without += 1;
        } else {
            let model = Model::from_json(&result["model"]);
            assert_eq!(model.sizes(), [2, 10, 5, 2]);
            with_model += 1;
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    assert!(
        f64::from(with_model) <= seconds + 1.0,
        "{with_model} networks in {seconds} s"
    );
    assert!(without > with_model);
}

#[tokio::test]
async fn a_diverging_run_stops_and_keeps_its_last_finite_weights() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    client
        .send(json!({"type": "update_config", "payload": {
            "learningRate": 10.0, "optimizer": "sgd", "activation": "relu",
            "architecture": [100, 100, 100, 100, 100], "regularization": 10.0,
        }}))
        .await;
    client.send(json!({"type": "reset"})).await;
    set_data(
        &mut client,
        &[(1.0, 1.0, 0), (1.0, 0.9, 1), (-1.0, 1.0, 2), (0.1, 0.0, 3)],
    )
    .await;
    start(&mut client).await;
    let error = client.next_error().await;
    assert_eq!(error["code"], "diverged");
    let message = error["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("learning rate"),
        "says what helps: {message}"
    );

    // All JSON is checked for finite numbers by the client; the session lives.
    client
        .send(json!({"type": "update_config", "payload": {
            "learningRate": 0.01, "optimizer": "adam", "activation": "tanh", "regularization": 0.0, "architecture": [10, 5],
        }}))
        .await;
    client.send(json!({"type": "reset"})).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.3).await;
}

#[tokio::test]
async fn mini_batches_and_dropout_train_too() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    client
        .send(json!({"type": "update_config", "config": {"batchSize": 16, "dropout": 0.1}}))
        .await;
    client.send(json!({"type": "reset"})).await;
    client
        .send(json!({"type": "generate_data", "distribution": "blobs", "num_classes": 3}))
        .await;
    client.expect("data_generated").await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.2).await;
    let model = next_model(&mut client).await;
    assert_eq!(Model::from_json(&model).sizes(), [2, 10, 5, 3]);
}
