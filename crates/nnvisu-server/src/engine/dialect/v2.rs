//! Version 2: requests have ids, and are answered by the state of the run.

use nnvisu_protocol::{
    Envelope, ErrorCode, Limits, Metrics, ProtocolVersion, Request, RequestError, Response,
    SectionKind, ServerInfo, ServerMessage, StepsPerSecond, View, parse_request,
};

use super::{AUTHOR, Adapter, Handled, Style, WeightsIn};
use crate::engine::{
    publisher::{FrameFormat, Sections},
    requests::{self, Context, Outcome, execute},
    run::{Revision, Run},
    schedule::POSTERIOR_LADDER,
};

/// What a parameter takes in a checkpoint, with its two moments and its last good value, in base64.
const BYTES_PER_PARAMETER: f64 = 4.0 * 16.0 / 3.0;

/// The dialect of the page.
#[derive(Debug, Default)]
pub(super) struct V2 {
    /// What the client wants to see.
    view: View,
    n_views: u64,
}

impl Adapter for V2 {
    fn hello(&self, limits: Limits) -> ServerInfo {
        ServerInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            author: AUTHOR.to_owned(),
            limits: Some(limits),
            page: Some(env!("NNVISU_PAGE_HASH").to_owned()),
        }
    }

    fn initial_speed(&self) -> Option<StepsPerSecond> {
        None
    }

    fn style(&self) -> Style {
        let view = &self.view;
        Style {
            n_views: self.n_views,
            max_side: view.size.get(),
            interval: view.frames_per_second.interval(),
            format: FrameFormat::Sections(Sections {
                metrics: view.has(SectionKind::Metrics),
                posteriors: view.has(SectionKind::Posteriors).then(|| view.encoding()),
            }),
            ladder: POSTERIOR_LADDER,
            weights: WeightsIn::Checkpoints,
            bytes_per_parameter: BYTES_PER_PARAMETER,
        }
    }

    fn handle(&mut self, text: &str, limits: &Limits, context: &mut Context<'_>) -> Handled {
        let Envelope { id, request } = match parse_request(ProtocolVersion::V2, text, limits) {
            Ok(envelope) => envelope,
            Err(error) => return Handled::Answers(vec![error.into()]),
        };
        let is_step = matches!(request, Request::Step);
        let replaced = match request {
            Request::Reset { .. }
            | Request::UpdateArchitecture { .. }
            | Request::GenerateData { .. }
            | Request::Restore(_) => id.map(|id| checkpoint(id, context.run())),
            _ => None,
        };
        let result = match self.execute(request, context) {
            Ok(Outcome::Deferred(work)) => return Handled::Deferred(id, work),
            Ok(Outcome::Answer(response)) => Ok(Some(response)),
            Ok(Outcome::Done) => Ok(None),
            Err(error) => Err(error),
        };
        // What is thrown away, so that the client can bring it back.
        let mut messages: Vec<_> = replaced.filter(|_| result.is_ok()).into_iter().collect();
        if is_step && matches!(&result, Err(error) if error.code == ErrorCode::Diverged) {
            // The request is refused, but training is off and the run may have gone back: say so,
            // as the client has not asked for that.
            messages.push(state(None, context.run()));
        }
        messages.extend(self.answer(id, result, context.run()));
        Handled::Answers(messages)
    }

    fn answer(
        &self,
        id: Option<u32>,
        result: Result<Option<Response>, RequestError>,
        run: &Run,
    ) -> Vec<ServerMessage> {
        match result {
            Ok(response) => {
                let response = response.map(|response| ServerMessage { re: id, response });
                let state = id.map(|id| state(Some(id), run));
                response.into_iter().chain(state).collect()
            }
            Err(error) => vec![error.with_re(id).into()],
        }
    }

    fn diverged(&self, run: &Run) -> Vec<ServerMessage> {
        vec![requests::diverged().into(), state(None, run)]
    }

    fn step_result(&self, _: &Run, _: Option<Metrics>, _: bool) -> Option<String> {
        None
    }

    fn followed(&self, revision: Revision) -> u64 {
        revision.numbers
    }
}

impl V2 {
    fn execute(
        &mut self,
        request: Request,
        context: &mut Context<'_>,
    ) -> Result<Outcome, RequestError> {
        let Request::View(view) = request else {
            return execute(request, context);
        };
        if context.engine.runs().get(view.run as usize).is_none() {
            let message = format!("There is no run {}", view.run);
            return Err(RequestError::new(ErrorCode::OutOfRange, message).with_field("run"));
        }
        self.view = view;
        self.n_views += 1;
        Ok(Outcome::Done)
    }
}

/// The run as it is now, for the answer to a request that replaces it.
fn checkpoint(re: u32, run: &Run) -> ServerMessage {
    let payload = Box::new(run.checkpoint());
    ServerMessage {
        re: Some(re),
        response: Response::Checkpoint { payload },
    }
}

/// Tells how the run is now, as the last answer to a request or by itself.
fn state(re: Option<u32>, run: &Run) -> ServerMessage {
    let payload = Box::new(requests::state(run));
    ServerMessage {
        re,
        response: Response::State { payload },
    }
}
