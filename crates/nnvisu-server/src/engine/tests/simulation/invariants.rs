//! What holds at all times, whatever happens.

use super::{
    model::{Watcher, World},
    *,
};

impl Watcher {
    /// Takes everything that the link holds, as far as it has room.
    pub(super) fn receive(&mut self) {
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

    pub(super) fn receive_reply(&mut self, message: &Value) {
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

    pub(super) fn sees_generation(&mut self, generation: u64) {
        assert!(generation >= self.generation, "generations do not go back");
        self.generation = generation;
    }
}

impl World {
    pub(super) fn waiting_frames(&self) -> Vec<Option<Frame>> {
        let links = self.watchers.iter().map(|watcher| &watcher.link);
        links.map(|link| link.0.lock().frame.clone()).collect()
    }

    /// The steps that the run has made, whether it has diverged, and its weights.
    pub(super) fn weights(&self) -> (u64, bool, Vec<f32>) {
        let trainer = self.session.run().trainer();
        let parameters = trainer.mlp().parameters().to_vec();
        (trainer.step(), trainer.is_diverged(), parameters)
    }

    /// A step changes the weights as a whole or not at all.
    pub(super) fn check_weights(&self, before: &(u64, bool, Vec<f32>)) {
        let after = self.weights();
        if (before.0, before.1) == (after.0, after.1) {
            assert!(before.2 == after.2, "no step has been made");
        }
    }

    /// A frame's numbers belong to its weights.
    pub(super) fn check_frame(&mut self, idx: usize, frame: &Frame) {
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

    /// While training is paused, what is shown is true.
    pub(super) fn check_shown(&mut self, idx: usize) {
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
}
