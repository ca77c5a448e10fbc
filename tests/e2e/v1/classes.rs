//! The output layer follows the classes in the data.

use nnvisu_tests::client::Client;
use nnvisu_tests::data::XOR;
use nnvisu_tests::reference::Model;
use nnvisu_tests::server::Server;
use serde_json::{Value, json};

use super::{loss_of, next_model, set_data, silence, start, step_of, stop, train_to_loss};

fn outputs(model: &Value) -> usize {
    *Model::from_json(model).sizes().last().expect("layers")
}

#[tokio::test]
async fn classes_come_and_go_while_training_continues() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    let trained = train_to_loss(&mut client, 0.05).await;

    // Label 4: classes 2 and 3 exist without points.
    let mut five = XOR.to_vec();
    five.push((0.0, 0.9, 4));
    set_data(&mut client, &five).await;
    let grown = loop {
        let result = client.expect("step_result").await;
        assert!(
            step_of(&result) >= step_of(&trained),
            "the steps continue: {result}"
        );
        if !result["model"].is_null() && outputs(&result["model"]) == 5 {
            break result;
        }
    };
    train_to_loss(&mut client, 0.05).await;

    set_data(&mut client, &XOR).await;
    loop {
        let result = client.expect("step_result").await;
        assert!(
            step_of(&result) >= step_of(&grown),
            "the steps continue: {result}"
        );
        if !result["model"].is_null() && outputs(&result["model"]) == 2 {
            assert!(loss_of(&result) < 0.2, "the rest was kept: {result}");
            break;
        }
    }
}

#[tokio::test]
async fn the_output_layer_has_highest_label_plus_one_units_and_at_least_two() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    for highest in 0..8_u8 {
        client.send(json!({"type": "reset"})).await;
        set_data(&mut client, &[(0.5, 0.5, highest), (-0.5, -0.5, 0)]).await;
        start(&mut client).await;
        let expected = usize::from(highest + 1).max(2);
        while outputs(&next_model(&mut client).await) != expected {}
        stop(&mut client).await;
        silence(&mut client).await;
    }
}

#[tokio::test]
async fn a_new_class_while_paused_shows_the_network_it_makes() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.05).await;
    stop(&mut client).await;
    let paused = silence(&mut client).await.result;
    let mut three = XOR.to_vec();
    three.push((0.0, 0.0, 2));
    set_data(&mut client, &three).await;
    let grown = silence(&mut client).await.result;
    assert_eq!(step_of(&grown), step_of(&paused));
    assert!(
        loss_of(&grown) > loss_of(&paused),
        "one more point, of a new class"
    );
}
