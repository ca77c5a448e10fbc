//! One person's training session: the network, its data and settings, and what the person has
//! been told about them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use nnvisu_core::{Dataset, Seeds, Trainer};
use nnvisu_protocol::{
    Config, Limits, NetworkState, ProtocolVersion, Response, ServerInfo, ServerMessage,
    SessionState, StepsPerSecond, limits::MAX_SEED,
};

use super::{
    convert,
    frame_renderer::FrameRenderer,
    outbox::Outbox,
    schedule::{FrameSchedule, Pacer, QualityController, RateMeter, WeightsSchedule},
    shared_flags::SharedFlags,
};

/// Whom to thank for nnvisu.
const AUTHOR: &str = "Jan Švec, Department of Cybernetics, University of West Bohemia";

/// What a session has to know about its connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionOptions {
    /// The protocol that the client speaks.
    pub(crate) version: ProtocolVersion,
    /// How much the client may ask for.
    pub(crate) limits: Limits,
}

/// A session. Requests change it (`requests.rs`), time advances it (`advance.rs`), and everything
/// it has to say goes into its outbox.
pub(super) struct Session {
    pub(super) options: SessionOptions,
    pub(super) outbox: Outbox,
    pub(super) flags: Arc<SharedFlags>,

    /// The settings as configured; those that make a network may wait for the next fresh one.
    pub(super) config: Config,
    /// The network as it is trained.
    pub(super) trainer: Trainer,
    /// One more each time the weights are thrown away.
    pub(super) generation: u32,
    pub(super) running: bool,
    /// Training stopped because the last point was removed, and continues with the next point.
    pub(super) waits_for_points: bool,
    /// The speed asked for; `None` for as fast as possible.
    pub(super) steps_per_second: Option<StepsPerSecond>,

    pub(super) pacer: Pacer,
    pub(super) frame_schedule: FrameSchedule,
    pub(super) quality: QualityController,
    pub(super) rate: RateMeter,
    pub(super) weights: WeightsSchedule,
    pub(super) renderer: FrameRenderer,
    /// Whether the client has to have a new frame.
    pub(super) frame: Dirty,
    /// Whether a version 2 client has to have a new checkpoint.
    pub(super) checkpoint: Dirty,
}

/// Whether the client has to have something anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dirty {
    /// What it has is right.
    No,
    /// Steps have been made since; while training runs, it follows at its own pace.
    WhileRunning,
    /// Something else has changed.
    Now,
}

impl Dirty {
    pub(super) fn raise(&mut self, to: Self) {
        *self = to.max(*self);
    }

    /// Whether something has to be sent at all.
    pub(super) fn is_due(self, running: bool) -> bool {
        match self {
            Self::No => false,
            Self::WhileRunning => running,
            Self::Now => true,
        }
    }
}

impl Session {
    /// A session with the default settings and no data. It sends hello to its client.
    pub(super) fn new(options: SessionOptions, outbox: Outbox, flags: Arc<SharedFlags>) -> Self {
        let now = Instant::now();
        let config = Config::default();
        let trainer = Trainer::new(
            convert::architecture(&config),
            convert::training_config(&config),
            fresh_seeds(),
            Dataset::empty(),
        );
        let session = Self {
            options,
            outbox,
            flags,
            config,
            trainer,
            generation: 0,
            running: false,
            waits_for_points: false,
            steps_per_second: None,
            pacer: Pacer::new(None, now),
            frame_schedule: FrameSchedule::new(now),
            quality: QualityController::new(options.version),
            rate: RateMeter::default(),
            weights: WeightsSchedule::new(options.version),
            renderer: FrameRenderer::new(),
            frame: Dirty::No,
            checkpoint: Dirty::No,
        };
        session.send_hello();
        session
    }

    fn send_hello(&self) {
        let speaks_v2 = self.speaks_v2();
        self.reply(
            None,
            Response::Config {
                payload: ServerInfo {
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    author: AUTHOR.to_owned(),
                    limits: speaks_v2.then_some(self.options.limits),
                },
            },
        );
    }

    /// Whether the connection is gone and nothing has to be finished.
    pub(super) fn is_abandoned(&self) -> bool {
        self.flags.is_abandoned()
    }

    pub(super) fn speaks_v2(&self) -> bool {
        self.options.version == ProtocolVersion::V2
    }

    /// Answers request `re`, or reports an event.
    pub(super) fn reply(&self, re: Option<u32>, response: Response) {
        self.outbox.reply(ServerMessage { re, response }.to_json());
    }

    /// Tells a version 2 client how the session is now.
    pub(super) fn reply_state(&self, re: Option<u32>) {
        let payload = Box::new(self.state());
        self.reply(re, Response::State { payload });
    }

    fn state(&self) -> SessionState {
        let (activation, dropout) =
            convert::layer_settings(self.trainer.architecture(), &self.config);
        let data = self.trainer.data();
        SessionState {
            generation: self.generation,
            running: self.running,
            step: self.trainer.step(),
            config: self.config.clone(),
            network: NetworkState {
                layer_sizes: self.trainer.mlp().layer_sizes().to_vec(),
                activation,
                dropout,
            },
            seeds: convert::wire_seeds(self.trainer.seeds()),
            steps_per_second: self.steps_per_second,
            points: data.len(),
            classes: data.n_distinct_classes(),
        }
    }

    /// Starts training.
    pub(super) fn start(&mut self) {
        self.running = true;
        self.waits_for_points = false;
        self.flags.set_training(true);
        self.rate.clear();
        self.pacer.start(Instant::now());
    }

    /// How long a step takes, if the session takes as much of a processor as it can get: then it
    /// queues with sessions of the same kind.
    pub(super) fn needs_turn(&self) -> Option<Duration> {
        let at_full_speed = self.running && self.pacer.next_step().is_none();
        at_full_speed.then(|| self.pacer.step_time())
    }

    /// Other sessions have had their turns for this long.
    pub(super) fn exclude_wait(&mut self, waited: Duration) {
        self.frame_schedule.exclude_wait(waited);
    }

    /// No is to be done before the next command: gives back what only training and drawing
    /// need, which is most of a session's memory.
    pub(super) fn release_memory(&mut self) {
        self.trainer.release_work_space();
        self.renderer = FrameRenderer::new();
    }

    /// Stops training if it is on, and shows where it stopped.
    pub(super) fn stop(&mut self) {
        self.running = false;
        self.waits_for_points = false;
        self.frame_schedule.training_stopped(Instant::now());
        self.flags.set_training(false);
        self.rate.clear();
        self.show_and_save();
    }

    /// Makes fresh weights for the configured network and stops. Everything of the old ones that
    /// still waits to be sent is taken back.
    pub(super) fn start_afresh(&mut self, seeds: Option<nnvisu_protocol::Seeds>) {
        let seeds = seeds.map_or_else(fresh_seeds, convert::seeds);
        self.trainer
            .reset(convert::architecture(&self.config), seeds);
        self.begin_generation();
    }

    /// The weights have been replaced by unrelated ones.
    pub(super) fn begin_generation(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if self.outbox.withdraw() {
            self.flags.metrics().dropped();
        }
        self.pacer.steps_change();
        self.stop();
    }

    /// Has the frame and the checkpoint sent as soon as the commands that wait are done.
    pub(super) fn show_and_save(&mut self) {
        self.frame.raise(Dirty::Now);
        self.checkpoint.raise(Dirty::Now);
    }
}

/// Fresh random seeds.
pub(super) fn fresh_seeds() -> Seeds {
    Seeds::from_master(random_number())
}

/// A fresh random seed for a data set.
pub(super) fn fresh_seed() -> nnvisu_protocol::Seed {
    nnvisu_protocol::Seed::new(random_number() & MAX_SEED).expect("masked to the range")
}

fn random_number() -> u64 {
    getrandom::u64().expect("the operating system gives random numbers")
}
