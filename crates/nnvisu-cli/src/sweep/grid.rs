//! The settings that a sweep tries: every combination of the values given.

use nnvisu_core::{
    Activation, Architecture, BatchSize, Dropout, HiddenLayers, LearningRate, OptimizerKind,
    TrainingConfig, WeightDecay,
};

use crate::value_parsers;

/// One combination.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Setting {
    pub(super) hidden_layers: HiddenLayers,
    pub(super) activation: Activation,
    pub(super) dropout: Dropout,
    pub(super) training: TrainingConfig,
}

/// The same in JSON.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SettingFields {
    hidden_layers: String,
    activation: Activation,
    dropout: Dropout,
    optimizer: OptimizerKind,
    learning_rate: LearningRate,
    l2: WeightDecay,
    batch_size: BatchSize,
}

/// The names of all settings, as their options are called and in the order in which they vary.
pub(super) const NAMES: [&str; 7] = [
    "hidden-layers",
    "activation",
    "dropout",
    "optimizer",
    "learning-rate",
    "l2",
    "batch-size",
];

impl Setting {
    pub(super) fn architecture(&self) -> Architecture {
        Architecture::uniform(&self.hidden_layers, self.activation, self.dropout)
    }

    pub(super) fn fields(&self) -> SettingFields {
        SettingFields {
            hidden_layers: self.hidden_layers.to_string(),
            activation: self.activation,
            dropout: self.dropout,
            optimizer: self.training.optimizer,
            learning_rate: self.training.learning_rate,
            l2: self.training.weight_decay,
            batch_size: self.training.batch_size,
        }
    }

    /// The value of the setting called `name`.
    pub(super) fn value(&self, name: &str) -> String {
        let training = &self.training;
        match name {
            "hidden-layers" => self.hidden_layers.to_string(),
            "activation" => self.activation.to_string(),
            "dropout" => self.dropout.get().to_string(),
            "optimizer" => training.optimizer.to_string(),
            "learning-rate" => training.learning_rate.get().to_string(),
            "l2" => training.weight_decay.get().to_string(),
            "batch-size" => training.batch_size.get().to_string(),
            _ => unreachable!("{name} is no setting"),
        }
    }
}

/// Lists of values; each combination is a network to train.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Settings to combine (lists, as in 0.001,0.01,0.1)")]
pub(super) struct GridArgs {
    /// Units of each hidden layer, such as 0,4,10-5
    #[arg(
        long,
        value_name = "SIZES,…",
        value_delimiter = ',',
        visible_alias = "architecture"
    )]
    hidden_layers: Vec<HiddenLayers>,

    /// Functions after each hidden layer
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = value_parsers::activation())]
    activation: Vec<Activation>,

    /// Shares of the hidden units that each step leaves out
    #[arg(long, value_name = "P,…", value_delimiter = ',', value_parser = value_parsers::dropout,
          allow_negative_numbers = true)]
    dropout: Vec<Dropout>,

    /// Rules that turn gradients into steps
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = value_parsers::optimizer())]
    optimizer: Vec<OptimizerKind>,

    /// Factors of each step
    #[arg(long, value_name = "RATE,…", value_delimiter = ',', value_parser = value_parsers::learning_rate,
          allow_negative_numbers = true)]
    learning_rate: Vec<LearningRate>,

    /// L2 regularization (weight decay)
    #[arg(long, value_name = "LAMBDA,…", value_delimiter = ',', value_parser = value_parsers::weight_decay,
          allow_negative_numbers = true)]
    l2: Vec<WeightDecay>,

    /// Points of each step; 0 means all
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = value_parsers::batch_size,
          allow_negative_numbers = true)]
    batch_size: Vec<BatchSize>,
}

impl GridArgs {
    /// Every combination, the last setting varying fastest; where no value is given, there is that
    /// of `first`.
    pub(super) fn settings(&self, first: Setting) -> Vec<Setting> {
        let mut all = vec![first];
        vary(&mut all, &self.hidden_layers, |s, v| s.hidden_layers = v);
        vary(&mut all, &self.activation, |s, v| s.activation = v);
        vary(&mut all, &self.dropout, |s, v| s.dropout = v);
        vary(&mut all, &self.optimizer, |s, v| s.training.optimizer = v);
        vary(&mut all, &self.learning_rate, |s, v| {
            s.training.learning_rate = v;
        });
        vary(&mut all, &self.l2, |s, v| s.training.weight_decay = v);
        vary(&mut all, &self.batch_size, |s, v| s.training.batch_size = v);
        all
    }

    /// The settings with several values: their names, and how many values they have.
    pub(super) fn varied(&self) -> Vec<(&'static str, usize)> {
        let lengths = [
            self.hidden_layers.len(),
            self.activation.len(),
            self.dropout.len(),
            self.optimizer.len(),
            self.learning_rate.len(),
            self.l2.len(),
            self.batch_size.len(),
        ];
        let named = NAMES.into_iter().zip(lengths);
        named.filter(|(_, n_values)| *n_values > 1).collect()
    }
}

/// Replaces each setting by one for each of `values`, if there are any.
fn vary<T: Clone>(all: &mut Vec<Setting>, values: &[T], set: impl Fn(&mut Setting, T)) {
    if values.is_empty() {
        return;
    }
    let with = |setting: Setting| {
        values.iter().map({
            let set = &set;
            move |value| {
                let mut setting = setting.clone();
                set(&mut setting, value.clone());
                setting
            }
        })
    };
    *all = std::mem::take(all).into_iter().flat_map(with).collect();
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Args {
        #[command(flatten)]
        grid: GridArgs,
    }

    fn grid(args: &str) -> GridArgs {
        let args = ["test"].into_iter().chain(args.split_whitespace());
        let parsed = Args::try_parse_from(args).unwrap_or_else(|error| panic!("{error}"));
        parsed.grid
    }

    fn values(args: &str) -> Vec<String> {
        let grid = grid(args);
        let settings = grid.settings(Setting::default());
        let value = |setting: &Setting| {
            let values = grid
                .varied()
                .into_iter()
                .map(|(name, _)| setting.value(name));
            values.collect::<Vec<_>>().join(" ")
        };
        settings.iter().map(value).collect()
    }

    #[test]
    fn combinations_are_complete_and_in_order() {
        assert_eq!(values(""), [""]);
        assert_eq!(
            values("--learning-rate 0.001,0.01 --hidden-layers 0,10-5,3 --l2 0.5"),
            [
                "0 0.001",
                "0 0.01",
                "10-5 0.001",
                "10-5 0.01",
                "3 0.001",
                "3 0.01"
            ]
        );
        assert_eq!(
            values("--activation relu,gelu --optimizer sgd,adam --dropout 0,0.5 --batch-size 0,9")
                .len(),
            16
        );
    }

    #[test]
    fn single_values_are_set_without_varying() {
        let grid = grid("--optimizer sgd --batch-size 7 --l2 1 --dropout 0.1");
        assert!(grid.varied().is_empty());
        let settings = grid.settings(Setting::default());
        let values = NAMES.map(|name| settings[0].value(name));
        assert_eq!(values, ["10-5", "tanh", "0.1", "sgd", "0.01", "1", "7"]);
    }
}
