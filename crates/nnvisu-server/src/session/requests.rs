//! What each request does to a session, and how it is answered.

use std::time::Instant;

use nnvisu_core::{Checkpoint, DEFAULT_N_POINTS, Trainer};
use nnvisu_protocol::{
    ArchitectureSynced, Config, ConfigUpdate, Envelope, ErrorCode, NetworkUpdate, Point, Request,
    RequestError, Response, Restore, Seed, Seeds, StepMetrics, StepsPerSecond, Weights,
    parse_request,
};

use super::{
    convert,
    inbox::Command,
    state::{Dirty, Session, SessionOptions, fresh_seed, fresh_seeds},
};

impl Session {
    /// Does what the client asks and answers it; what it cannot do changes nothing.
    pub(super) fn handle(&mut self, command: &Command) {
        let SessionOptions { version, limits } = self.options;
        let result = match command {
            Command::Text(text) => std::str::from_utf8(text)
                .map_err(|_| RequestError::new(ErrorCode::InvalidJson, "The text is not UTF-8"))
                .and_then(|text| parse_request(version, text, &limits))
                .and_then(|Envelope { id, request }| {
                    self.answer(id, request).map_err(|error| error.with_re(id))
                }),
            Command::Binary => Err(RequestError::binary_not_accepted()),
            #[cfg(test)]
            Command::Panic => panic!("a defect, on purpose"),
        };
        if let Err(error) = result {
            self.flags.metrics().error(error.code);
            self.outbox
                .reply(nnvisu_protocol::ServerMessage::from(error).to_json());
        }
    }

    fn answer(&mut self, id: Option<u32>, request: Request) -> Result<(), RequestError> {
        match request {
            Request::StartTraining => self.start_training()?,
            Request::StopTraining => self.stop(),
            Request::Reset { seeds } => self.start_afresh(seeds),
            Request::UpdateConfig { payload } => self.update_config(&payload),
            Request::UpdateArchitecture { payload, seeds } => {
                let response = self.update_architecture(payload, seeds);
                self.reply(id, response);
            }
            Request::UpdateData { data } => self.update_data(&data),
            Request::GenerateData {
                distribution,
                num_classes,
                seed,
            } => {
                let response = self.generate_data(distribution, num_classes, seed);
                self.reply(id, response);
            }
            Request::TrainStep {
                config,
                model,
                data,
            } => {
                let response = train_step(&config, model.as_ref(), &data)?;
                self.flags.metrics().steps(1);
                self.reply(id, response);
            }
            Request::Restore(restore) => self.restore(*restore)?,
            Request::SetSpeed { steps_per_second } => self.set_speed(steps_per_second),
            Request::Step => self.single_step()?,
        }
        if id.is_some() {
            self.reply_state(id);
        }
        Ok(())
    }

    fn start_training(&mut self) -> Result<(), RequestError> {
        if self.trainer.data().is_empty() {
            return Err(RequestError::no_data());
        }
        if !self.running {
            self.start();
        }
        Ok(())
    }

    fn update_config(&mut self, update: &ConfigUpdate) {
        let optimizer = self.config.optimizer;
        self.config.apply(update);
        self.trainer
            .set_training_config(convert::training_config(&self.config));
        if self.config.optimizer != optimizer {
            // The other one starts afresh; a run restored later must not have the old one's state.
            self.checkpoint.raise(Dirty::Now);
        }
        self.pacer.steps_change();
    }

    fn update_architecture(&mut self, update: NetworkUpdate, seeds: Option<Seeds>) -> Response {
        self.config.architecture = update.hidden_layers;
        self.config.activation = update.activation.unwrap_or(self.config.activation);
        self.config.dropout = update.dropout.unwrap_or(self.config.dropout);
        self.start_afresh(seeds);
        Response::ArchitectureSynced {
            payload: ArchitectureSynced::new(self.config.architecture.clone()),
        }
    }

    fn update_data(&mut self, points: &[Point]) {
        let n_classes = self.trainer.mlp().n_classes();
        self.trainer.set_data(convert::dataset(points));
        self.pacer.steps_change();
        let network_changed = self.trainer.mlp().n_classes() != n_classes;
        if self.running && points.is_empty() {
            self.stop();
            // Version 1 has no way to tell its client that training is off.
            self.waits_for_points = !self.speaks_v2();
            return;
        }
        if network_changed {
            self.checkpoint.raise(Dirty::Now);
        }
        // With the same weights, loss and accuracy are of other points now. Version 1 clients
        // hear of that with the next step only.
        if !self.running && (network_changed || self.speaks_v2()) {
            self.frame.raise(Dirty::Now);
        }
        if self.waits_for_points && !points.is_empty() {
            self.start();
        }
    }

    fn generate_data(
        &mut self,
        distribution: nnvisu_protocol::Distribution,
        num_classes: nnvisu_protocol::ClassCount,
        seed: Option<Seed>,
    ) -> Response {
        let seed = seed.unwrap_or_else(fresh_seed);
        let data = nnvisu_core::generate_seeded(
            convert::distribution(distribution),
            convert::class_count(num_classes),
            DEFAULT_N_POINTS,
            seed.get(),
        );
        let points = convert::wire_points(&data);
        self.trainer.set_data(data);
        self.start_afresh(None);
        let speaks_v2 = self.speaks_v2();
        Response::DataGenerated {
            data: points,
            distribution: speaks_v2.then_some(distribution),
            num_classes: speaks_v2.then_some(num_classes),
            seed: speaks_v2.then_some(seed),
        }
    }

    fn restore(&mut self, restore: Restore) -> Result<(), RequestError> {
        let training_config = convert::training_config(&restore.config);
        let data = convert::dataset(&restore.data);
        self.trainer = if let Some(checkpoint) = restore.checkpoint {
            check_network(&checkpoint, &restore.config)?;
            let checkpoint = convert::checkpoint(checkpoint, restore.config.dropout);
            Trainer::restore(training_config, data, &checkpoint)
                .map_err(|error| mismatch(error.to_string()))?
        } else {
            let seeds = restore.seeds.map_or_else(fresh_seeds, convert::seeds);
            let architecture = convert::architecture(&restore.config);
            Trainer::new(architecture, training_config, seeds, data)
        };
        self.config = restore.config;
        self.set_speed(restore.steps_per_second);
        self.begin_generation();
        Ok(())
    }

    fn set_speed(&mut self, steps_per_second: Option<StepsPerSecond>) {
        self.steps_per_second = steps_per_second;
        self.rate.clear();
        self.pacer.set_interval(
            steps_per_second.map(StepsPerSecond::interval),
            Instant::now(),
        );
    }

    fn single_step(&mut self) -> Result<(), RequestError> {
        if self.trainer.data().is_empty() {
            return Err(RequestError::no_data());
        }
        self.stop();
        if self.trainer.train_step().is_err() {
            // The request is refused, but training is off and the last step may have been taken
            // back: say so, as the client has not asked for that.
            self.reply_state(None);
            return Err(diverged());
        }
        self.flags.metrics().steps(1);
        Ok(())
    }
}

/// One optimizer step on weights that come from the client and go back to it. If the data have
/// another number of classes than the weights, the output layer follows the data.
fn train_step(
    config: &Config,
    model: Option<&Weights>,
    points: &[Point],
) -> Result<Response, RequestError> {
    let training_config = convert::training_config(config);
    let data = convert::dataset(points);
    let seeds = fresh_seeds();
    let mut trainer = match model {
        None => Trainer::new(convert::architecture(config), training_config, seeds, data),
        Some(model) => {
            let unusable =
                |error: String| RequestError::new(ErrorCode::OutOfRange, error).with_field("model");
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
    let metrics = trainer.evaluate().filter(|it| it.loss.is_finite());
    let metrics = metrics.map(convert::wire_metrics).ok_or_else(diverged)?;
    trainer.train_step().map_err(|_| diverged())?;
    Ok(Response::StepResult {
        metrics: StepMetrics {
            metrics: Some(metrics),
            step: None,
        },
        model: Some(convert::wire_weights(trainer.mlp())),
    })
}

/// That a checkpoint is of the network that the settings ask for.
fn check_network(
    checkpoint: &nnvisu_protocol::Checkpoint,
    config: &Config,
) -> Result<(), RequestError> {
    if checkpoint.hidden_layers != config.architecture {
        return Err(mismatch(format!(
            "The checkpoint is of a network with the hidden layers {}, not {}",
            convert::hidden_layers(&checkpoint.hidden_layers),
            convert::hidden_layers(&config.architecture)
        )));
    }
    if checkpoint.activation != config.activation {
        return Err(mismatch(format!(
            "The checkpoint is of a network with the activation {}, not {}",
            checkpoint.activation.as_str(),
            config.activation.as_str()
        )));
    }
    Ok(())
}

fn mismatch(message: String) -> RequestError {
    RequestError::new(ErrorCode::CheckpointMismatch, message).with_field("checkpoint")
}

/// Training has left the finite numbers.
pub(super) fn diverged() -> RequestError {
    RequestError::new(
        ErrorCode::Diverged,
        "Training diverged: the loss or the weights are no longer finite. \
         The last good weights are kept; try a lower learning rate",
    )
}
