//! Version 1: what the clients expect that were written before nnvisu's own page.

use std::time::Duration;

use nnvisu_protocol::{
    Envelope, Limits, Metrics, ProtocolVersion, Request, RequestError, Response, ServerInfo,
    ServerMessage, StepMetrics, StepsPerSecond, parse_request,
};

use super::{AUTHOR, Adapter, Handled, Style, WeightsIn};
use crate::engine::{
    convert,
    publisher::FrameFormat,
    requests::{self, Context, Outcome, execute},
    run::{Revision, Run},
    schedule::{Quality, full},
};

/// These clients have no control of the speed, and at full speed there would be nothing to see.
const INITIAL_STEPS_PER_SECOND: f32 = 1000.0;
/// The only size that these clients know.
const MAP_SIDE: u16 = 100;
const MAP_LADDER: &[Quality] = &[full(MAP_SIDE)];
/// What a parameter takes as decimal digits and a comma.
const BYTES_PER_PARAMETER: f64 = 13.0;

/// The dialect of existing clients.
#[derive(Debug, Default)]
pub(super) struct V1 {
    /// Training has been asked for and begins with the next points.
    armed: bool,
    /// The client has shown what network it has in mind. Until then, settings act on the network
    /// at once: a page that connects again sends them, and must get the network that it shows.
    settled: bool,
}

impl Adapter for V1 {
    fn hello(&self, _: Limits) -> ServerInfo {
        ServerInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            author: AUTHOR.to_owned(),
            limits: None,
            page: None,
        }
    }

    fn initial_speed(&self) -> Option<StepsPerSecond> {
        StepsPerSecond::new(INITIAL_STEPS_PER_SECOND).ok()
    }

    fn style(&self) -> Style {
        Style {
            n_views: 0,
            max_side: MAP_SIDE,
            interval: Duration::ZERO,
            format: FrameFormat::Colors,
            ladder: MAP_LADDER,
            weights: WeightsIn::StepResults,
            bytes_per_parameter: BYTES_PER_PARAMETER,
        }
    }

    fn handle(&mut self, text: &str, limits: &Limits, context: &mut Context<'_>) -> Handled {
        let parsed = parse_request(ProtocolVersion::V1, text, limits);
        let executed = parsed.and_then(|Envelope { request, .. }| self.execute(request, context));
        let result = match executed {
            Ok(Outcome::Deferred(work)) => return Handled::Deferred(None, work),
            Ok(Outcome::Answer(response)) => Ok(Some(response)),
            Ok(Outcome::Done) => Ok(None),
            Err(mut error) => {
                // The settings that are right act beside those that the error is about.
                if let Some(request) = error.accepted.take() {
                    let _ = self.execute(*request, context);
                }
                Err(error)
            }
        };
        Handled::Answers(self.answer(None, result, context.run()))
    }

    fn answer(
        &self,
        _: Option<u32>,
        result: Result<Option<Response>, RequestError>,
        _: &Run,
    ) -> Vec<ServerMessage> {
        match result {
            Ok(response) => response.map(known_fields).map(Into::into),
            Err(error) => Some(error.into()),
        }
        .into_iter()
        .collect()
    }

    fn diverged(&self, _: &Run) -> Vec<ServerMessage> {
        vec![requests::diverged().into()]
    }

    fn step_result(
        &self,
        run: &Run,
        metrics: Option<Metrics>,
        with_weights: bool,
    ) -> Option<String> {
        let step = run.trainer().step();
        // Clients count a result as a step.
        (step > 0).then(|| {
            let metrics = StepMetrics {
                metrics,
                step: Some(step),
            };
            let model = with_weights.then(|| convert::wire_weights(run.mlp()));
            ServerMessage::from(Response::StepResult { metrics, model }).to_json()
        })
    }

    /// Clients hear of other numbers with the next step only.
    fn followed(&self, revision: Revision) -> u64 {
        revision.network
    }
}

impl V1 {
    fn execute(
        &mut self,
        request: Request,
        context: &mut Context<'_>,
    ) -> Result<Outcome, RequestError> {
        match &request {
            Request::StartTraining => {
                self.settled = true;
                if !context.run().has_points() {
                    self.armed = true;
                    return Ok(Outcome::Done);
                }
            }
            Request::UpdateConfig { payload } if !self.settled => {
                let makes_network = payload.architecture.is_some()
                    || payload.activation.is_some()
                    || payload.dropout.is_some();
                let outcome = execute(request, context)?;
                if makes_network {
                    let seeds = context.fresh_seeds();
                    context.run_mut().reset(seeds);
                }
                return Ok(outcome);
            }
            Request::UpdateData { data } => {
                self.settled |= !data.is_empty();
                // These clients are not told that training stops without points, so it continues
                // with the next ones.
                self.armed |= context.run().is_running();
                let outcome = execute(request, context)?;
                self.start_if_armed(context);
                return Ok(outcome);
            }
            Request::GenerateData { .. } => {
                self.settled = true;
                let outcome = execute(request, context)?;
                self.start_if_armed(context);
                return Ok(outcome);
            }
            Request::StopTraining => self.armed = false,
            Request::Reset { .. } | Request::UpdateArchitecture { .. } => {
                self.armed = false;
                self.settled = true;
            }
            _ => {}
        }
        execute(request, context)
    }

    /// Begins the training that was asked for while there were no points.
    fn start_if_armed(&mut self, context: &mut Context<'_>) {
        if self.armed && context.run().has_points() {
            self.armed = false;
            let now = context.now;
            context.run_mut().start(now);
        }
    }
}

/// A response without the fields that came with version 2.
fn known_fields(response: Response) -> Response {
    match response {
        Response::DataGenerated { data, .. } => Response::DataGenerated {
            data,
            distribution: None,
            num_classes: None,
            seed: None,
        },
        other => other,
    }
}
