//! Thousands of random schedules of commands, slow viewers, growing data and shutdowns, each
//! repeatable from its seed, checked for what `ARCHITECTURE.md` promises.

mod invariants;
mod model;
mod schedule;

use super::*;
use model::{Interruptions, World};
use schedule::{LINKS, Random, points, settings};

/// Half of the schedules, so that two processors can share them.
const N_SCHEDULES: u64 = 1000;

/// Says which schedule has failed.
struct Schedule(u64);

impl Drop for Schedule {
    #[expect(clippy::print_stderr, reason = "shown with the failure of the test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the schedule with seed {} failed", self.0);
        }
    }
}

#[test]
fn random_schedules_keep_the_invariants() {
    check_schedules(0..N_SCHEDULES);
}

#[test]
fn more_random_schedules_keep_the_invariants() {
    check_schedules(N_SCHEDULES..2 * N_SCHEDULES);
}

fn check_schedules(seeds: std::ops::Range<u64>) {
    let mut n_diverged = 0;
    let mut interruptions = Interruptions::default();
    for seed in seeds {
        let _schedule = Schedule(seed);
        let mut world = World::new(seed);
        for _ in 0..20 + world.random.below(60) {
            world.happen();
        }
        if world.random.one_in(4) {
            world.shut_down();
        } else {
            world.settle();
        }
        let watchers = world.watchers.iter();
        n_diverged += watchers.map(|watcher| watcher.n_diverged).sum::<u32>();
        interruptions.of_steps += world.interruptions.of_steps;
        interruptions.of_frames += world.interruptions.of_frames;
    }
    assert!(
        interruptions.of_steps > 50 && interruptions.of_frames > 50,
        "so have requests between two parts: {interruptions:?}"
    );
    assert!(
        n_diverged > 1,
        "divergence has its part in it: {n_diverged}"
    );
}

/// What a run has come to, when given commands at given steps.
#[derive(Debug, PartialEq)]
struct Course {
    diverged_at: Vec<u64>,
    steps: u64,
    parameters: Vec<u32>,
}

/// Trains by commands that depend on `seed` alone, while viewers do what `viewers` says.
fn course(seed: u64, viewers: u64) -> Course {
    let mut world = World::new(seed);
    let mut commands = Random(seed);
    world.random = Random(viewers);
    let mut diverged_at = vec![];
    let send = |world: &mut World, request: Value| {
        let text = request.to_string();
        world.session.handle_text(0, text.as_bytes(), &world.clock);
    };
    let seeds = json!({"init": seed, "batches": 2, "dropout": 3});
    send(&mut world, json!({"type": "reset", "seeds": seeds}));
    send(&mut world, update_data(points(&mut commands)));
    for _ in 0..4 {
        send(
            &mut world,
            json!({"type": "update_config", "payload": settings(&mut commands)}),
        );
        send(&mut world, update_data(points(&mut commands)));
        send(&mut world, request("start_training"));
        let until = world.session.run().trainer().step() + 5 + commands.below(30);
        while world.session.run().is_running() && world.session.run().trainer().step() < until {
            let (rate, is_congested) = (world.random.pick(&LINKS), world.random.one_in(3));
            world.random_watcher().link.report(rate, is_congested);
            world.random_watcher().receive();
            if let Next::At(at) = world.advance() {
                world.clock.sleep_until(at);
            }
        }
        if !world.session.run().is_running() && world.session.run().has_points() {
            diverged_at.push(world.session.run().trainer().step());
        }
        send(&mut world, request("stop_training"));
    }
    let run = world.session.run();
    Course {
        diverged_at,
        steps: run.trainer().step(),
        parameters: run
            .mlp()
            .parameters()
            .iter()
            .map(|it| it.to_bits())
            .collect(),
    }
}

#[test]
fn neither_weights_nor_divergence_depend_on_what_viewers_do() {
    let mut n_diverged = 0;
    for seed in 0..50 {
        let _schedule = Schedule(seed);
        let first = course(seed, 1);
        assert_eq!(course(seed, 2), first);
        n_diverged += first.diverged_at.len();
    }
    assert!(
        n_diverged > 5,
        "divergence has its part in it: {n_diverged}"
    );
}
