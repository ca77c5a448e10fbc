//! `nnvisu render`.

use std::process::ExitCode;

use anyhow::bail;
use nnvisu_core::{Grid, Palette, Rasterizer};

use crate::image::draw_map;
use crate::input::Input;
use crate::output::Output;
use crate::value_parsers;

#[derive(Debug, clap::Args)]
pub(crate) struct Render {
    /// The .nnvisu session, or the model as JSON, that is drawn; - reads standard input
    #[arg(value_name = "SESSION")]
    network: Input,

    /// PNG file to write; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: Output,

    /// Width in pixels, 2 to 4096
    #[arg(long, value_name = "PIXELS", value_parser = value_parsers::side, default_value = "512")]
    width: usize,

    /// Height in pixels, 2 to 4096 [default: the width]
    #[arg(long, value_name = "PIXELS", value_parser = value_parsers::side)]
    height: Option<usize>,

    /// Draw the session's points over the map
    #[arg(long)]
    points: bool,

    /// Colours of the classes
    #[arg(long, value_name = "NAME", value_parser = value_parsers::palette(), default_value = value_parsers::PALETTES[0])]
    palette: Palette,
}

/// Draws a session's network.
pub(crate) fn run(args: &Render) -> anyhow::Result<ExitCode> {
    args.output.check_binary()?;
    let network = args.network.read_network()?;
    let grid = Grid::new(args.width, args.height.unwrap_or(args.width))?;
    let points = match (args.points, network.session()) {
        (false, _) => None,
        (true, Some(session)) => Some(session.data()),
        (true, None) => bail!("{}: A model as JSON has no points to draw", args.network),
    };
    let mut rasterizer = Rasterizer::new();
    let image = draw_map(&mut rasterizer, network.mlp(), points, grid, &args.palette);
    args.output.write(&image.png()?)?;
    Ok(ExitCode::SUCCESS)
}
