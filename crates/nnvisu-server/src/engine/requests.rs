//! What each request does to a run, whatever dialect it came in.

use nnvisu_core::{DEFAULT_N_POINTS, Seeds};
use nnvisu_protocol::{
    ArchitectureSynced, Checkpoint, Config, ErrorCode, LayerSpec, Request, RequestError, Response,
    Seed, SessionState, limits::MAX_SEED,
};

use super::{Engine, convert, run::Run, time::Timestamp, work::Work};

/// The index of the run that requests are about.
pub(super) const RUN: usize = 0;

/// Where fresh random numbers come from.
pub(crate) type Entropy = Box<dyn FnMut() -> u64 + Send>;

/// What requests act on.
pub(super) struct Context<'a> {
    pub(super) engine: &'a mut Engine,
    pub(super) entropy: &'a mut Entropy,
    pub(super) now: Timestamp,
}

impl Context<'_> {
    pub(super) fn run(&self) -> &Run {
        self.engine.run(RUN)
    }

    pub(super) fn run_mut(&mut self) -> &mut Run {
        self.engine.run_mut(RUN)
    }

    /// Fresh random seeds.
    pub(super) fn fresh_seeds(&mut self) -> Seeds {
        Seeds::from_master((self.entropy)())
    }

    /// A fresh random seed for a data set.
    fn fresh_seed(&mut self) -> Seed {
        Seed::new((self.entropy)() & MAX_SEED).expect("masked to the range")
    }

    fn seeds(&mut self, given: Option<nnvisu_protocol::Seeds>) -> Seeds {
        given.map_or_else(|| self.fresh_seeds(), convert::seeds)
    }
}

/// What a request that was not refused has come to.
pub(super) enum Outcome {
    Done,
    Answer(Response),
    /// The answer takes longer work.
    Deferred(Work),
}

/// Does what a client asks; what cannot be done changes nothing.
pub(super) fn execute(
    request: Request,
    context: &mut Context<'_>,
) -> Result<Outcome, RequestError> {
    let now = context.now;
    match request {
        Request::StartTraining => {
            if !context.run().has_points() {
                return Err(RequestError::no_data());
            }
            context.run_mut().start(now);
        }
        Request::StopTraining => context.run_mut().stop(),
        Request::Reset { seeds } => {
            let seeds = context.seeds(seeds);
            context.run_mut().reset(seeds);
        }
        Request::UpdateConfig { payload } => context.run_mut().configure(&payload),
        Request::UpdateArchitecture { payload, seeds } => {
            let seeds = context.seeds(seeds);
            let run = context.run_mut();
            run.rebuild(payload, seeds);
            return Ok(Outcome::Answer(Response::ArchitectureSynced {
                payload: ArchitectureSynced::new(run.config().architecture.clone()),
            }));
        }
        Request::UpdateData { data } => context.run_mut().set_points(convert::dataset(&data)),
        Request::EditData(edit) => {
            let mut points = convert::wire_points(context.run().trainer().data());
            edit.apply(&mut points)?;
            context.run_mut().set_points(convert::dataset(&points));
        }
        // What a client sees is between the dialect and the viewer.
        Request::View(_) => {}
        Request::GenerateData {
            distribution,
            num_classes,
            seed,
        } => {
            let response = generate_data(context, distribution, num_classes, seed);
            return Ok(Outcome::Answer(response));
        }
        Request::TrainStep {
            config,
            model,
            data,
        } => {
            let seeds = context.fresh_seeds();
            let work = Work::stateless(&config, model.as_ref(), &data, seeds)?;
            return Ok(Outcome::Deferred(work));
        }
        Request::Restore(restore) => {
            if let Some(checkpoint) = &restore.checkpoint {
                check_network(checkpoint, &restore.config)?;
            }
            let fresh = context.fresh_seeds();
            let restored = context.run_mut().restore(*restore, fresh, now);
            restored.map_err(|error| mismatch(error.to_string()))?;
        }
        Request::SetSpeed { steps_per_second } => {
            context.run_mut().set_speed(steps_per_second, now);
        }
        Request::Step => {
            if !context.run().has_points() {
                return Err(RequestError::no_data());
            }
            context.run_mut().stop();
            return Ok(Outcome::Deferred(Work::SingleStep));
        }
    }
    Ok(Outcome::Done)
}

fn generate_data(
    context: &mut Context<'_>,
    distribution: nnvisu_protocol::Distribution,
    num_classes: nnvisu_protocol::ClassCount,
    seed: Option<Seed>,
) -> Response {
    let seed = seed.unwrap_or_else(|| context.fresh_seed());
    let data = nnvisu_core::generate_seeded(
        convert::distribution(distribution),
        convert::class_count(num_classes),
        DEFAULT_N_POINTS,
        seed.get(),
    );
    let points = convert::wire_points(&data);
    let seeds = context.fresh_seeds();
    context.run_mut().reset_with_points(data, seeds);
    Response::DataGenerated {
        data: points,
        distribution: Some(distribution),
        num_classes: Some(num_classes),
        seed: Some(seed),
    }
}

/// How the run is now, in the words of the wire.
pub(super) fn state(run: &Run) -> SessionState {
    let trainer = run.trainer();
    let data = trainer.data();
    SessionState {
        generation: run.generation(),
        running: run.is_running(),
        step: trainer.step(),
        epoch: trainer.epoch(),
        config: run.config().clone(),
        network: convert::wire_architecture(trainer.architecture()),
        seeds: convert::wire_seeds(trainer.seeds()),
        steps_per_second: run.steps_per_second(),
        points: data.len(),
        classes: data.n_distinct_classes(),
    }
}

/// That a checkpoint is of the network that the settings ask for.
fn check_network(checkpoint: &Checkpoint, config: &Config) -> Result<(), RequestError> {
    let wanted = convert::wire_architecture(&convert::architecture(config));
    let given = &checkpoint.architecture;
    if (&given.features, &given.layers) == (&wanted.features, &wanted.layers) {
        return Ok(());
    }
    let describe = |layers: &[LayerSpec]| match layers {
        [] => "no hidden layers".to_owned(),
        layers => {
            let layers = layers.iter().map(|layer| {
                format!(
                    "{} {} units with dropout {}",
                    layer.units.get(),
                    layer.activation.as_str(),
                    layer.dropout.get()
                )
            });
            layers.collect::<Vec<_>>().join(", ")
        }
    };
    Err(mismatch(format!(
        "The checkpoint is of a network of {}, not of {}",
        describe(&given.layers),
        describe(&wanted.layers)
    )))
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
