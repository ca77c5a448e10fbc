//! How a session spends its time: on steps of its runs and on frames, in parts if they are long.

use nnvisu_core::Seeds;
use nnvisu_protocol::ConfigUpdate;

use super::super::Engine;
use super::*;

/// Three running runs: one at full speed, one at 100 steps a second, one that diverges soon.
fn engine(clock: &TestClock) -> Engine {
    let runs = (0..3).map(|idx| {
        let now = clock.now();
        let mut run = Run::new(Seeds::from_master(idx), now);
        run.set_points(nnvisu_core::generate_seeded(
            nnvisu_core::Distribution::Moons,
            nnvisu_core::ClassCount::new(2).unwrap(),
            20,
            1,
        ));
        match idx {
            0 => {}
            1 => run.set_speed(nnvisu_protocol::StepsPerSecond::new(100.0).ok(), now),
            _ => {
                let update = json!({
                    "architecture": [50, 50, 50], "activation": "relu", "optimizer": "sgd",
                    "learningRate": 10, "regularization": 1,
                });
                let update: ConfigUpdate = serde_json::from_value(update).unwrap();
                run.configure(&update);
                run.reset(Seeds::from_master(idx));
            }
        }
        run.start(now);
        run
    });
    Engine::new(runs.collect())
}

#[test]
fn each_run_keeps_its_own_speed() {
    let clock = TestClock::default();
    let mut engine = engine(&clock);
    let mut n_diverged = 0;
    while clock.elapsed() < Duration::from_secs(2) {
        let advanced = engine.advance(&clock).unwrap_or_default();
        n_diverged += u32::from(advanced.diverged);
    }
    let steps: Vec<u64> = engine
        .runs()
        .iter()
        .map(|run| run.trainer().step())
        .collect();
    assert!((190..=210).contains(&steps[1]), "{steps:?}");
    assert!(steps[0] > 200, "{steps:?}");
    assert_eq!(n_diverged, 1);
    assert!(!engine.run(2).is_running());
}

/// More points than are measured, or passed through the network, in one part.
fn many_points() -> Value {
    let point = |idx: u32| {
        let angle = f64::from(idx);
        json!({"x": angle.sin(), "y": (1.7 * angle).cos(), "label": idx % 2})
    };
    (0..2_500).map(point).collect()
}

const SEEDS: &str = r#"{"init": 1, "batches": 2, "dropout": 3}"#;

fn reset() -> Value {
    json!({"type": "reset", "seeds": parse(SEEDS)})
}

/// A session that has begun the first step of training, which takes several parts.
fn in_a_step() -> Client {
    let mut client = Client::v2();
    client.send(update_data(many_points()));
    client.send(reset());
    client.settle();
    client.send(request("start_training"));
    assert_eq!(client.advance(), Next::Now);
    assert_eq!(client.step(), 0, "a step takes several parts");
    assert!(client.run().has_long_steps());
    client
}

#[test]
fn what_is_asked_for_in_a_step_is_answered_in_it() {
    let mut client = in_a_step();
    let state = client.ask(json!({"type": "set_speed", "stepsPerSecond": null}));
    assert_eq!(
        (&state["step"], &state["running"]),
        (&json!(0), &json!(true))
    );
}

#[test]
fn a_pause_in_a_step_leaves_nothing_half_done() {
    let mut client = in_a_step();
    let before = client.parameters();
    client.send(request("stop_training"));
    client.settle();
    assert_eq!((client.step(), client.parameters()), (0, before));

    // Interrupted again and again, the steps are those of a run that nothing has interrupted.
    client.send(request("start_training"));
    client.run_until(|client| client.step() == 2);
    client.advance();
    client.send(request("stop_training"));
    client.send(request("start_training"));
    client.run_until(|client| client.step() == 4);
    let mut undisturbed = client.run().trainer().clone();
    undisturbed.reset(undisturbed.architecture().clone(), *undisturbed.seeds());
    for _ in 0..4 {
        undisturbed.train_step().unwrap();
    }
    assert_eq!(
        client.run().trainer().checkpoint(),
        undisturbed.checkpoint()
    );
}

#[test]
fn a_reset_in_a_step_drops_it() {
    let mut client = in_a_step();
    let fresh = client.parameters();
    client.send(reset());
    client.settle();
    assert_eq!((client.step(), client.parameters()), (0, fresh));
    assert_eq!(client.counted().n_steps, 0);
}

#[test]
fn a_single_step_takes_parts_and_is_answered_once_it_is_made() {
    let mut client = in_a_step();
    client
        .session
        .handle_text(0, br#"{"type": "step", "id": 3}"#, &client.clock);
    assert!(client.session.is_busy() && !client.is_running());
    assert!(client.texts().is_empty());
    client.advance();
    assert!(client.session.is_busy(), "it takes several parts");
    while client.session.is_busy() {
        client.advance();
    }
    let answer = client.texts().pop().unwrap();
    assert_eq!(
        (&answer["re"], &answer["payload"]["step"]),
        (&json!(3), &json!(1))
    );
    client.settle();
    assert_eq!(shown(&client.frames.pop().unwrap()).step, 1);
}

/// A paused session whose map takes several parts, the first of which is drawn.
fn in_a_map() -> Client {
    let mut client = Client::v2();
    let layers = [100; 10];
    client.send(json!({"type": "update_architecture", "payload": {"hidden_layers": layers}}));
    client.settle();
    client.count_frames();
    client.send(reset());
    while client.advance() != Next::Now {
        let Next::At(at) = client.advance() else {
            break;
        };
        client.clock.sleep_until(at);
    }
    assert_eq!(client.count_frames(), 0, "the map takes several parts");
    client
}

#[test]
fn a_map_in_parts_is_the_map() {
    let mut client = in_a_map();
    // What does not change the map comes between its parts.
    client.ask(json!({"type": "set_speed", "stepsPerSecond": 30}));
    assert!(!client.session.is_busy());
    client.settle();
    let frame = client.the_frame();
    let drawn = shown(&frame);
    assert_eq!(
        (drawn.width, drawn.generation),
        (256, client.run().generation())
    );
    let mut posteriors = vec![];
    let grid = nnvisu_core::Grid::new(256, 256).unwrap();
    nnvisu_core::Rasterizer::new().posteriors(client.run().mlp(), grid, &mut posteriors);
    let frame = decode_frame(&frame).unwrap();
    let planes = &frame.posteriors().unwrap().planes;
    assert_eq!(planes.len(), posteriors.len());
    // The encoding makes them add up.
    let mut pairs = planes.iter().zip(&posteriors);
    assert!(pairs.all(|(shown, drawn)| shown.abs_diff(*drawn) <= 1));
}

#[test]
fn a_map_of_weights_that_are_no_more_is_not_finished() {
    let mut client = in_a_map();
    client.send(json!({"type": "reset"}));
    client.settle();
    let frame = client.the_frame();
    assert_eq!(shown(&frame).generation, client.run().generation());
}

#[test]
fn maps_come_however_often_a_client_resets() {
    let mut client = in_a_map();
    let mut n_resets = 0;
    while client.count_frames() == 0 {
        if !client.session.is_busy() {
            client
                .session
                .handle_text(0, br#"{"type": "reset"}"#, &client.clock);
            n_resets += 1;
            assert!(n_resets < 3, "every second map is finished");
        }
        client.advance();
    }
}

#[test]
fn frames_while_training_show_one_state_each() {
    let mut client = in_a_step();
    let mut n_frames = 0;
    client.run_until(|client| {
        for frame in std::mem::take(&mut client.frames) {
            let drawn = shown(&frame);
            assert_eq!(
                drawn.step,
                client.step(),
                "no step is made before it is whole"
            );
            let metrics = client.run().trainer().clone().evaluate().unwrap();
            let loss = drawn.metrics.unwrap().loss();
            assert_eq!(loss.to_bits(), metrics.loss.to_bits());
            n_frames += 1;
        }
        client.step() > 40
    });
    assert!(n_frames > 1);
}
