//! The versions of the protocol, one adapter each. Nothing else asks which version a client
//! speaks.

mod v1;
mod v2;

use std::time::Duration;

use nnvisu_protocol::{
    Limits, Metrics, RequestError, Response, SUBPROTOCOL_V2, ServerInfo, ServerMessage,
    StepsPerSecond,
};

use super::{
    publisher::FrameFormat,
    requests::Context,
    run::{Revision, Run},
    schedule::Quality,
    work::Work,
};

/// The subprotocols that a client may ask for.
pub(crate) const SUBPROTOCOLS: &[&str] = &[SUBPROTOCOL_V2];

/// Whom to thank for nnvisu. A bare name: pages of version 1 write the department behind it.
const AUTHOR: &str = "Jan Švec";

/// How a client is spoken to.
pub(crate) struct Dialect(pub(super) Box<dyn Adapter>);

/// What a version of the protocol has of its own.
pub(super) trait Adapter: Send {
    /// What the client is told first.
    fn hello(&self, limits: Limits) -> ServerInfo;

    /// The speed of training before the client has asked for one.
    fn initial_speed(&self) -> Option<StepsPerSecond>;

    /// How the client is shown a run.
    fn style(&self) -> Style;

    /// Handles a text message.
    fn handle(&mut self, text: &str, limits: &Limits, context: &mut Context<'_>) -> Handled;

    /// What answers a request of which the run has taken note.
    fn answer(
        &self,
        id: Option<u32>,
        result: Result<Option<Response>, RequestError>,
        run: &Run,
    ) -> Vec<ServerMessage>;

    /// What tells the client that training has stopped by itself.
    fn diverged(&self, run: &Run) -> Vec<ServerMessage>;

    /// The text that goes before a frame with these numbers, if one does.
    fn step_result(
        &self,
        run: &Run,
        metrics: Option<Metrics>,
        with_weights: bool,
    ) -> Option<String>;

    /// What of a run's changes calls for a new frame.
    fn followed(&self, revision: Revision) -> u64;
}

/// What has become of a message.
pub(super) enum Handled {
    /// It is answered by these, in order.
    Answers(Vec<ServerMessage>),
    /// Its answer takes longer work.
    Deferred(Option<u32>, Work),
}

/// How a client is shown a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    /// One more each time the client says what it wants to see.
    pub(super) n_views: u64,
    /// What frames are made of.
    pub(super) format: FrameFormat,
    /// Most pixels of a map each way.
    pub(super) max_side: u16,
    /// Least time from frame to frame.
    pub(super) interval: Duration,
    /// The qualities that frames may have, finest first.
    pub(super) ladder: &'static [Quality],
    /// How the weights get to the client.
    pub(super) weights: WeightsIn,
    /// What a parameter of the network takes in a message with weights.
    pub(super) bytes_per_parameter: f64,
}

/// How the weights get to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WeightsIn {
    /// With the text before a frame.
    StepResults,
    /// In messages of their own.
    Checkpoints,
}

impl Dialect {
    /// The dialect of a client that has agreed to `subprotocol`, if to any.
    pub(crate) fn of_subprotocol(subprotocol: Option<&str>) -> Self {
        if subprotocol == Some(SUBPROTOCOL_V2) {
            Self(Box::new(v2::V2::default()))
        } else {
            Self(Box::new(v1::V1::default()))
        }
    }
}
