//! Planes as differences of neighbours, deflated: what any language decodes with its standard
//! library.
//!
//! Each value is replaced by itself less its left and its upper neighbour plus the one above left,
//! modulo 256; outside the plane there are zeros. These differences, mostly zeros where a map is
//! smooth, are one zlib stream (RFC 1950). Two running sums, along the rows and along the columns,
//! give the values back.

use std::io::Read;

use flate2::read::ZlibDecoder;
use flate2::{Compress, Compression, FlushCompress, Status};

use super::planes::Precision;
use super::{FrameError, MapSize};

/// Memory that is kept from one frame to the next.
#[derive(Debug, Default)]
pub(super) struct Deflater {
    differences: Vec<u8>,
    /// Takes a third of a megabyte, so it is made for those who ask for it.
    zlib: Option<Compress>,
}

impl Deflater {
    /// Appends the precision and the compressed planes.
    pub(super) fn compress(
        &mut self,
        planes: &[u8],
        size: MapSize,
        precision: Precision,
        out: &mut Vec<u8>,
    ) {
        let Self { differences, zlib } = self;
        let zlib = zlib.get_or_insert_with(|| Compress::new(Compression::default(), true));
        let values_of_bytes = precision.values_of_bytes();
        differences.clear();
        differences.extend(
            planes
                .iter()
                .map(|&byte| values_of_bytes[usize::from(byte)]),
        );
        for plane in differences.chunks_exact_mut(size.n_pixels()) {
            subtract_neighbors(plane, size.width.into());
        }
        out.push(precision.max_value());
        zlib.reset();
        loop {
            let n_read = zlib.total_in() as usize;
            out.reserve(differences.len() / 16 + 64);
            let status = zlib.compress_vec(&differences[n_read..], out, FlushCompress::Finish);
            if status.expect("memory is never out of order") == Status::StreamEnd {
                break;
            }
        }
    }
}

/// The planes that [`Deflater::compress`] wrote after the precision. The caller has bounded
/// their size.
pub(super) fn decompress(
    bytes: &[u8],
    size: MapSize,
    precision: Precision,
) -> Result<Vec<u8>, FrameError> {
    let mut planes = vec![0; size.n_posteriors()];
    let mut zlib = ZlibDecoder::new(bytes);
    let is_complete = zlib.read_exact(&mut planes).is_ok()
        && matches!(zlib.read(&mut [0]), Ok(0))
        && zlib.total_in() == bytes.len() as u64;
    if !is_complete {
        return Err(FrameError::Damaged);
    }
    for plane in planes.chunks_exact_mut(size.n_pixels()) {
        add_neighbors(plane, size.width.into());
    }
    if planes.iter().any(|&value| value > precision.max_value()) {
        return Err(FrameError::Damaged);
    }
    precision.scale_to_bytes(&mut planes);
    Ok(planes)
}

/// Replaces each value by value − left − above + above left.
fn subtract_neighbors(plane: &mut [u8], width: usize) {
    for idx in (width..plane.len()).rev() {
        plane[idx] = plane[idx].wrapping_sub(plane[idx - width]);
    }
    for row in plane.chunks_exact_mut(width) {
        for column in (1..width).rev() {
            row[column] = row[column].wrapping_sub(row[column - 1]);
        }
    }
}

/// The inverse of [`subtract_neighbors`]: running sums along the rows, then along the columns.
fn add_neighbors(plane: &mut [u8], width: usize) {
    for row in plane.chunks_exact_mut(width) {
        for column in 1..width {
            row[column] = row[column].wrapping_add(row[column - 1]);
        }
    }
    for idx in width..plane.len() {
        plane[idx] = plane[idx].wrapping_add(plane[idx - width]);
    }
}
