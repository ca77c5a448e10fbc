//! A vector of `f32` that starts on a cache line, so that no vector load straddles two.

use std::ops::{Deref, DerefMut};

/// Floats in one 64-byte line, the widest vector register there is.
pub(crate) const LINE: usize = 16;

/// A fixed-length, zero-initialised `[f32]` whose first element lies on a 64-byte boundary.
///
/// Plain `Vec<f32>` is only 4-byte aligned; with 64-byte vectors that makes every load touch two
/// cache lines. The alignment is found within a slightly larger `Vec`, which needs no `unsafe`.
pub(crate) struct AlignedVec {
    storage: Vec<f32>,
    offset: usize,
    len: usize,
}

impl AlignedVec {
    /// `len` zeros.
    pub(crate) fn zeros(len: usize) -> Self {
        let storage = vec![0.0; len + LINE - 1];
        let offset = storage.as_ptr().align_offset(LINE * size_of::<f32>());
        // `align_offset` may in theory give up; the values are right then too, only slower.
        let offset = if offset < LINE { offset } else { 0 };
        Self {
            storage,
            offset,
            len,
        }
    }

    /// A copy of `values`, followed by zeros up to a whole number of lines.
    pub(crate) fn padded_copy(values: &[f32]) -> Self {
        let mut copy = Self::zeros(padded(values.len()));
        copy[..values.len()].copy_from_slice(values);
        copy
    }
}

/// The smallest multiple of [`LINE`] that is at least `len`.
pub(crate) fn padded(len: usize) -> usize {
    len.next_multiple_of(LINE)
}

impl Deref for AlignedVec {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.storage[self.offset..self.offset + self.len]
    }
}

impl DerefMut for AlignedVec {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.storage[self.offset..self.offset + self.len]
    }
}

impl Clone for AlignedVec {
    // A copied `Vec` lies elsewhere, so the offset has to be found anew.
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl std::fmt::Debug for AlignedVec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_on_a_line_also_when_cloned() {
        for len in [0, 1, 15, 16, 17, 1000] {
            let mut values = AlignedVec::zeros(len);
            values
                .iter_mut()
                .enumerate()
                .for_each(|(i, v)| *v = i as f32);
            let copy = values.clone();
            assert_eq!(values.as_ptr().align_offset(64), 0);
            assert_eq!(copy.as_ptr().align_offset(64), 0);
            assert_eq!(&*values, &*copy);
        }
    }

    #[test]
    fn padded_copy_ends_in_zeros() {
        let copy = AlignedVec::padded_copy(&[1.0, 2.0, 3.0]);
        assert_eq!(copy.len(), 16);
        assert_eq!(&copy[..4], &[1.0, 2.0, 3.0, 0.0]);
    }
}
