//! The scan of one plane: row by row, in runs where the local gradients are zero, else pixel by
//! pixel.

use super::pixel_model::{Neighbor, PixelContext, PixelModel};
use super::range_coder::{Coder, Damaged};

/// The causal neighbourhood: the row above the current pixel, and to its left the current row.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// One more than the others: right of the last column is the last column.
    values: Vec<u8>,
    errors: Vec<i16>,
    is_full: Vec<bool>,
}

impl Row {
    fn fill(&mut self, width: usize, with: Neighbor) {
        self.values.clear();
        self.values.resize(width + 1, with.value);
        self.errors.clear();
        self.errors.resize(width, with.error);
        self.is_full.clear();
        self.is_full.resize(width, with.is_full);
    }

    fn at(&self, column: usize) -> Neighbor {
        Neighbor {
            value: self.values[column],
            error: self.errors[column],
            is_full: self.is_full[column],
        }
    }

    fn set(&mut self, column: usize, coded: Neighbor) {
        self.values[column] = coded.value;
        self.errors[column] = coded.error;
        self.is_full[column] = coded.is_full;
    }
}

/// Codes a plane in rows of `width`. `remaining` is what the earlier planes leave of 1 at each
/// pixel, and afterwards what this one leaves. When encoding, no value of `plane` exceeds it.
pub(super) fn code_plane<C: Coder>(
    coder: &mut C,
    model: &mut PixelModel,
    above: &mut Row,
    width: usize,
    plane: &mut [u8],
    remaining: &mut [u8],
) -> Result<(), Damaged> {
    // The first posterior is the border: it stands for all that is above the plane and to its left.
    let first = coder.number(u32::from(remaining[0]) + 1, u32::from(plane[0]))? as u8;
    let border = Neighbor {
        value: first,
        error: 0,
        is_full: first == remaining[0],
    };
    above.fill(width, border);
    plane[0] = first;
    remaining[0] -= first;
    let rows = plane.chunks_exact_mut(width);
    let rows = rows.zip(remaining.chunks_exact_mut(width)).enumerate();
    for (idx, (plane, remaining)) in rows {
        let left = above.at(0);
        let mut row = RowCoder {
            plane,
            remaining,
            column: usize::from(idx == 0),
            left,
            above_left: left.value,
            above,
        };
        row.code(coder, model)?;
        above.values[width] = above.values[width - 1];
    }
    Ok(())
}

/// A row of the plane, coded up to `column`.
struct RowCoder<'a> {
    /// When writing, the values; when reading, where they go.
    plane: &'a mut [u8],
    remaining: &'a mut [u8],
    above: &'a mut Row,
    column: usize,
    left: Neighbor,
    above_left: u8,
}

impl RowCoder<'_> {
    fn code<C: Coder>(&mut self, coder: &mut C, model: &mut PixelModel) -> Result<(), Damaged> {
        while self.column < self.plane.len() {
            let pixel = self.pixel();
            if pixel.limit == 0 {
                self.advance(&pixel, 0);
                continue;
            }
            if pixel.is_level() {
                let n = self.run_length(pixel.left.value);
                if n > 0 {
                    self.code_run(coder, model, n)?;
                    continue;
                }
            }
            let given = coder.given(|| self.plane[self.column]);
            let value = model.code_value(coder, &pixel, given)?;
            self.advance(&pixel, value);
        }
        Ok(())
    }

    fn pixel(&self) -> PixelContext {
        PixelContext {
            left: self.left,
            above: self.above.at(self.column),
            above_left: self.above_left,
            above_right: self.above.values[self.column + 1],
            limit: self.remaining[self.column],
        }
    }

    fn advance(&mut self, pixel: &PixelContext, value: u8) {
        let coded = Neighbor {
            value,
            error: (i32::from(value) - pixel.planar()) as i16,
            is_full: value == pixel.limit,
        };
        self.plane[self.column] = value;
        self.remaining[self.column] -= value;
        self.above_left = pixel.above.value;
        self.above.set(self.column, coded);
        self.left = coded;
        self.column += 1;
    }

    /// Largest possible length of a run of `value` from here: while the row above equals it too.
    fn run_length(&self, value: u8) -> usize {
        let above = self.above.values[self.column..].windows(2);
        above
            .zip(&self.remaining[self.column..])
            .take_while(|&(pair, &limit)| pair == [value, value] && value <= limit)
            .count()
    }

    /// A run of at most `n` pixels and, if it is shorter, the pixel that interrupts it.
    fn code_run<C: Coder>(
        &mut self,
        coder: &mut C,
        model: &mut PixelModel,
        n: usize,
    ) -> Result<(), Damaged> {
        let value = self.left.value;
        let end = self.column + n;
        let given = coder.given(|| {
            let run = &self.plane[self.column..end];
            run.iter().take_while(|&&next| next == value).count()
        });
        let n_same = model.code_run(coder, n, given)?;
        self.repeat(value, n_same);
        if n_same < n {
            let pixel = self.pixel();
            let given = coder.given(|| self.plane[self.column]);
            let value = model.code_run_interruption(coder, &pixel, given)?;
            self.advance(&pixel, value);
        }
        Ok(())
    }

    /// Advances over `n` pixels of `value`.
    fn repeat(&mut self, value: u8, n: usize) {
        if n == 0 {
            return;
        }
        let run = self.column..self.column + n;
        self.plane[run.clone()].fill(value);
        self.above.errors[run.clone()].fill(0);
        let remaining = self.remaining[run.clone()].iter_mut();
        for (remaining, is_full) in remaining.zip(&mut self.above.is_full[run]) {
            *remaining -= value;
            *is_full = *remaining == 0;
        }
        self.column += n;
        self.left = self.above.at(self.column - 1);
        self.above_left = value;
    }
}
