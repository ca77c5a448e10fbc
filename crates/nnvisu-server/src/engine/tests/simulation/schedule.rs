//! What may happen, chosen at random.

use super::{model::World, *};

/// While this many replies wait, a connection reads no further request.
const MAX_WAITING_REPLIES: usize = 16;
/// A request has at most this many answers.
const MAX_ANSWERS: usize = 3;

/// A small generator of pseudo-random numbers (SplitMix64, Steele et al. 2014).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

impl World {
    /// One thing that may happen at any time.
    pub(super) fn happen(&mut self) {
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

    /// A watcher asks for something, as far as its connection would read it.
    fn send(&mut self) {
        if self.session.is_busy() {
            return;
        }
        let idx = self.random.below(self.watchers.len() as u64) as usize;
        if self.watchers[idx].link.0.lock().replies.len() >= MAX_WAITING_REPLIES {
            return;
        }
        let run = self.session.run();
        self.interruptions.of_steps += u32::from(run.is_running() && run.has_long_steps());
        self.interruptions.of_frames += u32::from(self.session.is_rendering());
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
}

/// Bytes a second of links, most of them slow, so that maps are small.
pub(super) const LINKS: [f64; 4] = [SLOW, 2.0 * SLOW, 4.0 * SLOW, 8.0 * SLOW];
pub(super) const SLOW: f64 = 500.0;

pub(super) fn layers(random: &mut Random) -> Value {
    random.pick(&[&[][..], &[3], &[4], &[4, 2]]).to_vec().into()
}

pub(super) fn points(random: &mut Random) -> Value {
    let n_points = if random.one_in(12) {
        // More than fit one part of a step or of a measurement.
        random.pick(&[1_100, 2_100])
    } else {
        random.pick(&[0, 1, 4, 9, 40])
    };
    let highest = 1 + random.below(4);
    let points = (0..n_points).map(|_| {
        let mut coordinate = || random.below(2001) as f64 / 1000.0 - 1.0;
        let (x, y) = (coordinate(), coordinate());
        json!({"x": x, "y": y, "label": random.below(highest + 1)})
    });
    points.collect()
}

/// Some settings; now and then such that training diverges.
pub(super) fn settings(random: &mut Random) -> Value {
    match random.below(6) {
        0 => json!({"learningRate": 10, "regularization": 10, "optimizer": "sgd"}),
        1 => json!({"learningRate": 0.01, "regularization": 0, "optimizer": "adam"}),
        2 => json!({"batchSize": random.pick(&[0, 1, 3, 1000])}),
        3 => json!({"dropout": random.pick(&[0.0, 0.5])}),
        4 => json!({"activation": random.pick(&["relu", "tanh", "gelu"])}),
        _ => json!({"learningRate": -1}),
    }
}
