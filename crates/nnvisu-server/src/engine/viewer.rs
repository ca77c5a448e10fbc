//! One client that watches a run: its link, what it has been shown, and the dialect it speaks.

use nnvisu_protocol::{ErrorCode, Limits, RequestError, Response, ServerMessage};

use super::{
    Engine,
    dialect::{Adapter, Dialect, Handled, Style, WeightsIn},
    link::{Frame, Link},
    publisher::{Publisher, RenderedView},
    requests::{Context, RUN},
    run::{Revision, Run},
    schedule::{FrameSchedule, QualityController, Rendering, WeightsSchedule},
    session::Activity,
    time::{Clock, Timestamp},
};

/// A viewer of one run.
pub(super) struct Viewer {
    dialect: Box<dyn Adapter>,
    style: Style,
    limits: Limits,
    link: Box<dyn Link>,
    frames: FrameSchedule,
    quality: QualityController,
    weights: WeightsSchedule,
    /// The run's generation and revision when the viewer last looked.
    seen: (u32, Revision),
    /// What the newest frame showed.
    shown: Shown,
    /// What the newest checkpoint held.
    saved: Shown,
}

/// A state of the run.
#[derive(Debug, Clone, Copy, Default)]
struct Shown {
    revision: u64,
    step: u64,
}

/// Whether the client has to have something anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dirty {
    /// What it has is right.
    No,
    /// Steps have been made since; while training runs, it follows at its own pace.
    WhileRunning,
    /// Something else has changed.
    Now,
}

impl Shown {
    const NOTHING: Self = Self {
        revision: u64::MAX,
        step: 0,
    };

    fn dirty(self, revision: u64, run: &Run) -> Dirty {
        if self.revision != revision {
            Dirty::Now
        } else if run.is_running() && self.step != run.trainer().step() {
            Dirty::WhileRunning
        } else {
            Dirty::No
        }
    }
}

impl Viewer {
    /// A viewer of `run` who has seen nothing of it. Its client gets the hello.
    pub(super) fn new(
        Dialect(dialect): Dialect,
        limits: Limits,
        link: Box<dyn Link>,
        run: &Run,
        now: Timestamp,
    ) -> Self {
        let style = dialect.style();
        let viewer = Self {
            style,
            limits,
            link,
            frames: FrameSchedule::new(now),
            quality: QualityController::new(style.ladder),
            weights: WeightsSchedule::new(style.bytes_per_parameter),
            seen: (run.generation(), run.revision()),
            shown: Shown::default(),
            saved: Shown::default(),
            dialect,
        };
        viewer.send_hello();
        viewer
    }

    fn send_hello(&self) {
        let payload = self.dialect.hello(self.limits);
        self.send(&Response::Config { payload }.into());
    }

    pub(super) fn send(&self, message: &ServerMessage) {
        self.link.reply(message.to_json());
    }

    /// Handles a text message.
    pub(super) fn handle(&mut self, text: &[u8], context: &mut Context<'_>) -> Handled {
        let Ok(text) = std::str::from_utf8(text) else {
            let error = RequestError::new(ErrorCode::InvalidJson, "The text is not UTF-8");
            return Handled::Answers(vec![error.into()]);
        };
        let handled = self.dialect.handle(text, &self.limits, context);
        let style = self.dialect.style();
        if style != self.style {
            self.style = style;
            self.frames.set_interval(style.interval, context.now);
            // Another view of the same state is to be shown, too.
            self.shown = Shown::NOTHING;
        }
        handled
    }

    /// The answers to a request whose work is done.
    pub(super) fn answer(
        &self,
        id: Option<u32>,
        result: Result<Response, RequestError>,
        run: &Run,
    ) -> Vec<ServerMessage> {
        self.dialect.answer(id, result.map(Some), run)
    }

    /// What tells the client that training has stopped by itself.
    pub(super) fn diverged(&self, run: &Run) -> Vec<ServerMessage> {
        self.dialect.diverged(run)
    }

    /// Takes note of what has happened to the run, before anything is said of it: what shows
    /// weights that are no more is taken back.
    pub(super) fn take_note(&mut self, run: &Run, now: Timestamp, activity: &mut Activity) {
        let (generation, revision) = self.seen;
        if run.generation() != generation && self.link.withdraw() {
            activity.n_frames_dropped += 1;
        }
        if run.revision().network != revision.network && !run.is_running() {
            self.frames.training_stopped(now);
        }
        self.seen = (run.generation(), run.revision());
    }

    /// The session had to wait for this long instead of training.
    pub(super) fn exclude_wait(&mut self, waited: std::time::Duration) {
        self.frames.exclude_wait(waited);
    }

    fn wants_frame(&self, run: &Run) -> bool {
        let revision = self.dialect.followed(run.revision());
        // On a congested link it would be replaced by a newer one before it could be sent.
        let is_dirty = self.shown.dirty(revision, run) != Dirty::No;
        is_dirty && !self.style.format.is_empty() && !self.link.is_congested()
    }

    /// When the next frame is due, if one is.
    pub(super) fn next_frame(&self, run: &Run) -> Option<Timestamp> {
        // The connection wakes the session when a congested link has room again.
        self.wants_frame(run).then(|| self.frames.next())
    }

    /// Sends a frame of the run as it is now, if one is due.
    pub(super) fn show_if_due(
        &mut self,
        engine: &mut Engine,
        publisher: &mut Publisher,
        clock: &dyn Clock,
        activity: &mut Activity,
    ) {
        let run = engine.run_mut(RUN);
        let now = clock.now();
        if self.next_frame(run).is_none_or(|due| now < due) {
            return;
        }
        let n_parameters = run.mlp().parameters().len();
        let n_classes = run.mlp().n_classes();
        let quality = self.quality.choose(
            self.frames
                .side(n_parameters, run.is_running())
                .min(self.style.max_side),
            n_classes,
            run.is_running(),
            self.link.bytes_per_second(),
        );
        let view = RenderedView {
            run: RUN,
            format: self.style.format,
            quality,
        };
        let rendered = publisher.render(run, view, clock);
        self.quality
            .record(quality, n_classes, rendered.bytes.len());
        let with_weights = self.takes_weights_along(run, now);
        let step_result = self
            .dialect
            .step_result(run, rendered.metrics, with_weights);
        self.frames.record(Rendering {
            running: run.is_running(),
            side: quality.side,
            n_parameters,
            started: now,
            drawing: rendered.drawing,
            ended: clock.now(),
        });
        self.shown = Shown {
            revision: self.dialect.followed(run.revision()),
            step: run.trainer().step(),
        };
        activity.n_frames_rendered += 1;
        let dropped = self.link.frame(Frame {
            with_weights: with_weights && step_result.is_some(),
            step_result,
            bytes: rendered.bytes,
            made: now,
        });
        if let Some(dropped) = dropped {
            activity.n_frames_dropped += 1;
            if dropped.lost_weights {
                self.weights.lost();
            }
        }
    }

    /// Whether a frame that is made at `now` has the weights with it.
    fn takes_weights_along(&mut self, run: &Run, now: Timestamp) -> bool {
        // While paused there is no later one to wait for.
        let with_weights = self.style.weights == WeightsIn::StepResults
            && (!run.is_running() || self.are_weights_due(run, now));
        if with_weights {
            self.weights.sent(now);
        }
        with_weights
    }

    fn are_weights_due(&self, run: &Run, now: Timestamp) -> bool {
        let n_parameters = run.mlp().parameters().len();
        self.weights
            .is_due(n_parameters, self.link.bytes_per_second(), now)
    }

    fn dirty_checkpoint(&self, run: &Run) -> Dirty {
        match self.style.weights {
            WeightsIn::Checkpoints => self.saved.dirty(run.revision().checkpoint, run),
            WeightsIn::StepResults => Dirty::No,
        }
    }

    /// When the next checkpoint is due, if one is.
    pub(super) fn next_checkpoint(&self, run: &Run, now: Timestamp) -> Option<Timestamp> {
        match self.dirty_checkpoint(run) {
            Dirty::No => None,
            Dirty::Now => Some(now),
            Dirty::WhileRunning => {
                let n_parameters = run.mlp().parameters().len();
                let link = self.link.bytes_per_second();
                self.weights.next_after(n_parameters, link, now)
            }
        }
    }

    /// Sends a checkpoint, if one is due.
    pub(super) fn save_if_due(&mut self, run: &Run, now: Timestamp) {
        if self.next_checkpoint(run, now).is_none_or(|due| now < due) {
            return;
        }
        self.saved = Shown {
            revision: run.revision().checkpoint,
            step: run.trainer().step(),
        };
        self.weights.sent(now);
        let payload = Box::new(run.checkpoint());
        let message = ServerMessage::from(Response::Checkpoint { payload });
        self.link.checkpoint(message.to_json());
    }
}
