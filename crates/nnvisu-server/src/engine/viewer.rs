//! One client that watches a run: its link, what it has been shown, and the dialect it speaks.

use std::task::{Poll, ready};

use nnvisu_protocol::{ErrorCode, Limits, RequestError, Response, ServerMessage};

use super::{
    Engine,
    dialect::{Adapter, Dialect, Handled, Style, WeightsIn},
    link::{Frame, Link},
    publisher::{Publisher, Rendered, RenderedView},
    requests::{Context, RUN},
    run::{Revision, Run, StateId},
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
    /// The frame that is being made.
    begun: Option<BegunFrame>,
    /// What the newest frame showed.
    shown: Shown,
    /// What the newest checkpoint held.
    saved: Shown,
}

/// A frame of which parts have been made.
#[derive(Debug, Clone, Copy)]
struct BegunFrame {
    view: RenderedView,
    state: StateId,
    started: Timestamp,
    /// An earlier one has been dropped, as the run had changed before it was finished.
    is_second: bool,
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
            begun: None,
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
            self.begun = None;
        }
        handled
    }

    /// The answers to a request whose work is done.
    pub(super) fn answer(
        &self,
        id: Option<u32>,
        result: Result<Option<Response>, RequestError>,
        run: &Run,
    ) -> Vec<ServerMessage> {
        self.dialect.answer(id, result, run)
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
        let due = match self.begun_frame(run) {
            Some(begun) => begun.started,
            None => self.frames.next(),
        };
        // The connection wakes the session when a congested link has room again.
        self.wants_frame(run).then_some(due)
    }

    /// The frame that has been begun, if it is of the run as it is now.
    fn begun_frame(&self, run: &Run) -> Option<BegunFrame> {
        self.begun.filter(|begun| begun.state == run.state_id())
    }

    /// Whether a frame of the run as it is now has been begun.
    pub(super) fn is_rendering(&self, run: &Run) -> bool {
        self.wants_frame(run) && self.begun_frame(run).is_some()
    }

    /// Whether such a frame must be finished before anything changes the run: else a client whose
    /// messages come faster than frames are made would see none.
    pub(super) fn insists_on_frame(&self, run: &Run) -> bool {
        self.is_rendering(run) && self.begun.is_some_and(|begun| begun.is_second)
    }

    /// Begins a frame of the run as it is now.
    fn begin_frame(&mut self, run: &Run, now: Timestamp) -> BegunFrame {
        let n_parameters = run.mlp().parameters().len();
        let side = self.frames.side(n_parameters, run.is_running());
        let quality = self.quality.choose(
            side.min(self.style.max_side),
            run.mlp().n_classes(),
            run.is_running(),
            self.link.bytes_per_second(),
        );
        BegunFrame {
            view: RenderedView {
                run: RUN,
                format: self.style.format,
                quality,
            },
            state: run.state_id(),
            started: now,
            is_second: self.begun.is_some(),
        }
    }

    /// Makes a part of a frame of the run as it is now, if one is due, and sends it once it is
    /// whole.
    pub(super) fn show_if_due(
        &mut self,
        engine: &mut Engine,
        publisher: &mut Publisher,
        clock: &dyn Clock,
        activity: &mut Activity,
    ) -> Poll<()> {
        let run = engine.run_mut(RUN);
        let now = clock.now();
        if self.next_frame(run).is_none_or(|due| now < due) {
            return Poll::Ready(());
        }
        let begun = match self.begun_frame(run) {
            Some(begun) => begun,
            None => self.begin_frame(run, now),
        };
        self.begun = Some(begun);
        let rendered = ready!(publisher.render_part(run, begun.view, clock));
        self.begun = None;
        self.send_frame(run, begun, rendered, clock.now(), activity);
        Poll::Ready(())
    }

    fn send_frame(
        &mut self,
        run: &Run,
        begun: BegunFrame,
        rendered: Rendered,
        now: Timestamp,
        activity: &mut Activity,
    ) {
        let quality = begun.view.quality;
        let n_classes = run.mlp().n_classes();
        self.quality
            .record(quality, n_classes, rendered.bytes.len());
        let with_weights = self.takes_weights_along(run, begun.started);
        let step_result = self
            .dialect
            .step_result(run, rendered.metrics, with_weights);
        self.frames.record(Rendering {
            running: run.is_running(),
            side: quality.side,
            n_parameters: run.mlp().parameters().len(),
            started: begun.started,
            drawing: rendered.drawing,
            cost: rendered.cost,
            ended: now,
        });
        self.shown = Shown {
            revision: self.dialect.followed(run.revision()),
            step: run.trainer().step(),
        };
        activity.n_frames_rendered += 1;
        self.save_along(run, now);
        let dropped = self.link.frame(Frame {
            with_weights: with_weights && step_result.is_some(),
            step_result,
            bytes: rendered.bytes,
            made: begun.started,
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
        if self.next_checkpoint(run, now).is_some_and(|due| now >= due) {
            self.save(run, now);
        }
    }

    /// Sends a checkpoint with the frame of the same step, if it is small.
    fn save_along(&mut self, run: &Run, now: Timestamp) {
        let n_parameters = run.mlp().parameters().len();
        let link = self.link.bytes_per_second();
        if self.dirty_checkpoint(run) == Dirty::WhileRunning
            && self.weights.may_go_along(n_parameters, link, now)
        {
            self.save(run, now);
        }
    }

    fn save(&mut self, run: &Run, now: Timestamp) {
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
