//! Maps of a network: the probability of each class over the whole plane, as bytes or colours.

use crate::kernels::raster::{Blend, Quantize};
use crate::kernels::{Columns, dispatch};
use crate::propagation::Propagation;
use crate::{Feature, InstructionSet, Mlp, Palette};
use std::ops::Range;

/// Rows that are evaluated at a time; the activations of a block stay near the processor.
const BLOCK_ROWS: usize = 256;

/// What a part of a map takes is counted in multiplications: as many as the network has parameters
/// for each sample, and as many as this for whatever else has to be done for it.
const MULTIPLICATIONS_PER_SAMPLE: usize = 1_500;

/// That many are a few milliseconds.
const MULTIPLICATIONS_PER_PART: usize = 150_000_000;

/// The size of a map: its samples lie evenly over [-1, 1]², both ends included.
///
/// Row 0 is y = +1, column 0 is x = −1; maps are row-major.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grid {
    width: u16,
    height: u16,
}

/// A map size that is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "A map is {min} to {max} samples wide and high, not {width} × {height}",
    min = Grid::MIN_SIDE,
    max = Grid::MAX_SIDE
)]
pub struct InvalidGrid {
    /// The width asked for.
    pub width: usize,
    /// The height asked for.
    pub height: usize,
}

impl Grid {
    /// The smallest side: both ends of the range are samples.
    pub const MIN_SIDE: usize = 2;
    /// The largest side.
    pub const MAX_SIDE: usize = 4096;

    /// A map of `width` × `height` samples.
    ///
    /// # Errors
    ///
    /// [`InvalidGrid`] unless both are within [`Grid::MIN_SIDE`] to [`Grid::MAX_SIDE`].
    pub fn new(width: usize, height: usize) -> Result<Self, InvalidGrid> {
        let allowed = Self::MIN_SIDE..=Self::MAX_SIDE;
        if allowed.contains(&width) && allowed.contains(&height) {
            Ok(Self {
                width: width as u16,
                height: height as u16,
            })
        } else {
            Err(InvalidGrid { width, height })
        }
    }

    /// Samples per row.
    #[must_use]
    pub fn width(self) -> usize {
        usize::from(self.width)
    }

    /// Rows.
    #[must_use]
    pub fn height(self) -> usize {
        usize::from(self.height)
    }

    /// Samples in all.
    #[must_use]
    pub fn n_samples(self) -> usize {
        self.width() * self.height()
    }

    /// The x of a column: −1 for the first, exactly +1 for the last.
    #[must_use]
    pub fn x(self, column: usize) -> f32 {
        coordinate(column, self.width())
    }

    /// The y of a row: +1 for the first, exactly −1 for the last.
    #[must_use]
    pub fn y(self, row: usize) -> f32 {
        -coordinate(row, self.height())
    }
}

fn coordinate(index: usize, n: usize) -> f32 {
    2.0 * index as f32 / (n - 1) as f32 - 1.0
}

/// Draws networks. It keeps its work space, so that drawing the same network over and over
/// allocates nothing but what the output asks for.
///
/// Evaluation mode always: dropout has no part in a map. A logit that is
/// not finite counts as 0; nothing panics.
#[derive(Clone, Debug, Default)]
pub struct Rasterizer {
    instructions: InstructionSet,
    work: Option<Work>,
}

#[derive(Clone, Debug)]
struct Work {
    layer_sizes: Vec<usize>,
    propagation: Propagation,
    /// The input features of a block.
    inputs: Columns,
    colors: Columns,
    /// The x of every column of the grid.
    xs: Vec<f32>,
}

impl Rasterizer {
    /// A rasterizer without work space yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that computes with these instructions instead of the widest.
    #[must_use]
    pub fn with_instruction_set(instructions: InstructionSet) -> Self {
        Self {
            instructions,
            work: None,
        }
    }

    /// How many rows of a map take no more than a few milliseconds, 1 or more.
    #[must_use]
    pub fn rows_per_part(mlp: &Mlp, grid: Grid) -> usize {
        let per_sample = mlp.parameters().len() + MULTIPLICATIONS_PER_SAMPLE;
        let n_samples = MULTIPLICATIONS_PER_PART / per_sample;
        (n_samples / grid.width()).max(1)
    }

    /// Replaces `out` by the posteriors, quantized to bytes (0 to 255 for 0 to 1).
    ///
    /// One plane per class: class `k` at row `r`, column `c` is
    /// `out[k · width · height + r · width + c]`.
    pub fn posteriors(&mut self, mlp: &Mlp, grid: Grid, out: &mut Vec<u8>) {
        self.posteriors_rows(mlp, grid, 0..grid.height(), out);
    }

    /// Replaces the given rows of the map by the posteriors, as [`posteriors`](Self::posteriors)
    /// does for all of them: a large map can be drawn in parts, each of which takes its share of
    /// the time. The result is the same bit for bit.
    ///
    /// `out` gets the length of the whole map; its other rows stay.
    /// [`rows_per_part`](Self::rows_per_part) are a good number of rows.
    ///
    /// # Panics
    ///
    /// If a row is not below [`Grid::height`].
    pub fn posteriors_rows(
        &mut self,
        mlp: &Mlp,
        grid: Grid,
        rows: Range<usize>,
        out: &mut Vec<u8>,
    ) {
        let n_samples = grid.n_samples();
        out.resize(mlp.n_classes() * n_samples, 0);
        self.for_each_block(mlp, grid, rows, |work, first, n_rows| {
            let arch = work.propagation.arch();
            let posteriors = work.propagation.posteriors(n_rows, 255.0);
            for (class, plane) in out.chunks_exact_mut(n_samples).enumerate() {
                dispatch(
                    arch,
                    Quantize {
                        values: &posteriors.column(class)[..n_rows],
                        out: &mut plane[first..first + n_rows],
                    },
                );
            }
        });
    }

    /// Replaces `out` by the map in colours: each sample is the mean of the class colours,
    /// weighted by posterior, so that 50/50 is the arithmetic mean of two colours.
    ///
    /// Three bytes per sample, red, green, blue, row-major: width · height · 3 in all.
    pub fn rgb(&mut self, mlp: &Mlp, grid: Grid, palette: &Palette, out: &mut Vec<u8>) {
        self.rgb_rows(mlp, grid, 0..grid.height(), palette, out);
    }

    /// Replaces the given rows of the map by colours, as [`rgb`](Self::rgb) does for all of them
    /// and [`posteriors_rows`](Self::posteriors_rows) does for posteriors.
    ///
    /// # Panics
    ///
    /// If a row is not below [`Grid::height`].
    pub fn rgb_rows(
        &mut self,
        mlp: &Mlp,
        grid: Grid,
        rows: Range<usize>,
        palette: &Palette,
        out: &mut Vec<u8>,
    ) {
        out.resize(grid.n_samples() * 3, 0);
        let mut channels = [[0_u8; BLOCK_ROWS]; 3];
        self.for_each_block(mlp, grid, rows, |work, first, n_rows| {
            let arch = work.propagation.arch();
            let blend = Blend {
                palette,
                n_rows,
                posteriors: work.propagation.posteriors(n_rows, 1.0),
                out: &mut work.colors,
            };
            dispatch(arch, blend);
            for (channel, bytes) in channels.iter_mut().enumerate() {
                dispatch(
                    arch,
                    Quantize {
                        values: &work.colors.column(channel)[..n_rows],
                        out: &mut bytes[..n_rows],
                    },
                );
            }
            let pixels = out[first * 3..].chunks_exact_mut(3).take(n_rows);
            for (row, pixel) in pixels.enumerate() {
                pixel.copy_from_slice(&[channels[0][row], channels[1][row], channels[2][row]]);
            }
        });
    }

    /// Evaluates the network block by block and hands each block's logits to `use_block`, with
    /// the index of its first sample and its length.
    fn for_each_block(
        &mut self,
        mlp: &Mlp,
        grid: Grid,
        rows: Range<usize>,
        mut use_block: impl FnMut(&mut Work, usize, usize),
    ) {
        let work = self.work_for(mlp);
        work.xs.clear();
        work.xs
            .extend((0..grid.width()).map(|column| grid.x(column)));
        assert!(
            rows.end <= grid.height(),
            "row {} is not in the map",
            rows.end
        );
        let end = rows.end * grid.width();
        for first in (rows.start * grid.width()..end).step_by(BLOCK_ROWS) {
            let n_rows = BLOCK_ROWS.min(end - first);
            let features = mlp.architecture().features();
            fill_inputs(grid, features, &work.xs, first, &mut work.inputs, n_rows);
            let inputs = work.inputs.rows_from(0);
            work.propagation.forward(mlp, inputs, n_rows);
            use_block(work, first, n_rows);
        }
    }

    fn work_for(&mut self, mlp: &Mlp) -> &mut Work {
        let fits = |work: &Work| work.layer_sizes == mlp.layer_sizes();
        if !self.work.as_ref().is_some_and(fits) {
            self.work = None;
        }
        self.work.get_or_insert_with(|| Work {
            layer_sizes: mlp.layer_sizes().to_vec(),
            propagation: Propagation::new(self.instructions, mlp.layer_sizes(), BLOCK_ROWS),
            inputs: Columns::zeros(BLOCK_ROWS, mlp.layer_sizes()[0]),
            colors: Columns::zeros(BLOCK_ROWS, 3),
            xs: Vec::new(),
        })
    }
}

/// Writes the features of `n_rows` samples from sample `first` on, one column each.
fn fill_inputs(
    grid: Grid,
    features: &[Feature],
    xs: &[f32],
    first: usize,
    inputs: &mut Columns,
    n_rows: usize,
) {
    let (mut row, mut column) = (first / grid.width(), first % grid.width());
    let mut filled = 0;
    while filled < n_rows {
        let n = (grid.width() - column).min(n_rows - filled);
        let y = grid.y(row);
        for (input, feature) in features.iter().enumerate() {
            let values = &mut inputs.column_mut(input)[filled..filled + n];
            for (value, &x) in values.iter_mut().zip(&xs[column..]) {
                *value = feature.value(x, y);
            }
        }
        filled += n;
        row += 1;
        column = 0;
    }
}
