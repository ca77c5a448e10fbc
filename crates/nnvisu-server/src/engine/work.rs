//! The stateless step: one optimizer step on weights that come from a client and go back to it.

use std::task::Poll;

use nnvisu_core::{Checkpoint, Seeds, Trainer};
use nnvisu_protocol::{Config, ErrorCode, Point, RequestError, Response, StepMetrics, Weights};

use super::{convert, requests::diverged};

/// A step that is under way. It shares nothing with any run.
pub(super) struct TrainStep {
    trainer: Trainer,
    /// Loss and accuracy before the step, once they are known.
    metrics: Option<nnvisu_protocol::Metrics>,
}

impl TrainStep {
    /// If the data have another number of classes than the weights, the output layer follows the
    /// data.
    ///
    /// # Errors
    ///
    /// The weights are no network.
    pub(super) fn new(
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

    /// Does a part of the work; returns the answer once all of it is done.
    pub(super) fn advance(&mut self) -> Option<Result<Response, RequestError>> {
        let Some(metrics) = self.metrics else {
            let Poll::Ready(metrics) = self.trainer.evaluate_part() else {
                return None;
            };
            let metrics = metrics.filter(|it| it.loss.is_finite());
            self.metrics = metrics.map(convert::wire_metrics);
            return match self.metrics {
                Some(_) => None,
                None => Some(Err(diverged())),
            };
        };
        match self.trainer.train_step_part() {
            Ok(Poll::Pending) => return None,
            Ok(Poll::Ready(_)) => {}
            Err(_) => return Some(Err(diverged())),
        }
        Some(Ok(Response::StepResult {
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
