//! Generations: one more whenever the weights are thrown away.

use nnvisu_tests::client::{Client, Incoming};
use nnvisu_tests::data::{XOR, points};
use nnvisu_tests::server::Server;
use serde_json::{Value, json};

use super::{begin, config, restore, state};

fn generation(state: &Value) -> u64 {
    state["generation"].as_u64().expect("a generation")
}

#[tokio::test]
async fn fresh_weights_are_a_new_generation_and_nothing_else_is() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    let mut current = generation(&begin(&mut client, &XOR).await);
    for request in [
        json!({"type": "reset"}),
        json!({"type": "update_architecture", "payload": {"hidden_layers": [4, 4]}}),
        json!({"type": "generate_data", "distribution": "moons", "num_classes": 2}),
        restore(&config(), &XOR, &Value::Null),
    ] {
        let next = generation(&client.request(request.clone()).await);
        assert_eq!(next, current + 1, "{request}");
        current = next;
    }
    let mut third_class = XOR.to_vec();
    third_class.push((0.0, 0.0, 2));
    for request in [
        json!({"type": "start_training"}),
        json!({"type": "set_speed", "stepsPerSecond": 100}),
        json!({"type": "update_config", "payload": {"learningRate": 0.1, "optimizer": "sgd"}}),
        json!({"type": "update_data", "data": points(&third_class)}),
        json!({"type": "stop_training"}),
        json!({"type": "step"}),
        json!({"type": "update_data", "data": points(&XOR)}),
        json!({"type": "update_data", "data": []}),
    ] {
        let same = generation(&client.request(request.clone()).await);
        assert_eq!(same, current, "{request}");
    }
}

#[tokio::test]
async fn after_the_answer_everything_belongs_to_the_new_generation() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    for _ in 0..20 {
        client.request(json!({"type": "start_training"})).await;
        client.frame(|frame| frame.step > 0).await;
        let reset = client.request(json!({"type": "reset"})).await;
        let fresh = generation(&reset);
        client.request(json!({"type": "start_training"})).await;
        let mut frames = 0;
        while frames < 3 {
            match client.next().await {
                Incoming::Frame(frame) => {
                    assert_eq!(u64::from(frame.generation), fresh);
                    frames += 1;
                }
                Incoming::Text(message) if message["type"] == "checkpoint" => {
                    assert_eq!(generation(&message["payload"]), fresh);
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(state(&mut client).await["running"], true);
}
