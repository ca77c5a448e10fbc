//! Options for every setting of the page, and for the seeds of a run.

use clap::builder::RangedU64ValueParser;
use nnvisu_core::{
    Activation, Architecture, BatchSize, Dropout, HiddenLayers, LearningRate, OptimizerKind, Seeds,
    TrainingConfig, WeightDecay,
};

use crate::value_parsers;

/// The settings of the network and its training; what is not given stays as it was.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Network and training")]
pub(crate) struct SettingArgs {
    /// Units of each hidden layer, joined by hyphens; 0 means none [default: 10-5]
    #[arg(long, value_name = "SIZES", visible_alias = "architecture")]
    hidden_layers: Option<HiddenLayers>,

    /// Function after each hidden layer [default: tanh]
    #[arg(long, value_name = "NAME", value_parser = value_parsers::activation())]
    activation: Option<Activation>,

    /// Share of the hidden units that each step leaves out [default: 0]
    #[arg(long, value_name = "P", value_parser = value_parsers::dropout, allow_negative_numbers = true)]
    dropout: Option<Dropout>,

    /// Rule that turns gradients into steps [default: adam]
    #[arg(long, value_name = "NAME", value_parser = value_parsers::optimizer())]
    optimizer: Option<OptimizerKind>,

    /// Factor of each step [default: 0.01]
    #[arg(long, value_name = "RATE", value_parser = value_parsers::learning_rate,
          allow_negative_numbers = true)]
    learning_rate: Option<LearningRate>,

    /// L2 regularization (weight decay) [default: 0]
    #[arg(long, value_name = "LAMBDA", value_parser = value_parsers::weight_decay,
          allow_negative_numbers = true)]
    l2: Option<WeightDecay>,

    /// Points of each step; 0 means all [default: 0]
    #[arg(long, value_name = "N", value_parser = value_parsers::batch_size,
          allow_negative_numbers = true)]
    batch_size: Option<BatchSize>,
}

impl SettingArgs {
    /// What `architecture` becomes.
    pub(crate) fn architecture(&self, mut architecture: Architecture) -> Architecture {
        if let Some(hidden_layers) = &self.hidden_layers {
            architecture = architecture.with_hidden_layers(hidden_layers);
        }
        if let Some(activation) = self.activation {
            architecture = architecture.with_activation(activation);
        }
        if let Some(dropout) = self.dropout {
            architecture = architecture.with_dropout(dropout);
        }
        architecture
    }

    /// What `training` becomes.
    pub(crate) fn training(&self, training: TrainingConfig) -> TrainingConfig {
        TrainingConfig {
            optimizer: self.optimizer.unwrap_or(training.optimizer),
            learning_rate: self.learning_rate.unwrap_or(training.learning_rate),
            weight_decay: self.l2.unwrap_or(training.weight_decay),
            batch_size: self.batch_size.unwrap_or(training.batch_size),
        }
    }
}

/// The seeds of a run, all from one or each by itself.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Seeds")]
pub(crate) struct SeedArgs {
    /// Seed that the three below come from, unless given themselves [default: 1]
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,

    /// Seed of the initial weights
    #[arg(long, value_name = "SEED", value_parser = single_seed())]
    seed_init: Option<u64>,

    /// Seed of the choice of points for each step
    #[arg(long, value_name = "SEED", value_parser = single_seed())]
    seed_batches: Option<u64>,

    /// Seed of the units that dropout leaves out
    #[arg(long, value_name = "SEED", value_parser = single_seed())]
    seed_dropout: Option<u64>,
}

/// The seed where none is given: the same command gives the same result.
pub(crate) const DEFAULT_SEED: u64 = 1;

/// Single seeds go into session files, which browsers read too.
fn single_seed() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(0..=Seeds::MAX_DERIVED)
}

impl SeedArgs {
    /// Whether any seed is given.
    pub(crate) fn is_given(&self) -> bool {
        let each = [self.seed_init, self.seed_batches, self.seed_dropout];
        self.seed.is_some() || each.iter().any(Option::is_some)
    }

    /// The seeds of a new run.
    pub(crate) fn fresh(&self) -> Seeds {
        self.over(Seeds::from_master(DEFAULT_SEED))
    }

    /// What `seeds` become.
    pub(crate) fn over(&self, seeds: Seeds) -> Seeds {
        let base = self.seed.map_or(seeds, Seeds::from_master);
        Seeds {
            init: self.seed_init.unwrap_or(base.init),
            batches: self.seed_batches.unwrap_or(base.batches),
            dropout: self.seed_dropout.unwrap_or(base.dropout),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Args {
        #[command(flatten)]
        settings: SettingArgs,
        #[command(flatten)]
        seeds: SeedArgs,
    }

    fn parse(args: &str) -> Args {
        let args = ["test"].into_iter().chain(args.split_whitespace());
        Args::try_parse_from(args).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn what_is_not_given_stays() {
        let args = parse("");
        let dropout = Dropout::new(0.5).unwrap();
        let network = Architecture::uniform(&"7".parse().unwrap(), Activation::Gelu, dropout);
        let training = TrainingConfig {
            optimizer: OptimizerKind::Sgd,
            batch_size: BatchSize::new(3).unwrap(),
            ..TrainingConfig::default()
        };
        assert_eq!(args.settings.architecture(network.clone()), network);
        assert_eq!(args.settings.training(training), training);
        let seeds = Seeds::from_master(77);
        assert_eq!(args.seeds.over(seeds), seeds);
        assert!(!args.seeds.is_given());
    }

    #[test]
    fn everything_can_be_set() {
        let args = parse(
            "--hidden-layers 4-3 --activation leaky_relu --dropout 0.25 --optimizer rmsprop \
             --learning-rate 1e-3 --l2 0.5 --batch-size 16 --seed 9 --seed-dropout 4",
        );
        let network = args.settings.architecture(Architecture::default());
        assert_eq!(network.hidden_layers().sizes(), [4, 3]);
        let dropout = Dropout::new(0.25).unwrap();
        let uniform = network.uniform_layers();
        assert_eq!(uniform, Some((Activation::LeakyRelu, dropout)));
        let training = args.settings.training(TrainingConfig::default());
        assert_eq!(training.optimizer, OptimizerKind::RmsProp);
        assert_eq!(training.learning_rate, LearningRate::new(0.001).unwrap());
        assert_eq!(training.weight_decay, WeightDecay::new(0.5).unwrap());
        assert_eq!(training.batch_size, BatchSize::new(16).unwrap());
        assert!(args.seeds.is_given());
        let seeds = Seeds {
            dropout: 4,
            ..Seeds::from_master(9)
        };
        assert_eq!(args.seeds.fresh(), seeds);
    }
}
