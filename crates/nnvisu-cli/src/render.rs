//! `nnvisu render`.

use std::process::ExitCode;

use anyhow::bail;
use nnvisu_core::{Grid, Palette, Rasterizer};

use crate::choices;
use crate::input::Input;
use crate::output::Output;
use crate::picture::draw_map;

#[derive(Debug, clap::Args)]
pub(crate) struct Render {
    /// The .nnvisu session, or the model as JSON, that is drawn; - reads standard input
    #[arg(value_name = "SESSION")]
    network: Input,

    /// PNG file to write; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: Output,

    /// Width in pixels, 2 to 4096
    #[arg(long, value_name = "PIXELS", value_parser = choices::side, default_value = "512")]
    width: usize,

    /// Height in pixels, 2 to 4096 [default: the width]
    #[arg(long, value_name = "PIXELS", value_parser = choices::side)]
    height: Option<usize>,

    /// Draw the session's points over the map
    #[arg(long)]
    points: bool,

    /// Colours of the classes
    #[arg(long, value_name = "NAME", value_parser = choices::palette(), default_value = choices::PALETTES[0])]
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
    let picture = draw_map(&mut rasterizer, network.mlp(), points, grid, &args.palette);
    args.output.write(&picture.png()?)?;
    Ok(ExitCode::SUCCESS)
}
