//! Where points and sessions come from: files, standard input, generators.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context as _, bail, ensure};
use clap::ArgGroup;
use nnvisu_core::files::json::{self, InvalidModel};
use nnvisu_core::files::session::{self, InvalidSession};
use nnvisu_core::files::{self, csv};
use nnvisu_core::{
    ClassCount, DEFAULT_N_POINTS, Dataset, Distribution, Mlp, Trainer, generate_seeded,
};

use crate::settings::DEFAULT_SEED;
use crate::value_parsers;

/// A file to read, or standard input for `-`.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// `-`
    Stdin,
    /// Anything else.
    File(PathBuf),
}

impl FromStr for Input {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" => Err("a file name is missing"),
            "-" => Ok(Self::Stdin),
            path => Ok(Self::File(path.into())),
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl Input {
    /// Everything that is there.
    fn read(&self) -> anyhow::Result<Vec<u8>> {
        let reader: Box<dyn Read> = match self {
            Self::Stdin => Box::new(io::stdin().lock()),
            Self::File(path) => Box::new(File::open(path).with_context(|| self.cannot_read())?),
        };
        let mut bytes = Vec::new();
        reader
            .take(files::MAX_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .with_context(|| self.cannot_read())?;
        ensure!(
            bytes.len() <= files::MAX_BYTES,
            "{self} is larger than {} MiB",
            files::MAX_BYTES / 1024 / 1024
        );
        Ok(bytes)
    }

    fn cannot_read(&self) -> String {
        format!("Cannot read {self}")
    }

    /// The points of a CSV file.
    pub(crate) fn read_points(&self) -> anyhow::Result<Dataset> {
        let bytes = self.read()?;
        csv::read(&bytes).with_context(|| self.to_string())
    }

    /// A network, from a session file or a model as JSON.
    pub(crate) fn read_network(&self) -> anyhow::Result<Saved> {
        let bytes = self.read()?;
        let network = match session::read(&bytes) {
            Err(InvalidSession::NotASession) => match json::read(&bytes) {
                Err(InvalidModel::NotAModel) => {
                    bail!("{self}: This is neither an nnvisu session nor a model as JSON")
                }
                model => Saved::Model(model.with_context(|| self.to_string())?),
            },
            session => Saved::Session(Box::new(session.with_context(|| self.to_string())?)),
        };
        Ok(network)
    }

    /// Points or a run, whichever the file holds.
    pub(crate) fn read_either(&self) -> anyhow::Result<Start> {
        let bytes = self.read()?;
        // Sessions are JSON objects, and no CSV begins with a brace.
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(&b'{') {
            let trainer = session::read(&bytes).with_context(|| self.to_string())?;
            Ok(Start::Session(Box::new(trainer)))
        } else {
            let data = csv::read(&bytes).with_context(|| self.to_string())?;
            Ok(Start::Points(data))
        }
    }
}

/// A network that was written earlier.
pub(crate) enum Saved {
    /// With all that belongs to its training.
    Session(Box<Trainer>),
    /// Alone.
    Model(Mlp),
}

impl Saved {
    pub(crate) fn mlp(&self) -> &Mlp {
        match self {
            Self::Session(trainer) => trainer.mlp(),
            Self::Model(mlp) => mlp,
        }
    }

    /// The session it comes from.
    pub(crate) fn session(&self) -> Option<&Trainer> {
        match self {
            Self::Session(trainer) => Some(trainer),
            Self::Model(_) => None,
        }
    }
}

/// What a training run begins with.
pub(crate) enum Start {
    /// Points alone.
    Points(Dataset),
    /// A run to be continued.
    Session(Box<Trainer>),
}

/// Points of a file or a generator, or a session.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
#[command(group = ArgGroup::new("start").required(true).args(["file", "generate"]))]
pub(crate) struct StartArgs {
    /// Points as CSV (x, y, label), or a .nnvisu session; - reads standard input
    #[arg(value_name = "FILE")]
    file: Option<Input>,

    /// Generate the points instead
    #[arg(long, short, value_name = "DISTRIBUTION", value_parser = value_parsers::distribution(),
          help_heading = "Generated points")]
    generate: Option<Distribution>,

    /// Number of classes, 2 to 8 [default: 2]
    #[arg(long, value_name = "N", value_parser = value_parsers::class_count, conflicts_with = "file",
          help_heading = "Generated points")]
    classes: Option<ClassCount>,

    /// Number of points of all classes together [default: 200]
    #[arg(long, value_name = "N", value_parser = value_parsers::point_count, conflicts_with = "file",
          help_heading = "Generated points")]
    points: Option<usize>,

    /// Seed of the points [default: 1]
    #[arg(
        long,
        value_name = "SEED",
        conflicts_with = "file",
        help_heading = "Generated points"
    )]
    data_seed: Option<u64>,
}

impl StartArgs {
    /// Reads or generates it.
    pub(crate) fn read(&self) -> anyhow::Result<Start> {
        match (&self.file, self.generate) {
            (Some(input), _) => input.read_either(),
            (None, Some(distribution)) => Ok(Start::Points(generate_seeded(
                distribution,
                self.classes.unwrap_or_default(),
                self.points.unwrap_or(DEFAULT_N_POINTS),
                self.data_seed.unwrap_or(DEFAULT_SEED),
            ))),
            (None, None) => unreachable!("one of the two is required"),
        }
    }
}
