//! `train_step`: one step for a client that keeps its own network.

use nnvisu_tests::client::Client;
use nnvisu_tests::data::{LabelledPoint, XOR, points};
use nnvisu_tests::reference::{Activation, Model, Optimizer, Step};
use nnvisu_tests::server::Server;
use serde_json::{Value, json};

use super::{Quiet, loss_of, set_data, silence, start, step_of, stop, train_to_loss};

const DATA: [LabelledPoint; 5] = [
    (0.5, 0.5, 0),
    (-0.4, -0.6, 0),
    (-0.5, 0.3, 1),
    (0.7, -0.2, 2),
    (0.1, 0.9, 1),
];

fn request(
    step: &Step,
    architecture: &[usize],
    model: impl Into<Value>,
    data: &[LabelledPoint],
) -> Value {
    json!({
        "type": "train_step",
        "config": {
            "learningRate": step.learning_rate,
            "architecture": architecture,
            "activation": step.activation.name(),
            "optimizer": step.optimizer.name(),
            "regularization": step.weight_decay,
            "batchSize": 0,
            "dropout": 0.0,
        },
        "model": model.into(),
        "data": points(data),
    })
}

#[tokio::test]
async fn one_step_is_right_for_every_optimizer_and_activation() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    for activation in Activation::ALL {
        for optimizer in Optimizer::ALL {
            for (hidden, weight_decay) in [(vec![], 0.0), (vec![4, 3], 0.0), (vec![4, 3], 0.3)] {
                let step = Step {
                    activation,
                    optimizer,
                    learning_rate: 0.01,
                    weight_decay,
                };
                let sizes = [vec![2], hidden.clone(), vec![3]].concat();
                let model = Model::of_sizes(&sizes);
                client
                    .send(request(&step, &hidden, model.to_json(), &DATA))
                    .await;
                let result = client.expect("step_result").await;

                let what = format!("{step:?} on {sizes:?}");
                let (loss, accuracy) = model.loss_and_accuracy(activation, &DATA);
                assert_close(loss_of(&result), loss, 1e-5, &what);
                let sent_accuracy = result["metrics"]["accuracy"].as_f64().expect("a number");
                assert_close(sent_accuracy, accuracy, 1e-6, &what);
                let trained = Model::from_json(&result["model"]).parameters();
                let expected = model.after_step(&step, &DATA).parameters();
                assert_eq!(trained.len(), expected.len(), "{what}");
                for (trained, expected) in trained.iter().zip(&expected) {
                    assert_close(*trained, *expected, 2e-5, &what);
                }
            }
        }
    }
}

fn assert_close(actual: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{what}: {actual} is not {expected}"
    );
}

#[tokio::test]
async fn an_empty_model_means_fresh_weights() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    let step = Step {
        activation: Activation::Tanh,
        optimizer: Optimizer::Adam,
        learning_rate: 0.01,
        weight_decay: 0.0,
    };
    let empty = json!({"weights": [], "biases": []});
    client.send(request(&step, &[6], empty, &DATA)).await;
    let result = client.expect("step_result").await;
    assert_eq!(Model::from_json(&result["model"]).sizes(), [2, 6, 3]);
}

#[tokio::test]
async fn a_client_can_train_by_single_steps_alone() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    let step = Step {
        activation: Activation::Tanh,
        optimizer: Optimizer::Sgd,
        learning_rate: 1.0,
        weight_decay: 0.0,
    };
    let mut model = json!({"weights": [], "biases": []});
    let mut losses = Vec::new();
    for _ in 0..500 {
        client.send(request(&step, &[8], model, &XOR)).await;
        let mut result = client.expect("step_result").await;
        losses.push(loss_of(&result));
        model = result["model"].take();
    }
    assert!(
        losses[499] < losses[0] / 4.0,
        "{} to {}",
        losses[0],
        losses[499]
    );
}

#[tokio::test]
async fn the_session_is_neither_read_nor_written() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    set_data(&mut client, &XOR).await;
    start(&mut client).await;
    train_to_loss(&mut client, 0.1).await;
    stop(&mut client).await;
    // This asks for single steps of another network.
    let Quiet {
        map,
        result: paused,
        ..
    } = silence(&mut client).await;
    start(&mut client).await;
    let resumed = client.expect("step_result").await;
    assert!(step_of(&resumed) >= step_of(&paused));
    assert!(loss_of(&resumed) <= loss_of(&paused) * 1.05);
    let resumed_map = client.next_map().await;
    assert!(super::data::distance(map.color_at(0.5, 0.5), resumed_map.color_at(0.5, 0.5)) < 12);
}

#[tokio::test]
async fn models_and_data_that_do_not_fit_are_refused() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    let step = Step {
        activation: Activation::Tanh,
        optimizer: Optimizer::Sgd,
        learning_rate: 0.1,
        weight_decay: 0.0,
    };
    let fits = Model::of_sizes(&[2, 4, 3]).to_json();
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut model = fits.clone();
        change(&mut model);
        model
    };
    for model in [
        Model::of_sizes(&[2, 5, 3]).to_json(),
        Model::of_sizes(&[3, 4, 3]).to_json(),
        Model::of_sizes(&[2, 4, 4, 3]).to_json(),
        broken(&|model| model["biases"] = json!([])),
        broken(&|model| model["weights"][0][1] = json!([0.5])),
        broken(&|model| model["biases"][1][0] = json!("0.5")),
        broken(&|model| model["biases"][1][0] = Value::Null),
        json!({"weights": []}),
        json!(null),
    ] {
        let request = request(&step, &[4], model, &DATA);
        client.refused(request.to_string()).await;
    }
    let request = request(&step, &[4], fits, &[]);
    client.refused(request.to_string()).await;
}

#[tokio::test]
async fn the_output_layer_of_a_model_follows_the_data_too() {
    let server = Server::start().await;
    let mut client = Client::v1(&server).await;
    let step = Step {
        activation: Activation::Tanh,
        optimizer: Optimizer::Sgd,
        learning_rate: 0.1,
        weight_decay: 0.0,
    };
    let two_classes = Model::of_sizes(&[2, 4, 2]).to_json();
    client.send(request(&step, &[4], two_classes, &DATA)).await;
    let result = client.expect("step_result").await;
    assert_eq!(Model::from_json(&result["model"]).sizes(), [2, 4, 3]);
}
