//! `nnvisu generate`.

use std::process::ExitCode;

use nnvisu_core::files::csv;
use nnvisu_core::{ClassCount, DEFAULT_N_POINTS, Distribution, generate_seeded};

use crate::output::Output;
use crate::settings::DEFAULT_SEED;
use crate::value_parsers;

#[derive(Debug, clap::Args)]
pub(crate) struct Generate {
    /// The family of shapes
    #[arg(value_name = "DISTRIBUTION", value_parser = value_parsers::distribution())]
    distribution: Distribution,

    /// Number of classes, 2 to 8
    #[arg(long, value_name = "N", value_parser = value_parsers::class_count, default_value = "2")]
    classes: ClassCount,

    /// Number of points of all classes together
    #[arg(long, value_name = "N", value_parser = value_parsers::point_count,
          default_value_t = DEFAULT_N_POINTS)]
    points: usize,

    /// The same seed gives the same points
    #[arg(long, value_name = "SEED", default_value_t = DEFAULT_SEED)]
    seed: u64,

    /// File to write; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: Output,
}

/// Writes generated points as CSV.
pub(crate) fn run(args: &Generate) -> anyhow::Result<ExitCode> {
    let data = generate_seeded(args.distribution, args.classes, args.points, args.seed);
    args.output.write(csv::write(&data).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
