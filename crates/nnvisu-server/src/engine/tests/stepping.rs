//! How an engine shares the time among its runs.

use nnvisu_core::Seeds;
use nnvisu_protocol::ConfigUpdate;

use super::super::{Engine, Stepping};
use super::*;

/// Three running runs: one at full speed, one at 100 steps a second, one that diverges soon.
fn engine(stepping: Stepping, clock: &TestClock) -> Engine {
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
    Engine::new(runs.collect(), stepping)
}

fn steps(engine: &Engine) -> Vec<u64> {
    let runs = engine.runs().iter();
    runs.map(|run| run.trainer().step()).collect()
}

#[test]
fn in_lockstep_all_runs_make_the_same_steps() {
    let clock = TestClock::default();
    let mut engine = engine(Stepping::Lockstep, &clock);
    let mut diverged = vec![];
    while engine.run(0).trainer().step() < 200 {
        if let super::super::NextStep::At(at) = engine.next_step() {
            clock.sleep_until(at);
        }
        engine.advance(&clock, |idx, advanced| {
            diverged.extend(advanced.diverged.then_some(idx));
        });
        let steps = steps(&engine);
        assert_eq!(steps[0], steps[1]);
        assert!(
            !engine.run(2).is_running() || steps[2] == steps[0],
            "{steps:?}"
        );
    }
    assert_eq!(diverged, [2]);
    assert!(
        clock.elapsed() >= Duration::from_millis(1990),
        "the slowest sets the pace"
    );
}

#[test]
fn one_by_one_each_run_keeps_its_own_speed() {
    let clock = TestClock::default();
    let mut engine = engine(Stepping::OneByOne, &clock);
    while clock.elapsed() < Duration::from_secs(2) {
        engine.advance(&clock, |_, _| {});
    }
    let steps = steps(&engine);
    assert!((190..=210).contains(&steps[1]), "{steps:?}");
    assert!(steps[0] > 200, "{steps:?}");
}
