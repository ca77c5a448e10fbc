//! Checkpoints: handed out, kept by the client, handed back.

use super::*;

#[test]
fn a_restored_run_continues_bit_by_bit() {
    for optimizer in ["adam", "sgd", "rmsprop"] {
        let mut config = config();
        config["optimizer"] = json!(optimizer);
        let mut first = Client::v2();
        let mut begin = restore(xor_and(2), Value::Null);
        begin["config"] = config.clone();
        first.ask(begin);
        for _ in 0..20 {
            first.ask(request("step"));
        }
        first.settle();
        let checkpoint = first.checkpoint();
        assert_eq!(checkpoint["step"], 20);

        let mut second = Client::v2();
        let mut resume = restore(xor_and(2), checkpoint.clone());
        resume["config"] = config;
        let state = second.ask(resume);
        assert_eq!(state["step"], 20);
        assert_eq!(state["seeds"], checkpoint["seeds"]);
        second.settle();
        let handed_back = second.checkpoint();
        for part in ["parameters", "optimizer", "seeds", "step"] {
            assert_eq!(handed_back[part], checkpoint[part], "{part}");
        }
        for _ in 0..20 {
            first.ask(request("step"));
            second.ask(request("step"));
        }
        assert_eq!(first.parameters(), second.parameters());
    }
}

#[test]
fn a_checkpoint_meets_the_classes_of_the_data() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    client.ask(request("step"));
    client.settle();
    let checkpoint = client.checkpoint();
    let state = client.ask(restore(xor_and(3), checkpoint));
    assert_eq!(state["network"]["outputs"], 4);
    assert_eq!(state["step"], 1);
}

#[test]
fn a_checkpoint_of_another_network_is_refused_and_changes_nothing() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    client.ask(request("step"));
    client.settle();
    let checkpoint = client.checkpoint();
    let before = client.ask(request("stop_training"));
    let weights = client.parameters();
    let mut other_layers = restore(xor_and(5), checkpoint.clone());
    other_layers["config"]["architecture"] = json!([5]);
    let mut other_activation = restore(xor_and(5), checkpoint.clone());
    other_activation["config"]["activation"] = json!("relu");
    let mut damaged = restore(xor_and(5), checkpoint);
    damaged["checkpoint"]["parameters"] = json!("AAAAAA==");
    for request in [other_layers, other_activation, damaged] {
        let error = client.refused(request);
        assert_eq!(error["code"], "checkpoint_mismatch", "{error}");
    }
    assert_eq!(client.ask(request("stop_training")), before);
    assert_eq!(client.parameters(), weights);
}

#[test]
fn restore_stops_and_replaces_everything() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    client.send(request("start_training"));
    client.run_until(|client| client.step() > 10);
    let mut other = restore(json!([]), Value::Null);
    other["seeds"] = Value::Null;
    other["stepsPerSecond"] = json!(60);
    let state = client.ask(other);
    assert_eq!(
        (&state["running"], &state["step"]),
        (&json!(false), &json!(0))
    );
    assert_eq!(
        (&state["points"], &state["stepsPerSecond"]),
        (&json!(0), &json!(60.0))
    );
    assert_ne!(
        state["seeds"]["init"], 1,
        "without seeds the server draws its own"
    );
}

#[test]
fn without_frames_a_checkpoint_comes_about_once_a_second_while_training() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    client.ask(json!({"type": "view", "sections": []}));
    client.settle();
    client.checkpoints.clear();
    client.send(request("start_training"));
    let started = client.clock.elapsed();
    client.run_until(|client| !client.checkpoints.is_empty());
    let step = client.checkpoint()["step"].as_u64().unwrap();
    assert!(
        step > 0 && client.clock.since(started).as_millis() >= 900,
        "one was sent before the start"
    );
}

#[test]
fn what_a_frame_shows_of_a_small_network_can_be_kept() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    client.settle();
    client.checkpoints.clear();
    client.frames.clear();
    client.send(request("start_training"));
    client.run_until(|client| client.frames.len() > 5);
    let steps = client
        .checkpoints
        .iter()
        .map(|text| text["payload"]["step"].as_u64());
    let shown = client.frames.iter().map(|frame| {
        let bytes = frame[16..24].try_into().unwrap();
        Some(u64::from_le_bytes(bytes))
    });
    assert_eq!(steps.collect::<Vec<_>>(), shown.collect::<Vec<_>>());
}

#[test]
fn what_a_request_throws_away_comes_with_its_answer() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    for throwing in [
        json!({"type": "reset"}),
        json!({"type": "update_architecture", "payload": {"hidden_layers": [10, 5]}}),
        json!({"type": "generate_data", "distribution": "moons", "num_classes": 2}),
        restore(xor(), Value::Null),
    ] {
        client.ask(request("step"));
        let (step, parameters) = (client.step(), client.parameters());
        let generation = client.run().generation();
        let mut request = throwing.clone();
        request["id"] = json!(5);
        client.send(request);
        let replaced = client.texts().swap_remove(0);
        assert_eq!(
            (&replaced["type"], &replaced["re"]),
            (&json!("checkpoint"), &json!(5))
        );
        let payload = &replaced["payload"];
        assert_eq!(
            (&payload["step"], &payload["generation"]),
            (&json!(step), &json!(generation))
        );
        client.ask(restore(xor(), payload.clone()));
        assert_eq!(
            (client.step(), client.parameters()),
            (step, parameters),
            "{throwing}"
        );
    }
}
