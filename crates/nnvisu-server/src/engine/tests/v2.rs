//! What version 2 adds.

use super::*;

#[test]
fn the_greeting_says_the_limits_and_which_page_there_is() {
    let mut client = Client::before_hello(V2);
    let greeting = client.texts().remove(0);
    assert_eq!(
        greeting["payload"]["limits"],
        json!({"maxPoints": 20_000, "maxMessageBytes": 8_388_608})
    );
    assert_eq!(greeting["payload"]["page"], env!("NNVISU_PAGE_HASH"));
}

#[test]
fn every_request_with_an_id_has_one_last_answer() {
    let mut client = Client::v2();
    let requests = [
        update_data(xor()),
        request("start_training"),
        request("start_training"),
        request("stop_training"),
        request("reset"),
        json!({"type": "update_config", "payload": {"learningRate": 0.1}}),
        json!({"type": "update_architecture", "payload": {"hidden_layers": [3]}}),
        json!({"type": "generate_data", "distribution": "moons", "num_classes": 2}),
        json!({"type": "train_step", "config": {}, "model": {"weights": [], "biases": []}, "data": xor()}),
        restore(xor(), Value::Null),
        json!({"type": "set_speed", "stepsPerSecond": 10}),
        request("step"),
    ];
    for (id, mut request) in requests.into_iter().enumerate() {
        request["id"] = json!(id);
        client.send(request.clone());
        let texts = client.texts();
        assert!(
            texts.iter().all(|text| text["re"] == json!(id)),
            "{request}: {texts:?}"
        );
        let n_states = texts.iter().filter(|text| text["type"] == "state").count();
        assert_eq!(
            (n_states, &texts.last().unwrap()["type"]),
            (1, &json!("state"))
        );
    }
    for (id, refused) in [
        request("start_training"),
        request("nonsense"),
        request("restore"),
    ]
    .into_iter()
    .enumerate()
    {
        client.send(update_data(json!([])));
        let mut refused = refused;
        refused["id"] = json!(id);
        assert_eq!(client.refused(refused)["re"], json!(id));
    }
}

#[test]
fn a_request_without_an_id_has_no_state() {
    let mut client = Client::v2();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    assert!(client.texts().is_empty());
}

#[test]
fn the_state_is_the_whole_session() {
    let mut client = Client::v2();
    let state = client.ask(restore(xor_and(4), Value::Null));
    assert_eq!(
        state,
        json!({
            "generation": 1, "running": false, "step": 0, "config": state["config"],
            "epoch": 0,
            "network": {"features": ["x", "y"], "layers": [{"units": 4, "activation": "tanh",
                "dropout": state["network"]["layers"][0]["dropout"]}], "outputs": 5},
            "seeds": {"init": 1, "batches": 2, "dropout": 3},
            "stepsPerSecond": null, "points": 5, "classes": 3,
        })
    );
    for (key, value) in config().as_object().unwrap() {
        let same = match (value.as_f64(), state["config"][key].as_f64()) {
            (Some(sent), Some(back)) => (sent - back).abs() < 1e-6,
            _ => state["config"][key] == *value,
        };
        assert!(same, "{key}: {value} became {}", state["config"][key]);
    }
    let state = client.ask(json!({"type": "update_config", "payload": {"architecture": [9]}}));
    assert_eq!(state["config"]["architecture"], json!([9]));
    assert_eq!(
        state["network"]["layers"].as_array().unwrap().len(),
        1,
        "as trained, not as configured"
    );
    assert_eq!(state["network"]["layers"][0]["units"], 4);
    assert_eq!(state["network"]["outputs"], 5);
}

#[test]
fn frames_carry_their_own_numbers() {
    let mut client = Client::v2();
    client.ask(restore(xor_and(2), Value::Null));
    client.settle();
    let frame = client.the_frame();
    let first = shown(&frame);
    assert_eq!((first.width, first.height, first.classes), (256, 256, 3));
    assert_eq!((first.generation, first.step), (1, 0));
    assert!(first.steps_per_second.abs() < f32::EPSILON);

    client.send(request("start_training"));
    client.run_until(|client| client.frames.len() >= 10);
    assert!(client.texts().is_empty(), "no step_result in version 2");
    let headers: Vec<_> = client.frames.iter().map(|frame| shown(frame)).collect();
    assert!(headers.is_sorted_by(|a, b| a.step < b.step));
    assert!(headers.last().unwrap().steps_per_second > 0.0);
    client.frames.clear();

    // The numbers are exactly those of the weights that the frame shows.
    client.send(request("stop_training"));
    client.settle();
    let metrics = client.session.run_mut().evaluate().unwrap();
    let frame = client.the_frame();
    let last = shown(&frame);
    assert_eq!(last.step, client.step());
    assert_eq!(
        last.metrics.unwrap().loss().to_bits(),
        metrics.loss.to_bits()
    );
    assert!(last.steps_per_second.abs() < f32::EPSILON);
}

#[test]
fn a_frame_without_points_has_no_metrics() {
    let mut client = Client::v2();
    client.ask(request("reset"));
    client.settle();
    assert_eq!(shown(&client.the_frame()).metrics, None);
}

#[test]
fn while_paused_the_numbers_follow_the_points() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    client.settle();
    client.frames.clear();
    client.ask(update_data(json!([{"x": 0, "y": 0, "label": 1}])));
    client.settle();
    let loss = client.session.run_mut().evaluate().unwrap().loss;
    let shown = shown(&client.the_frame()).metrics.unwrap().loss();
    assert_eq!(shown.to_bits(), loss.to_bits());
}

#[test]
fn every_fresh_network_is_a_new_generation() {
    let mut client = Client::v2();
    let generations: Vec<_> = [
        restore(xor(), Value::Null),
        request("start_training"),
        request("reset"),
        json!({"type": "update_architecture", "payload": {"hidden_layers": [3]}}),
        json!({"type": "update_config", "payload": {"learningRate": 0.5}}),
        json!({"type": "generate_data", "distribution": "blobs", "num_classes": 4}),
        update_data(xor_and(7)),
        request("step"),
        restore(xor(), Value::Null),
    ]
    .into_iter()
    .map(|request| client.ask(request)["generation"].as_u64().unwrap())
    .collect();
    assert_eq!(generations, [1, 1, 2, 3, 3, 4, 4, 4, 5]);
}

#[test]
fn nothing_of_an_old_generation_comes_after_the_answer() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    client.send(request("start_training"));
    // Something waits that nobody has taken.
    while client.step() < 100 {
        client.advance();
    }
    client.send(request("reset"));
    client.receive();
    assert!(client.frames.is_empty() && client.checkpoints.is_empty());
    client.settle();
    assert_eq!(shown(&client.the_frame()).generation, 2);
    assert_eq!(client.checkpoint()["generation"], 2);
}

#[test]
fn seeds_repeat_a_run() {
    let seeds = json!({"init": 11, "batches": 12, "dropout": 13});
    let mut weights = vec![];
    for _ in 0..2 {
        let mut client = Client::v2();
        client.ask(restore(xor(), Value::Null));
        let state = client.ask(json!({"type": "reset", "seeds": seeds}));
        assert_eq!(state["seeds"], seeds);
        client.ask(request("step"));
        weights.push(client.parameters());
        client.ask(json!({
            "type": "update_architecture", "payload": {"hidden_layers": [6]}, "seeds": seeds,
        }));
        weights.push(client.parameters());
    }
    assert_eq!(weights[..2], weights[2..]);
    let mut client = Client::v2();
    let first = client.ask(request("reset"))["seeds"].clone();
    assert_ne!(client.ask(request("reset"))["seeds"], first);
}

#[test]
fn generated_data_say_how_to_make_them_again() {
    let mut client = Client::v2();
    let mut wish = json!({"type": "generate_data", "distribution": "moons", "num_classes": 4});
    client.send(wish.clone());
    let first = client.texts().remove(0);
    assert_eq!(
        (&first["distribution"], &first["num_classes"]),
        (&json!("moons"), &json!(4))
    );
    wish["seed"] = first["seed"].clone();
    client.send(wish);
    assert_eq!(client.texts().remove(0), first);
}

#[test]
fn one_step_is_one_step() {
    let mut client = Client::v2();
    assert_eq!(client.refused(request("step"))["code"], "no_data");
    client.ask(restore(xor(), Value::Null));
    let state = client.ask(request("step"));
    assert_eq!(
        (&state["step"], &state["running"]),
        (&json!(1), &json!(false))
    );
    client.settle();
    client.frames.clear();
    client.checkpoints.clear();
    client.send(request("start_training"));
    client.run_until(|client| client.step() > 10);
    let step = client.step();
    let state = client.ask(request("step"));
    assert_eq!(
        (&state["step"], &state["running"]),
        (&json!(step + 1), &json!(false))
    );
    client.frames.clear();
    client.settle();
    assert_eq!(shown(&client.the_frame()).step, step + 1);
    assert_eq!(client.checkpoint()["step"], step + 1);
}

#[test]
fn the_speed_is_kept_and_each_slow_step_is_shown() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    client.settle();
    client.frames.clear();
    let state = client.ask(json!({"type": "set_speed", "stepsPerSecond": 25}));
    assert_eq!(state["stepsPerSecond"], json!(25.0));
    let started = client.clock.elapsed();
    client.ask(request("start_training"));
    client.run_until(|client| client.step() >= 10);
    assert!(
        client.clock.since(started).as_millis() >= 9 * 40,
        "the first step is due at once"
    );
    client.receive();
    let steps: Vec<_> = client
        .frames
        .iter()
        .map(|frame| shown(frame).step)
        .collect();
    assert!(
        steps.len() >= 5 && steps.is_sorted_by(|a, b| a < b),
        "{steps:?}"
    );
    let faster = client.ask(json!({"type": "set_speed", "stepsPerSecond": null}));
    assert_eq!(
        (&faster["stepsPerSecond"], &faster["running"]),
        (&Value::Null, &json!(true))
    );
    let step = client.step();
    client.run_until(|client| client.step() > step + 1000);
}

#[test]
fn a_view_says_what_is_sent() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    client.settle();
    client.frames.clear();
    for encoding in ["raw", "planes", "free_planes", "deflate"] {
        client.ask(json!({"type": "view", "size": 40, "encodings": ["unknown", encoding]}));
        client.settle();
        let frame = client.the_frame();
        let map = shown(&frame);
        assert_eq!((map.width, map.height), (32, 32));
        let decoded = nnvisu_protocol::decode_frame(&frame).unwrap();
        assert_eq!(decoded.posteriors().unwrap().encoding.as_str(), encoding);
    }
    client.ask(json!({"type": "view", "sections": ["metrics"]}));
    client.settle();
    let frame = client.the_frame();
    let decoded = nnvisu_protocol::decode_frame(&frame).unwrap();
    assert!(decoded.metrics().is_some() && decoded.posteriors().is_none());

    client.ask(json!({"type": "view", "sections": []}));
    client.ask(request("reset"));
    client.settle();
    assert_eq!(client.count_frames(), 0);
    let error = client.refused(json!({"type": "view", "run": 3}));
    assert_eq!(error["message"], "There is no run 3");
}

#[test]
fn a_hidden_page_gets_one_frame_a_second() {
    let mut client = Client::v2();
    client.ask(restore(xor(), Value::Null));
    client.settle();
    client.ask(json!({"type": "view", "framesPerSecond": 1}));
    client.ask(request("start_training"));
    client.count_frames();
    let started = client.clock.elapsed();
    client.run_until(|client| client.frames.len() >= 4);
    assert!(client.clock.since(started) >= Duration::from_millis(2900));
}
