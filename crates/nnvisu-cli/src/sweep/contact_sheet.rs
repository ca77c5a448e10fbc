//! The contact sheet of a sweep: the maps of all its runs in one image.

use anyhow::bail;
use nnvisu_core::{Grid, Palette, Rasterizer};

use super::{Outcome, Runs};
use crate::image::{CHARACTER_WIDTH, Image, LINE_HEIGHT, draw_map};
use crate::output::Output;
use crate::{text, usage_error, value_parsers};

/// Pixels between maps, and around all of them.
const GAP: usize = 8;

/// Lines of text below each map.
const N_LINES: usize = 2;

/// The largest image, in pixels.
const MAX_PIXELS: usize = 100_000_000;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Contact sheet")]
pub(super) struct ContactSheetArgs {
    /// Write the maps of all runs side by side as PNG; - is standard output, instead of the table
    #[arg(long, value_name = "FILE")]
    pub(super) png: Option<Output>,

    /// Width and height of each map in pixels
    #[arg(long, value_name = "PIXELS", value_parser = parse_tile, default_value = "160")]
    tile: usize,

    /// Leave the points out
    #[arg(long)]
    no_points: bool,

    /// Colours of the classes
    #[arg(long, value_name = "NAME", value_parser = value_parsers::palette(),
          default_value = value_parsers::PALETTES[0])]
    palette: Palette,
}

fn parse_tile(text: &str) -> Result<usize, String> {
    value_parsers::in_range(text, 16, 1024)
}

/// Where the maps lie.
struct Layout {
    n_columns: usize,
    n_rows: usize,
    tile: usize,
}

impl Layout {
    /// Seeds side by side; with one seed, the values of the last setting that varies; where there
    /// is only one such setting, as near to a square as possible.
    fn new(runs: &Runs, tile: usize) -> Self {
        let n = runs.len();
        let square = n.isqrt() + usize::from(n.isqrt().pow(2) < n);
        let n_columns = match (runs.n_seeds, &runs.varied[..]) {
            (1, [_, .., (_, n_values)]) => *n_values,
            (n_seeds, [_, ..]) if n_seeds > 1 => n_seeds,
            _ => square,
        };
        Self {
            n_columns,
            n_rows: n.div_ceil(n_columns),
            tile,
        }
    }

    fn width(&self) -> usize {
        GAP + self.n_columns * (self.tile + GAP)
    }

    fn row_height(&self) -> usize {
        self.tile + N_LINES * LINE_HEIGHT + GAP
    }

    fn height(&self) -> usize {
        GAP + LINE_HEIGHT + self.n_rows * self.row_height()
    }

    /// The upper left corner of a run's map.
    fn corner(&self, run: usize) -> (usize, usize) {
        let (row, column) = (run / self.n_columns, run % self.n_columns);
        (
            GAP + column * (self.tile + GAP),
            GAP + LINE_HEIGHT + row * self.row_height(),
        )
    }
}

impl ContactSheetArgs {
    /// Finds out whether the image can be drawn and written, before any training.
    pub(super) fn check(&self, runs: &Runs) -> anyhow::Result<()> {
        let Some(png) = &self.png else { return Ok(()) };
        let layout = Layout::new(runs, self.tile);
        if layout.width().saturating_mul(layout.height()) > MAX_PIXELS {
            bail!(usage_error(format!(
                "The image would have {} × {} pixels; make its maps smaller with --tile",
                layout.width(),
                layout.height()
            )));
        }
        png.check_binary()
    }

    /// Draws the image, if it was asked for.
    pub(super) fn write(&self, runs: &Runs, outcomes: &[Option<Outcome>]) -> anyhow::Result<()> {
        let Some(png) = &self.png else { return Ok(()) };
        let layout = Layout::new(runs, self.tile);
        let mut image = Image::blank(layout.width(), layout.height());
        let mut names: Vec<_> = runs.varied.iter().map(|(name, _)| *name).collect();
        if runs.n_seeds > 1 {
            names.push("seed");
        }
        image.write(&names.join(" / "), GAP, GAP / 2);
        let grid = Grid::new(self.tile, self.tile)?;
        let points = (!self.no_points).then_some(&runs.data);
        let mut rasterizer = Rasterizer::new();
        for (run, outcome) in outcomes.iter().enumerate() {
            let Some((outcome, mlp)) = outcome.as_ref().and_then(|o| Some((o, o.mlp.as_ref()?)))
            else {
                continue;
            };
            let map = draw_map(&mut rasterizer, mlp, points, grid, &self.palette);
            let (x, y) = layout.corner(run);
            image.paste(&map, x, y);
            for (line, text) in captions(runs, run, outcome).into_iter().enumerate() {
                let fitting: String = text.chars().take(self.tile / CHARACTER_WIDTH).collect();
                image.write(&fitting, x, y + self.tile + line * LINE_HEIGHT);
            }
        }
        png.write(&image.png()?)
    }
}

fn captions(runs: &Runs, run: usize, outcome: &Outcome) -> [String; N_LINES] {
    let mut values = runs.varied_values(run);
    if runs.n_seeds > 1 {
        values.push(runs.seed(run).to_string());
    }
    let metrics = &outcome.run.last.metrics;
    [
        values.join(" / "),
        format!(
            "{}  loss {}",
            text::percent(metrics.accuracy.into()),
            text::loss(metrics.loss.into())
        ),
    ]
}
