//! Ids: each request with one is answered once, by `state` or `error`.

use nnvisu_tests::client::{Client, Incoming};
use nnvisu_tests::data::{XOR, points, points_from};
use nnvisu_tests::reference::layer_sizes;
use nnvisu_tests::server::Server;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::{begin, config, state, step};
use crate::v1::malformed::MALFORMED;

#[tokio::test]
async fn the_greeting_tells_the_limits() {
    let server = Server::start_with(&["--max-points", "1234"]).await;
    let client = Client::v2(&server).await;
    let payload = &client.greeting()["payload"];
    assert_eq!(payload["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(payload["limits"]["maxPoints"], 1234);
    assert_eq!(payload["limits"]["maxMessageBytes"], 8 * 1024 * 1024);
}

#[tokio::test]
async fn every_request_is_answered_by_the_state_it_leads_to() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    let fresh = begin(&mut client, &XOR).await;
    assert_eq!(fresh["config"], config());
    assert_eq!(
        fresh["network"],
        json!({
            "features": ["x", "y"], "layers": [
                {"units": 10, "activation": "tanh", "dropout": 0.0},
                {"units": 5, "activation": "tanh", "dropout": 0.0}], "outputs": 2,
        })
    );
    assert_eq!(fresh["running"], false);
    assert_eq!(fresh["step"], 0);
    assert_eq!(fresh["points"], 4);
    assert_eq!(fresh["classes"], 2);
    assert_eq!(fresh["seeds"], super::seeds());
    assert_eq!(fresh["stepsPerSecond"], Value::Null);

    let running = client.request(json!({"type": "start_training"})).await;
    assert_eq!(running["running"], true);
    let stopped = client.request(json!({"type": "stop_training"})).await;
    assert_eq!(stopped["running"], false);

    let with_rate = client
        .request(json!({"type": "update_config", "payload": {"learningRate": 0.5}}))
        .await;
    assert_eq!(with_rate["config"]["learningRate"], 0.5);
    assert_eq!(with_rate["step"], stopped["step"]);

    // Configured is one thing, trained another until the next reset.
    let configured = client
        .request(json!({"type": "update_config", "payload": {"activation": "gelu"}}))
        .await;
    assert_eq!(configured["config"]["activation"], "gelu");
    assert_eq!(configured["network"]["layers"][0]["activation"], "tanh");
    let reset = client.request(json!({"type": "reset"})).await;
    assert_eq!(reset["network"]["layers"][0]["activation"], "gelu");
    assert_eq!(reset["step"], 0);

    let three = json!([{"x": 0, "y": 0, "label": 0}, {"x": 0.5, "y": 0, "label": 4},
                       {"x": 0.5, "y": 0.1, "label": 4}]);
    let changed = client
        .request(json!({"type": "update_data", "data": three}))
        .await;
    assert_eq!(changed["points"], 3);
    assert_eq!(changed["classes"], 2);
    assert_eq!(layer_sizes(&changed["network"]), [2, 10, 5, 5]);
}

#[tokio::test]
async fn the_answers_of_version_1_come_before_the_state() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    let generated = client
        .try_request(json!({"type": "generate_data", "distribution": "blobs", "num_classes": 4}))
        .await
        .expect("an answer");
    let [data] = &generated.before[..] else {
        panic!("one answer before the state, not {generated:?}");
    };
    assert_eq!(data["type"], "data_generated");
    assert_eq!(data["distribution"], "blobs");
    assert_eq!(data["num_classes"], 4);
    assert!(data["seed"].is_u64(), "{data}");
    assert_eq!(generated.state["points"], 200);

    let synced = client
        .try_request(json!({"type": "update_architecture", "payload": {"hidden_layers": [3]}}))
        .await
        .expect("an answer");
    let [confirmed] = &synced.before[..] else {
        panic!("one answer before the state, not {synced:?}");
    };
    assert_eq!(confirmed["type"], "architecture_synced");
    assert_eq!(confirmed["payload"]["hidden_layers"], json!([3]));
    assert_eq!(layer_sizes(&synced.state["network"]), [2, 3, 4]);
    assert_eq!(synced.state["config"]["architecture"], json!([3]));

    let stepped = client
        .try_request(json!({
            "type": "train_step", "config": config(),
            "model": {"weights": [], "biases": []}, "data": points(&XOR),
        }))
        .await
        .expect("an answer");
    let [result] = &stepped.before[..] else {
        panic!("one answer before the state, not {stepped:?}");
    };
    assert_eq!(result["type"], "step_result");
    assert_eq!(stepped.state["step"], 0);
}

#[tokio::test]
async fn requests_are_answered_in_their_order() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    client.request(json!({"type": "start_training"})).await;
    for id in 1000..1200 {
        let kind = if id % 3 == 0 {
            "explode"
        } else {
            "start_training"
        };
        client.send(json!({"type": kind, "id": id})).await;
    }
    let mut answered = Vec::new();
    while answered.len() < 200 {
        if let Incoming::Text(message) = client.next().await
            && let Some(id) = message["re"].as_u64()
        {
            let kind = if id % 3 == 0 { "error" } else { "state" };
            assert_eq!(message["type"], kind, "{message}");
            answered.push(id);
        }
    }
    assert!(answered.iter().copied().eq(1000..1200), "{answered:?}");
}

#[tokio::test]
async fn errors_carry_the_id_and_change_nothing() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    for _ in 0..5 {
        step(&mut client).await;
    }
    let before = state(&mut client).await;
    for (text, codes) in MALFORMED {
        if !text.starts_with("{\"")
            || text.contains("NaN")
            || text.contains("Infinity")
            || text.contains("999")
        {
            // No id can be read from it.
            client.refused(text).await;
            continue;
        }
        let with_id = text.replacen('{', r#"{"id": 77, "#, 1);
        let error = client.refused(with_id).await;
        let code = error["code"].as_str().unwrap_or_default();
        assert!(codes.contains(&code), "{text}: {error}");
        assert_eq!(error["re"], 77, "{text}: {error}");
    }
    client
        .send_raw(Message::binary(vec![2, 0]))
        .await
        .expect("the connection is open");
    assert_eq!(client.next_error().await["code"], "binary_not_accepted");
    assert_eq!(state(&mut client).await, before);
}

#[tokio::test]
async fn ids_that_are_none_are_refused() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    begin(&mut client, &XOR).await;
    for id in ["-1", "1.5", "\"7\"", "4294967296", "[]"] {
        let request = format!(r#"{{"type": "start_training", "id": {id}}}"#);
        let error = client.refused(request).await;
        assert_eq!(error["field"], "id", "{error}");
    }
    assert_eq!(state(&mut client).await["running"], false);
}

#[tokio::test]
async fn data_comes_again_from_its_seed() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    for distribution in crate::v1::data::DISTRIBUTIONS {
        let mut generate = async |seed: Value| {
            let mut request = json!({
                "type": "generate_data", "distribution": distribution, "num_classes": 3,
            });
            if !seed.is_null() {
                request["seed"] = seed;
            }
            let mut answer = client.try_request(request).await.expect("data");
            let mut generated = answer.before.remove(0);
            (points_from(&generated["data"]), generated["seed"].take())
        };
        let (drawn, seed) = generate(Value::Null).await;
        let (again, same_seed) = generate(seed.clone()).await;
        assert_eq!(seed, same_seed);
        assert_eq!(drawn, again, "{distribution}");
        let (other, _) = generate(json!(5)).await;
        assert_ne!(drawn, other, "{distribution}");
    }
    for seed in ["-1", "1.5", "9007199254740992", "\"1\""] {
        let request = format!(
            r#"{{"type": "generate_data", "distribution": "moons", "num_classes": 2, "seed": {seed}}}"#
        );
        let error = client.refused(request).await;
        assert_eq!(error["field"], "seed", "{error}");
    }
}

#[tokio::test]
async fn a_run_that_diverges_says_so_unasked() {
    let server = Server::start().await;
    let mut client = Client::v2(&server).await;
    let mut wild = config();
    wild["learningRate"] = json!(10);
    wild["optimizer"] = json!("sgd");
    wild["activation"] = json!("relu");
    wild["architecture"] = json!([100, 100, 100, 100, 100]);
    wild["regularization"] = json!(10);
    let data = [(1.0, 1.0, 0), (1.0, 0.9, 1), (-1.0, 1.0, 2), (0.1, 0.0, 3)];
    client
        .request(super::restore(&wild, &data, &Value::Null))
        .await;
    client.request(json!({"type": "start_training"})).await;
    let mut told = (false, false);
    let mut stopped = Value::Null;
    while told != (true, true) {
        if let Incoming::Text(message) = client.next().await {
            if message["type"] == "error" {
                assert_eq!(message["code"], "diverged");
                assert!(message.get("re").is_none());
                told.0 = true;
            } else if message["type"] == "state" && message["payload"]["running"] == false {
                stopped = message["payload"].clone();
                told.1 = true;
            }
        }
    }
    // What is kept is the last network that was still one.
    let checkpoint = client.checkpoint_of(&stopped).await;
    let parameters = nnvisu_tests::reference::floats_from_base64(&checkpoint["parameters"]);
    assert!(parameters.iter().all(|parameter| parameter.is_finite()));
}
