//! `update_config` and `update_architecture`.

use nnvisu_tests::client::Client;
use nnvisu_tests::data::XOR;
use nnvisu_tests::reference::Model;
use nnvisu_tests::server::Server;
use serde_json::json;

use super::{loss_of, next_model, set_data, silence, start, step_of, stop, train_to_loss};

async fn sizes(client: &mut Client) -> Vec<usize> {
    Model::from_json(&next_model(client).await).sizes()
}

#[tokio::test]
async fn a_new_architecture_is_confirmed_shown_and_trained() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    let ten_of_hundred = vec![100; 10];
    for hidden_layers in [vec![], vec![1], vec![20, 15, 10], ten_of_hundred] {
        start(&mut client).await;
        while step_of(&client.expect("step_result").await) == 0 {}
        client
            .send(json!({
                "type": "update_architecture",
                "payload": {"hidden_layers": hidden_layers},
            }))
            .await;
        let synced = client.expect("architecture_synced").await;
        assert_eq!(synced["payload"]["status"], "success");
        assert_eq!(synced["payload"]["hidden_layers"], json!(hidden_layers));
        let shown = silence(&mut client).await;
        assert_eq!(
            (shown.n_maps, shown.n_results),
            (1, 0),
            "stopped, with fresh weights"
        );

        start(&mut client).await;
        let trained = sizes(&mut client).await;
        let expected: Vec<usize> = [vec![2], hidden_layers, vec![2]].concat();
        assert_eq!(trained, expected);
        stop(&mut client).await;
        silence(&mut client).await;
    }
}

#[tokio::test]
async fn an_impossible_architecture_changes_nothing() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    let trained = train_to_loss(&mut client, 0.2).await;
    let too_many_layers = vec![5; 11];
    for payload in [
        json!({"hidden_layers": [5, 0]}),
        json!({"hidden_layers": [10, 101]}),
        json!({"hidden_layers": too_many_layers}),
        json!({"hidden_layers": [-5]}),
        json!({"hidden_layers": [2.5]}),
        json!({"hidden_layers": "10-5"}),
        json!({"hidden_layers": null}),
        json!({}),
        json!({"hidden_layers": [4], "activation": "sigmoid"}),
        json!({"hidden_layers": [4], "dropout": -0.1}),
    ] {
        let request = json!({"type": "update_architecture", "payload": payload});
        client.refused(request.to_string()).await;
        let result = client.expect("step_result").await;
        assert!(
            step_of(&result) >= step_of(&trained),
            "still training after {payload}"
        );
    }
    assert_eq!(sizes(&mut client).await, [2, 10, 5, 2]);
}

#[tokio::test]
async fn the_learning_rate_acts_on_the_running_network() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    let set_rate = async |client: &mut Client, rate: f64| {
        client
            .send(json!({"type": "update_config", "payload": {"learningRate": rate}}))
            .await;
    };
    // So small that nothing moves.
    set_rate(&mut client, 1e-30).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    let initial = loss_of(&client.expect("step_result").await);
    while step_of(&client.expect("step_result").await) < 10 {}
    let unmoved = loss_of(&client.expect("step_result").await);
    assert!(
        (unmoved - initial).abs() < 1e-6,
        "{initial} became {unmoved}"
    );

    set_rate(&mut client, 0.01).await;
    train_to_loss(&mut client, initial / 4.0).await;
}

#[tokio::test]
async fn optimizer_regularization_and_batch_size_act_without_new_weights() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    let mut before = train_to_loss(&mut client, 0.05).await;
    for payload in [
        json!({"optimizer": "sgd"}),
        json!({"optimizer": "rmsprop", "learningRate": 0.001}),
        json!({"optimizer": "adam"}),
        json!({"batchSize": 2}),
        json!({"batchSize": 0}),
    ] {
        client
            .send(json!({"type": "update_config", "payload": payload}))
            .await;
        for _ in 0..5 {
            let result = client.expect("step_result").await;
            assert!(step_of(&result) >= step_of(&before));
            assert!(loss_of(&result) < 0.2, "after {payload}: {result}");
            before = result;
        }
    }
    // Strong regularization pulls the weights, and so the output, towards zero.
    client
        .send(json!({"type": "update_config", "payload": {"regularization": 10.0}}))
        .await;
    loop {
        let result = client.expect("step_result").await;
        if loss_of(&result) > 0.5 {
            break;
        }
    }
}

#[tokio::test]
async fn architecture_and_activation_wait_for_the_next_reset() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.3).await;
    client
        .send(json!({"type": "update_config", "config": {
            "architecture": [7], "activation": "relu", "dropout": 0.2,
        }}))
        .await;
    for _ in 0..3 {
        let result = client.expect("step_result").await;
        assert!(loss_of(&result) < 0.4, "the network continues: {result}");
    }
    assert_eq!(sizes(&mut client).await, [2, 10, 5, 2]);
    client.send(json!({"type": "reset"})).await;
    silence(&mut client).await;
    start(&mut client).await;
    assert_eq!(sizes(&mut client).await, [2, 7, 2]);
}

/// What existing pages send when they connect again.
#[tokio::test]
async fn a_page_that_connects_again_gets_the_network_that_it_shows() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    client
        .send(json!({"type": "update_config", "payload": {
            "learningRate": 0.03, "architecture": [7, 4], "activation": "relu",
            "optimizer": "adam", "regularization": 0, "batchSize": 0, "dropout": 0,
        }}))
        .await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    assert_eq!(sizes(&mut client).await, [2, 7, 4, 2]);
}

#[tokio::test]
async fn an_impossible_setting_is_refused_and_the_others_act() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    for (units, (setting, value)) in (1..).zip([
        ("learningRate", json!(0.0)),
        ("learningRate", json!(-1.0)),
        ("learningRate", json!("0.1")),
        ("learningRate", json!(null)),
        ("regularization", json!(-0.1)),
        ("dropout", json!(-0.5)),
        ("batchSize", json!(-1)),
        ("batchSize", json!(1.5)),
        ("optimizer", json!("lbfgs")),
        ("activation", json!("sigmoid")),
    ]) {
        let payload = json!({"architecture": [units], setting: value});
        let request = json!({"type": "update_config", "payload": payload});
        let error = client.refused(request.to_string()).await;
        assert_eq!(error["field"], setting, "{error}");
        client.send(json!({"type": "reset"})).await;
        silence(&mut client).await;
        start(&mut client).await;
        assert_eq!(sizes(&mut client).await, [2, units, 2]);
        stop(&mut client).await;
    }
    for architecture in [json!([0, 5]), json!("10-5")] {
        let payload = json!({"architecture": architecture});
        let request = json!({"type": "update_config", "payload": payload});
        let error = client.refused(request.to_string()).await;
        // The setting, or the place in it: `architecture[0]`.
        let field = error["field"].as_str().unwrap_or_default();
        assert!(field.starts_with("architecture"), "{error}");
    }
}

/// Pages of version 1 repeat all seven settings with every change, and show no errors.
#[tokio::test]
async fn settings_above_the_limits_act_as_the_limits() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    for (architecture, expected) in [
        (json!([0]), vec![2, 2]),
        (json!([200, 3]), vec![2, 100, 3, 2]),
        (json!(vec![1; 12]), [vec![2], vec![1; 10], vec![2]].concat()),
    ] {
        let payload = json!({
            "learningRate": 100, "architecture": architecture, "activation": "ReLU",
            "optimizer": "SGD", "regularization": 11, "batchSize": null, "dropout": 1,
        });
        client
            .send(json!({"type": "update_config", "payload": payload}))
            .await;
        client.send(json!({"type": "reset"})).await;
        // No error comes on the way.
        silence(&mut client).await;
        // It would diverge at once.
        let payload = json!({"learningRate": 0.001, "regularization": 0, "dropout": 0});
        client
            .send(json!({"type": "update_config", "payload": payload}))
            .await;
        start(&mut client).await;
        assert_eq!(sizes(&mut client).await, expected);
        stop(&mut client).await;
    }
}

#[tokio::test]
async fn a_refused_setting_says_what_is_allowed() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    let error = client
        .refused(r#"{"type": "update_config", "payload": {"learningRate": -1}}"#)
        .await;
    let message = error["message"].as_str().expect("a text");
    assert!(message.contains("Learning rate"), "{message}");
    assert!(message.contains("above 0"), "{message}");
    assert!(message.contains("10"), "{message}");
}
