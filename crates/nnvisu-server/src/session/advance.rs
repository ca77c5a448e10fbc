//! What a session does by itself as time goes on: steps, frames, checkpoints.

use std::time::Instant;

use nnvisu_protocol::{ProtocolVersion, Response, ServerMessage, StepMetrics};

use super::{
    convert,
    frame_renderer::FrameInfo,
    outbox::Frame,
    requests::diverged,
    schedule::Rendering,
    state::{Dirty, Session},
};

/// When a session wants to be advanced again, if no command comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// At once.
    Now,
    /// At this time.
    At(Instant),
    /// Never: only a command changes anything, or the connection when the link has room again.
    Idle,
}

impl Session {
    /// Does what is due now, for about a millisecond if steps are short.
    pub(super) fn advance(&mut self) -> Next {
        if self.running {
            self.run_due_steps();
        }
        if !self.is_abandoned() {
            self.show_if_due();
        }
        if !self.is_abandoned() {
            self.save_if_due();
        }
        self.next()
    }

    fn run_due_steps(&mut self) {
        let started = Instant::now();
        let n_steps = self.pacer.steps_due(started);
        for n_made in 0..n_steps {
            if self.trainer.train_step().is_err() {
                self.flags.metrics().steps(n_made.into());
                return self.end_diverged();
            }
        }
        if n_steps > 0 {
            self.flags.metrics().steps(n_steps.into());
            self.pacer.ran(n_steps, started, Instant::now());
            self.frame.raise(Dirty::WhileRunning);
            self.checkpoint.raise(Dirty::WhileRunning);
        }
    }

    /// Training cannot go on: stops and says so. The trainer keeps the last finite weights.
    fn end_diverged(&mut self) {
        self.stop();
        self.outbox.reply(ServerMessage::from(diverged()).to_json());
        if self.speaks_v2() {
            self.reply_state(None);
        }
    }

    fn wants_frame(&self) -> bool {
        self.frame.is_due(self.running)
    }

    fn show_if_due(&mut self) {
        let started = Instant::now();
        if !self.wants_frame()
            || started < self.frame_schedule.next()
            // It would be replaced by a newer one before it could be sent.
            || self.outbox.is_congested()
        {
            return;
        }
        let metrics = self.trainer.evaluate();
        if self.running && metrics.is_some_and(|metrics| metrics.loss.is_infinite()) {
            // A step would find out too, but not one whose batch is a lucky part of the points.
            return self.end_diverged();
        }
        self.frame = Dirty::No;

        let step = self.trainer.step();
        let n_parameters = self.trainer.mlp().parameters().len();
        let n_classes = self.trainer.mlp().n_classes();
        let quality = self.quality.choose(
            self.frame_schedule.side(n_parameters, self.running),
            n_classes,
            self.running,
            self.outbox.bytes_per_second(),
        );
        let metrics = metrics.map(convert::wire_metrics);
        let steps_per_second = if self.running {
            self.rate.measure(started, step)
        } else {
            0.0
        };
        let drawing = Instant::now();
        let bytes = self.renderer.render(
            self.options.version,
            self.trainer.mlp(),
            quality,
            FrameInfo {
                generation: self.generation,
                step,
                metrics,
                steps_per_second,
            },
        );
        let drawing = drawing.elapsed();
        self.quality.record(quality, n_classes, bytes.len());
        let (step_result, with_weights) = match self.options.version {
            ProtocolVersion::V1 => {
                let metrics = StepMetrics {
                    metrics,
                    step: Some(step),
                };
                let with_weights = self.takes_weights_along(started);
                (Some(self.step_result(metrics, with_weights)), with_weights)
            }
            ProtocolVersion::V2 => (None, false),
        };
        self.frame_schedule.record(Rendering {
            running: self.running,
            side: quality.side,
            n_parameters,
            started,
            drawing,
            ended: Instant::now(),
        });
        self.hand_over(Frame {
            step_result,
            with_weights,
            bytes,
            made: started,
        });
    }

    fn hand_over(&mut self, frame: Frame) {
        let dropped = self.outbox.frame(frame);
        let metrics = self.flags.metrics();
        metrics.drawn();
        if let Some(dropped) = dropped {
            metrics.dropped();
            if dropped.lost_weights {
                self.weights.lost();
            }
        }
    }

    /// Whether a version 1 frame that is made at `now` has the weights with it.
    fn takes_weights_along(&mut self, now: Instant) -> bool {
        // While paused there is no later one to wait for.
        let with_weights = !self.running || self.are_weights_due(now);
        if with_weights {
            self.weights.sent(now);
        }
        with_weights
    }

    /// The text that version 1 clients get with a frame.
    fn step_result(&self, metrics: StepMetrics, with_weights: bool) -> String {
        let model = with_weights.then(|| convert::wire_weights(self.trainer.mlp()));
        ServerMessage::from(Response::StepResult { metrics, model }).to_json()
    }

    fn are_weights_due(&self, now: Instant) -> bool {
        let n_parameters = self.trainer.mlp().parameters().len();
        self.weights
            .is_due(n_parameters, self.outbox.bytes_per_second(), now)
    }

    fn wants_checkpoint(&self) -> bool {
        self.speaks_v2() && self.checkpoint.is_due(self.running)
    }

    fn save_if_due(&mut self) {
        let now = Instant::now();
        let due = self.checkpoint == Dirty::Now || self.are_weights_due(now);
        if !self.wants_checkpoint() || !due {
            return;
        }
        self.checkpoint = Dirty::No;
        self.weights.sent(now);
        let checkpoint =
            convert::wire_checkpoint(self.trainer.checkpoint(), self.generation, &self.config);
        let payload = Box::new(checkpoint);
        self.outbox
            .checkpoint(ServerMessage::from(Response::Checkpoint { payload }).to_json());
    }

    fn next_checkpoint(&self) -> Option<Instant> {
        if !self.wants_checkpoint() {
            return None;
        }
        let n_parameters = self.trainer.mlp().parameters().len();
        let link = self.outbox.bytes_per_second();
        self.weights.next_after(n_parameters, link, Instant::now())
    }

    fn next(&self) -> Next {
        let next_step = match self.pacer.next_step() {
            None if self.running => return Next::Now,
            at => at.filter(|_| self.running),
        };
        // The connection wakes the session when a full line has room again.
        let may_show = self.wants_frame() && !self.outbox.is_congested();
        let next_frame = may_show.then(|| self.frame_schedule.next());
        let next_checkpoint = self.next_checkpoint();
        let earliest = [next_step, next_frame, next_checkpoint]
            .into_iter()
            .flatten()
            .min();
        earliest.map_or(Next::Idle, Next::At)
    }
}
