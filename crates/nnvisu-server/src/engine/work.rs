//! Long work that a response waits for, done in parts.

use std::task::{Poll, ready};

use nnvisu_core::{Checkpoint, Seeds, Trainer};
use nnvisu_protocol::{Config, ErrorCode, Point, RequestError, Response, StepMetrics, Weights};

use super::{convert, requests::diverged, run::Run};

/// What a deferred answer needs.
pub(super) enum Work {
    /// The stateless step.
    Stateless(Box<StatelessStep>),
    /// A step of the run. It has points and is paused.
    SingleStep,
}

impl Work {
    /// A stateless step; see [`StatelessStep::new`].
    ///
    /// # Errors
    ///
    /// The weights are no network.
    pub(super) fn stateless(
        config: &Config,
        model: Option<&Weights>,
        points: &[Point],
        seeds: Seeds,
    ) -> Result<Self, RequestError> {
        let step = StatelessStep::new(config, model, points, seeds)?;
        Ok(Self::Stateless(Box::new(step)))
    }

    /// Does a part of the work on `run`; ready, with the response that there is besides the new
    /// state, once all of it is done.
    pub(super) fn advance(
        &mut self,
        run: &mut Run,
    ) -> Poll<Result<Option<Response>, RequestError>> {
        match self {
            Self::Stateless(step) => step.advance().map(|result| result.map(Some)),
            Self::SingleStep => {
                let stepped = run.single_step_part();
                // There are points, so this is the only reason left.
                stepped.map(|stepped| stepped.map(|()| None).map_err(|_| diverged()))
            }
        }
    }
}

/// One optimizer step on weights that come from a client and go back to it. It shares nothing with
/// any run.
pub(super) struct StatelessStep {
    trainer: Trainer,
    /// Loss and accuracy before the step, once they are known.
    metrics: Option<nnvisu_protocol::Metrics>,
}

impl StatelessStep {
    /// If the data have another number of classes than the weights, the output layer follows the
    /// data.
    ///
    /// # Errors
    ///
    /// The weights are no network.
    fn new(
        config: &Config,
        model: Option<&Weights>,
        points: &[Point],
        seeds: Seeds,
    ) -> Result<Self, RequestError> {
        let training_config = convert::training_config(config);
        let data = convert::dataset(points);
        let trainer = match model {
            None => Trainer::new(convert::architecture(config), training_config, seeds, data),
            Some(model) => {
                let hidden_layers = convert::hidden_layers(model.hidden_layers());
                let architecture = convert::architecture_of(&hidden_layers, config)
                    .with_outputs(model.n_classes())
                    .map_err(|error| unusable(error.to_string()))?;
                // The optimizer starts afresh.
                let checkpoint = Checkpoint::at_start(
                    architecture,
                    convert::parameters(model),
                    training_config.optimizer,
                    seeds,
                );
                Trainer::restore(training_config, data, &checkpoint)
                    .map_err(|error| unusable(error.to_string()))?
            }
        };
        Ok(Self {
            trainer,
            metrics: None,
        })
    }

    /// Does a part of the work; ready once all of it is done.
    fn advance(&mut self) -> Poll<Result<Response, RequestError>> {
        let Some(metrics) = self.metrics else {
            let metrics = ready!(self.trainer.evaluate_part());
            let metrics = metrics.filter(|it| it.loss.is_finite());
            self.metrics = metrics.map(convert::wire_metrics);
            return match self.metrics {
                Some(_) => Poll::Pending,
                None => Poll::Ready(Err(diverged())),
            };
        };
        match self.trainer.train_step_part() {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(_)) => {}
            Err(_) => return Poll::Ready(Err(diverged())),
        }
        Poll::Ready(Ok(Response::StepResult {
            metrics: StepMetrics {
                metrics: Some(metrics),
                step: None,
            },
            model: Some(convert::wire_weights(self.trainer.mlp())),
        }))
    }
}

fn unusable(message: String) -> RequestError {
    RequestError::new(ErrorCode::OutOfRange, message).with_field("model")
}
