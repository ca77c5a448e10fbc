//! The matrix that the kernels read and write: a column per unit, a row per sample.

use crate::aligned::{AlignedVec, LINE};
use pulp::Simd;

/// A column-major matrix of `f32` with room for a fixed number of rows.
///
/// Each column starts on a cache line. The distance between columns is an *odd* number of lines:
/// were it a power of two, walking along a row would map to the same few sets of the first-level
/// cache over and over and evict what it is about to need.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    values: AlignedVec,
    stride: usize,
    width: usize,
}

impl Columns {
    /// Zeros, with room for `n_rows` rows in each of `n_columns` columns.
    pub(crate) fn zeros(n_rows: usize, n_columns: usize) -> Self {
        let stride = (n_rows.div_ceil(LINE).max(1) | 1) * LINE;
        Self {
            values: AlignedVec::zeros(stride * n_columns),
            stride,
            width: n_columns,
        }
    }

    /// The number of columns.
    pub(crate) fn n_columns(&self) -> usize {
        self.width
    }

    /// Column `index`, with its padding.
    pub(crate) fn column(&self, index: usize) -> &[f32] {
        &self.values[index * self.stride..][..self.stride]
    }

    /// Column `index`, with its padding.
    pub(crate) fn column_mut(&mut self, index: usize) -> &mut [f32] {
        &mut self.values[index * self.stride..][..self.stride]
    }

    /// The rows from `first` on, a multiple of [`LINE`].
    pub(crate) fn rows_from(&self, first: usize) -> Rows<'_> {
        debug_assert!(first.is_multiple_of(LINE));
        Rows {
            columns: self,
            first,
        }
    }

    /// The whole matrix as vector registers.
    #[inline(always)]
    pub(crate) fn vectors<S: Simd>(&self) -> Vectors<&[S::f32s]> {
        let (vectors, rest) = S::as_simd_f32s(&self.values);
        debug_assert!(rest.is_empty());
        Vectors {
            vectors,
            stride: self.stride / S::F32_LANES,
        }
    }

    /// The whole matrix as vector registers.
    #[inline(always)]
    pub(crate) fn vectors_mut<S: Simd>(&mut self) -> Vectors<&mut [S::f32s]> {
        let stride = self.stride / S::F32_LANES;
        let (vectors, rest) = S::as_mut_simd_f32s(&mut self.values);
        debug_assert!(rest.is_empty());
        Vectors { vectors, stride }
    }
}

/// The rows of a [`Columns`] from some row on, read in place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a> {
    columns: &'a Columns,
    first: usize,
}

impl<'a> Rows<'a> {
    /// The rows as vector registers.
    #[inline(always)]
    pub(crate) fn vectors<S: Simd>(self) -> Vectors<&'a [S::f32s]> {
        let Vectors { vectors, stride } = self.columns.vectors::<S>();
        Vectors {
            vectors: &vectors[self.first / S::F32_LANES..],
            stride,
        }
    }
}

/// A [`Columns`] seen as vector registers: column `c`, vector `v` is `vectors[c * stride + v]`.
#[derive(Clone, Copy)]
pub(crate) struct Vectors<T> {
    pub(crate) vectors: T,
    pub(crate) stride: usize,
}

/// The number of registers that `n_rows` rows take.
#[inline(always)]
pub(crate) fn n_vectors<S: Simd>(n_rows: usize) -> usize {
    n_rows.div_ceil(S::F32_LANES)
}
