//! The way through one plane: row by row, in runs where the neighbours are level, else posterior
//! by posterior.

use super::model::{Model, Neighbour, Place};
use super::range_coder::{Coder, Damaged};

/// What the next row sees: the row above a place, and left of the place the same row already.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// One more than the others: right of the last column is the last column.
    values: Vec<u8>,
    errors: Vec<i16>,
    is_full: Vec<bool>,
}

impl Row {
    fn fill(&mut self, width: usize, with: Neighbour) {
        self.values.clear();
        self.values.resize(width + 1, with.value);
        self.errors.clear();
        self.errors.resize(width, with.error);
        self.is_full.clear();
        self.is_full.resize(width, with.is_full);
    }

    fn at(&self, column: usize) -> Neighbour {
        Neighbour {
            value: self.values[column],
            error: self.errors[column],
            is_full: self.is_full[column],
        }
    }

    fn set(&mut self, column: usize, decided: Neighbour) {
        self.values[column] = decided.value;
        self.errors[column] = decided.error;
        self.is_full[column] = decided.is_full;
    }
}

/// Codes a plane of rows of `width`. `rest` is what the planes before it have left of the whole,
/// and then what this one leaves. When writing, no value of `plane` exceeds it.
pub(super) fn code_plane<C: Coder>(
    coder: &mut C,
    model: &mut Model,
    above: &mut Row,
    width: usize,
    plane: &mut [u8],
    rest: &mut [u8],
) -> Result<(), Damaged> {
    // The first posterior stands for all that is above the plane and to its left.
    let first = coder.number(u32::from(rest[0]) + 1, u32::from(plane[0]))? as u8;
    let border = Neighbour {
        value: first,
        error: 0,
        is_full: first == rest[0],
    };
    above.fill(width, border);
    plane[0] = first;
    rest[0] -= first;
    let rows = plane.chunks_exact_mut(width);
    let rows = rows.zip(rest.chunks_exact_mut(width)).enumerate();
    for (idx, (plane, rest)) in rows {
        let left = above.at(0);
        let mut row = RowInWork {
            plane,
            rest,
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

/// A row of the plane, decided up to `column`.
struct RowInWork<'a> {
    /// When writing, the values; when reading, where they go.
    plane: &'a mut [u8],
    rest: &'a mut [u8],
    above: &'a mut Row,
    column: usize,
    left: Neighbour,
    above_left: u8,
}

impl RowInWork<'_> {
    fn code<C: Coder>(&mut self, coder: &mut C, model: &mut Model) -> Result<(), Damaged> {
        while self.column < self.plane.len() {
            let place = self.place();
            if place.limit == 0 {
                self.decide(&place, 0);
                continue;
            }
            if place.is_level() {
                let n = self.run_length(place.left.value);
                if n > 0 {
                    self.code_run(coder, model, n)?;
                    continue;
                }
            }
            let given = coder.given(|| self.plane[self.column]);
            let value = model.code_value(coder, &place, given)?;
            self.decide(&place, value);
        }
        Ok(())
    }

    fn place(&self) -> Place {
        Place {
            left: self.left,
            above: self.above.at(self.column),
            above_left: self.above_left,
            above_right: self.above.values[self.column + 1],
            limit: self.rest[self.column],
        }
    }

    fn decide(&mut self, place: &Place, value: u8) {
        let decided = Neighbour {
            value,
            error: (i32::from(value) - place.gradient()) as i16,
            is_full: value == place.limit,
        };
        self.plane[self.column] = value;
        self.rest[self.column] -= value;
        self.above_left = place.above.value;
        self.above.set(self.column, decided);
        self.left = decided;
        self.column += 1;
    }

    /// How far the neighbours would stay level if all that follows were `value`, and it can be.
    fn run_length(&self, value: u8) -> usize {
        let above = self.above.values[self.column..].windows(2);
        above
            .zip(&self.rest[self.column..])
            .take_while(|&(pair, &limit)| pair == [value, value] && value <= limit)
            .count()
    }

    /// At most `n` posteriors that equal their neighbours; if fewer, then also the next one.
    fn code_run<C: Coder>(
        &mut self,
        coder: &mut C,
        model: &mut Model,
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
            let place = self.place();
            let given = coder.given(|| self.plane[self.column]);
            let value = model.code_break(coder, &place, given)?;
            self.decide(&place, value);
        }
        Ok(())
    }

    /// Decides `n` posteriors to be `value`, as their neighbours are.
    fn repeat(&mut self, value: u8, n: usize) {
        if n == 0 {
            return;
        }
        let run = self.column..self.column + n;
        self.plane[run.clone()].fill(value);
        self.above.errors[run.clone()].fill(0);
        let rest = self.rest[run.clone()].iter_mut();
        for (rest, is_full) in rest.zip(&mut self.above.is_full[run]) {
            *rest -= value;
            *is_full = *rest == 0;
        }
        self.column += n;
        self.left = self.above.at(self.column - 1);
        self.above_left = value;
    }
}
