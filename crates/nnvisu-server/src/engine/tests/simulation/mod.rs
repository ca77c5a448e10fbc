//! Thousands of random schedules of commands, slow viewers, growing data and shutdowns, each
//! repeatable from its seed, checked for what `ARCHITECTURE.md` promises.

use std::collections::VecDeque;

use super::*;

/// Half of the schedules, so that two processors can share them.
const N_SCHEDULES: u64 = 1000;
/// While this many replies wait, a connection reads no further request.
const MAX_WAITING_REPLIES: usize = 16;
/// A request has at most this many answers.
const MAX_ANSWERS: usize = 3;

/// A small generator of pseudo-random numbers (SplitMix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

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

/// What a viewer has received, and what it may expect.
struct Watcher {
    spoken: Spoken,
    link: TestLink,
    next_id: u32,
    /// The requests with ids that have not had their last answer.
    unanswered: VecDeque<u32>,
    /// The newest generation that any message spoke of.
    generation: u64,
    /// The newest frame.
    shown: Option<Vec<u8>>,
    checkpoint: Value,
    n_diverged: u32,
}

impl Watcher {
    /// Takes everything that the link holds, as far as it has room.
    fn receive(&mut self) {
        let link = self.link.clone();
        let mut waiting = link.0.lock();
        for text in std::mem::take(&mut waiting.replies) {
            self.receive_reply(&parse(&text));
        }
        if waiting.is_congested {
            return;
        }
        if let Some(frame) = waiting.frame.take() {
            let (bytes, step_result) = (frame.bytes, frame.step_result);
            match self.spoken {
                V1 => {
                    map(&bytes);
                    if let Some(text) = step_result {
                        assert!(parse(&text)["metrics"]["step"].as_u64().unwrap() > 0);
                    }
                }
                V2 => {
                    assert_eq!(step_result, None);
                    self.sees_generation(super::shown(&bytes).generation.into());
                }
            }
            self.shown = Some(bytes.to_vec());
        }
        if let Some(text) = waiting.checkpoint.take() {
            let mut message = parse(&text);
            self.sees_generation(message["payload"]["generation"].as_u64().unwrap());
            self.checkpoint = message["payload"].take();
        }
    }

    fn receive_reply(&mut self, message: &Value) {
        let kind = message["type"].as_str().unwrap();
        if kind == "state" {
            self.sees_generation(message["payload"]["generation"].as_u64().unwrap());
        }
        self.n_diverged += u32::from(kind == "error" && message["code"] == "diverged");
        let Some(re) = message["re"].as_u64() else {
            return;
        };
        assert_eq!(self.spoken, V2, "version 1 has no ids");
        let expected = self.unanswered.front().copied().map(u64::from);
        assert_eq!(
            expected,
            Some(re),
            "answers come in the order of the requests"
        );
        if kind == "state" || kind == "error" {
            self.unanswered.pop_front();
        }
    }

    fn sees_generation(&mut self, generation: u64) {
        assert!(generation >= self.generation, "generations do not go back");
        self.generation = generation;
    }
}

struct World {
    random: Random,
    clock: TestClock,
    session: Session,
    watchers: Vec<Watcher>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let clock = TestClock::default();
        let mut entropy = Random(seed ^ 1);
        let mut session = Session::new(Box::new(move || entropy.next()), &clock);
        let n_viewers = 1 + random.below(3);
        let watchers = (0..n_viewers).map(|_| {
            let spoken = random.pick(&DIALECTS);
            let link = TestLink::default();
            link.report(random.pick(&LINKS), false);
            let limits = Limits::default();
            session.join(spoken.dialect(), limits, Box::new(link.clone()), &clock);
            Watcher {
                spoken,
                link,
                next_id: 0,
                unanswered: VecDeque::new(),
                generation: 0,
                shown: None,
                checkpoint: Value::Null,
                n_diverged: 0,
            }
        });
        let watchers = watchers.collect();
        Self {
            random,
            clock,
            session,
            watchers,
        }
    }

    /// One thing that may happen at any time.
    fn happen(&mut self) {
        match self.random.below(10) {
            0..=2 => self.send(),
            3..=5 => {
                for _ in 0..self.random.below(8) {
                    self.advance();
                }
            }
            6 => {
                if let Next::At(at) = self.advance() {
                    self.clock.sleep_until(at);
                }
            }
            7..=8 => self.random_watcher().receive(),
            _ => {
                let rate = self.random.pick(&LINKS);
                let is_congested = self.random.one_in(2);
                self.random_watcher().link.report(rate, is_congested);
            }
        }
    }

    fn random_watcher(&mut self) -> &mut Watcher {
        let idx = self.random.below(self.watchers.len() as u64);
        &mut self.watchers[idx as usize]
    }

    /// Lets the session work, and checks what it has sent.
    fn advance(&mut self) -> Next {
        let before = self.waiting_frames();
        let next = self.session.advance(&self.clock, || false);
        let after = self.waiting_frames();
        for (idx, (before, after)) in before.into_iter().zip(after).enumerate() {
            if let Some(frame) = after
                && before.as_ref() != Some(&frame)
            {
                self.check_frame(idx, &frame);
            }
        }
        next
    }

    fn waiting_frames(&self) -> Vec<Option<Frame>> {
        let links = self.watchers.iter().map(|watcher| &watcher.link);
        links.map(|link| link.0.lock().frame.clone()).collect()
    }

    /// A frame's numbers belong to its weights.
    fn check_frame(&mut self, idx: usize, frame: &Frame) {
        let run = self.session.run_mut();
        let step = run.trainer().step();
        let metrics = run.evaluate();
        match self.watchers[idx].spoken {
            V1 => {
                let expected = step > 0;
                assert_eq!(frame.step_result.is_some(), expected);
                if let Some(text) = &frame.step_result {
                    let result = parse(text);
                    assert_eq!(result["metrics"]["step"], json!(step));
                    let loss = metrics.map_or(0.0, |metrics| metrics.loss.min(f32::MAX));
                    let shown = result["metrics"]["loss"].as_f64().unwrap() as f32;
                    assert_eq!(shown.to_bits(), loss.to_bits());
                }
            }
            V2 => {
                let header = super::shown(&frame.bytes);
                assert_eq!((header.generation, header.step), (run.generation(), step));
                assert_eq!(usize::from(header.classes), run.mlp().n_classes());
                let bits = |loss: f32| loss.min(f32::MAX).to_bits();
                let shown = header.metrics.map(|metrics| bits(metrics.loss()));
                assert_eq!(shown, metrics.map(|metrics| bits(metrics.loss)));
            }
        }
    }

    /// A watcher asks for something, as far as its connection would read it.
    fn send(&mut self) {
        if self.session.is_busy() {
            return;
        }
        let idx = self.random.below(self.watchers.len() as u64) as usize;
        if self.watchers[idx].link.0.lock().replies.len() >= MAX_WAITING_REPLIES {
            return;
        }
        if self.random.one_in(20) {
            self.session.handle_binary(idx, &self.clock);
        } else {
            let mut request = self.request(idx);
            let watcher = &mut self.watchers[idx];
            if watcher.spoken == V2 && !self.random.one_in(4) {
                request["id"] = json!(watcher.next_id);
                watcher.unanswered.push_back(watcher.next_id);
                watcher.next_id += 1;
            }
            let text = request.to_string();
            self.session.handle_text(idx, text.as_bytes(), &self.clock);
        }
        for watcher in &self.watchers {
            let n_replies = watcher.link.0.lock().replies.len();
            assert!(n_replies < MAX_WAITING_REPLIES + MAX_ANSWERS * self.watchers.len());
        }
    }

    fn request(&mut self, idx: usize) -> Value {
        let random = &mut self.random;
        let name = random.pick(&[
            "start_training",
            "start_training",
            "start_training",
            "start_training",
            "stop_training",
            "reset",
            "update_config",
            "update_config",
            "update_architecture",
            "update_data",
            "update_data",
            "update_data",
            "generate_data",
            "train_step",
            "restore",
            "set_speed",
            "step",
            "nonsense",
        ]);
        match name {
            "update_config" => json!({"type": name, "payload": settings(random)}),
            "update_architecture" => json!({"type": name, "payload": {
                "hidden_layers": layers(random),
            }}),
            "update_data" => update_data(points(random)),
            "generate_data" => json!({"type": name, "distribution": "blobs", "num_classes": 3}),
            "train_step" => json!({
                "type": name, "config": {"architecture": layers(random)},
                "model": {"weights": [], "biases": []}, "data": points(random),
            }),
            "restore" => {
                let checkpoint = self.watchers[idx].checkpoint.clone();
                let mut request = restore(points(random), checkpoint);
                request["config"]["architecture"] = layers(random);
                request["config"]["dropout"] = json!(0);
                request
            }
            "set_speed" => json!({
                "type": name,
                "stepsPerSecond": random.pick(&[Some(0.5), Some(30.0), Some(500.0), None]),
            }),
            name => request(name),
        }
    }

    /// Everything comes to rest, and every viewer sees how it is.
    fn settle(&mut self) {
        for watcher in &self.watchers {
            watcher.link.report(SLOW, false);
        }
        while self.session.is_busy() {
            self.advance();
        }
        self.session.handle_text(
            0,
            request("stop_training").to_string().as_bytes(),
            &self.clock,
        );
        loop {
            match self.advance() {
                Next::Now => {}
                Next::At(at) => self.clock.sleep_until(at),
                Next::Idle => break,
            }
        }
        for idx in 0..self.watchers.len() {
            self.watchers[idx].receive();
            assert!(
                self.watchers[idx].unanswered.is_empty(),
                "every request is answered"
            );
            self.check_shown(idx);
        }
    }

    /// While training is paused, what is shown is true.
    fn check_shown(&mut self, idx: usize) {
        let watcher = &self.watchers[idx];
        let run = self.session.run_mut();
        assert!(!run.is_running());
        let shown = watcher.shown.as_deref().expect("a pause is shown");
        match watcher.spoken {
            V1 => {
                let grid = nnvisu_core::Grid::new(100, 100).unwrap();
                let palette = &nnvisu_core::Palette::CLASSIC;
                let mut rgb = vec![];
                nnvisu_core::Rasterizer::new().rgb(run.mlp(), grid, palette, &mut rgb);
                assert!(map(shown).rgb == rgb);
            }
            V2 => {
                let header = super::shown(shown);
                assert_eq!(header.generation, run.generation());
                assert_eq!(header.step, run.trainer().step());
                assert_eq!(watcher.checkpoint["step"], json!(header.step));
                assert_eq!(watcher.checkpoint["generation"], json!(header.generation));
                let loss = run.evaluate().map(|metrics| metrics.loss.min(f32::MAX));
                assert_eq!(header.metrics.map(nnvisu_protocol::Metrics::loss), loss);
            }
        }
    }

    /// The client has gone: nothing more is made for it.
    fn shut_down(&mut self) {
        for watcher in &mut self.watchers {
            watcher.link.report(SLOW, false);
            watcher.receive();
        }
        self.session.advance(&self.clock, || true);
        for watcher in &self.watchers {
            let waiting = watcher.link.0.lock();
            assert!(waiting.frame.is_none() && waiting.checkpoint.is_none());
        }
    }
}

/// Bytes a second of links, most of them slow, so that maps are small.
const LINKS: [f64; 4] = [SLOW, 2.0 * SLOW, 4.0 * SLOW, 8.0 * SLOW];
const SLOW: f64 = 500.0;

fn layers(random: &mut Random) -> Value {
    random.pick(&[&[][..], &[3], &[4], &[4, 2]]).to_vec().into()
}

fn points(random: &mut Random) -> Value {
    let n_points = random.pick(&[0, 1, 4, 9, 40]);
    let highest = 1 + random.below(4);
    let points = (0..n_points).map(|_| {
        let mut coordinate = || random.below(2001) as f64 / 1000.0 - 1.0;
        let (x, y) = (coordinate(), coordinate());
        json!({"x": x, "y": y, "label": random.below(highest + 1)})
    });
    points.collect()
}

/// Some settings; now and then such that training diverges.
fn settings(random: &mut Random) -> Value {
    match random.below(6) {
        0 => json!({"learningRate": 10, "regularization": 10, "optimizer": "sgd"}),
        1 => json!({"learningRate": 0.01, "regularization": 0, "optimizer": "adam"}),
        2 => json!({"batchSize": random.pick(&[0, 1, 3, 1000])}),
        3 => json!({"dropout": random.pick(&[0.0, 0.5])}),
        4 => json!({"activation": random.pick(&["relu", "tanh", "gelu"])}),
        _ => json!({"learningRate": -1}),
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
    }
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
