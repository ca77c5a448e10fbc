//! Our codec for planes of posteriors.
//!
//! What a network says changes little from one pixel to the next, is often as good as certain,
//! and sums to 1 over the classes. So the planes are coded one after the other, each posterior
//! predicted from its neighbours and from what the earlier planes leave of 1; the last plane
//! follows from the others and is not coded.
//!
//! The design is that of LOCO-I, the algorithm of JPEG-LS (M. Weinberger, G. Seroussi, G. Sapiro,
//! "The LOCO-I lossless image compression algorithm", 2000; ITU-T T.87): a predictor over the
//! neighbours, contexts made of the local gradients, and a run mode where these are all zero. In
//! place of its Golomb codes there is an adaptive binary range coder, and the contexts also see
//! the prediction errors of the neighbours.
//!
//! `PROTOCOL.md` describes the format for people who write a decoder in another language.

mod pixel_model;
mod plane;
mod range_coder;

use std::num::NonZeroU8;

use self::pixel_model::PixelModel;
use self::plane::{Row, code_plane};
use self::range_coder::{Damaged, Decoder, Encoder};
use super::{FrameError, MapSize};

/// How finely compressed posteriors are told apart: what stands for posterior 1.
///
/// With [`Precision::FULL`] the bytes are kept, but for those that the sum of each pixel takes
/// back. Coarser ones are for slow links: every halving saves about a quarter of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Precision(NonZeroU8);

impl Precision {
    /// All 256 values of a byte.
    pub const FULL: Self = Self(NonZeroU8::MAX);

    /// Posterior 1 is `max_value`: there are `max_value` + 1 values. `None` for 0.
    #[must_use]
    pub const fn new(max_value: u8) -> Option<Self> {
        match NonZeroU8::new(max_value) {
            Some(max_value) => Some(Self(max_value)),
            None => None,
        }
    }

    /// What stands for posterior 1.
    #[must_use]
    pub const fn max_value(self) -> u8 {
        self.0.get()
    }

    /// For each byte, of which 255 is posterior 1, the nearest of the values of this precision.
    pub(super) fn values_of_bytes(self) -> [u8; 256] {
        std::array::from_fn(|byte| scale(byte, 255, self.max_value().into()))
    }

    /// Replaces each of the values of this precision by the nearest byte.
    pub(super) fn scale_to_bytes(self, values: &mut [u8]) {
        if self == Self::FULL {
            return;
        }
        let max_value = usize::from(self.max_value());
        let mut bytes_of_values = [0; 256];
        for (value, byte) in bytes_of_values[..=max_value].iter_mut().enumerate() {
            *byte = scale(value, max_value, 255);
        }
        for value in values {
            *value = bytes_of_values[usize::from(*value)];
        }
    }
}

/// `value` of `from` in parts of `to`, rounded; halves are rounded up.
fn scale(value: usize, from: usize, to: usize) -> u8 {
    ((2 * value * to + from) / (2 * from)) as u8
}

/// Whether the planes of a frame add up to 1 at every pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sum {
    /// They do, as posteriors of all classes: each plane is limited by what the earlier ones
    /// leave, and the last one is not coded.
    One,
    /// Each plane is on its own.
    Free,
}

/// Memory that is kept from one frame to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Workspace {
    plane: Vec<u8>,
    remaining: Vec<u8>,
    row: Row,
}

/// Appends the precision and the compressed planes, of which there are at least two.
pub(super) fn compress(
    planes: &[u8],
    size: MapSize,
    sum: Sum,
    precision: Precision,
    work: &mut Workspace,
    out: &mut Vec<u8>,
) {
    let Workspace {
        plane,
        remaining,
        row,
    } = work;
    out.push(precision.max_value());
    remaining.clear();
    remaining.resize(size.n_pixels(), precision.max_value());
    let values_of_bytes = precision.values_of_bytes();
    let mut coder = Encoder::new(out);
    let mut model = PixelModel::NEW;
    for bytes in planes[..n_coded(size, sum)].chunks_exact(size.n_pixels()) {
        if sum == Sum::Free {
            remaining.fill(precision.max_value());
        }
        // Rounded one by one, posteriors can sum to more than 1: the later ones are cut.
        let values = bytes.iter().map(|&byte| values_of_bytes[usize::from(byte)]);
        let values = values
            .zip(&*remaining)
            .map(|(value, &remaining)| value.min(remaining));
        plane.clear();
        plane.extend(values);
        let width = size.width.into();
        code_plane(&mut coder, &mut model, row, width, plane, remaining)
            .expect("only reading can fail");
    }
    coder.finish();
}

/// Values that are coded; the others follow from them.
fn n_coded(size: MapSize, sum: Sum) -> usize {
    match sum {
        Sum::One => size.n_posteriors() - size.n_pixels(),
        Sum::Free => size.n_posteriors(),
    }
}

/// The planes that [`compress`] wrote after the precision. The caller has bounded their size.
pub(super) fn decompress(
    bytes: &[u8],
    size: MapSize,
    sum: Sum,
    precision: Precision,
) -> Result<Vec<u8>, FrameError> {
    let mut planes = vec![0; size.n_posteriors()];
    let (coded, last) = planes.split_at_mut(n_coded(size, sum));
    match sum {
        // What all other planes leave is the last one.
        Sum::One => {
            last.fill(precision.max_value());
            read_planes(bytes, size, coded, last, |_| {})
        }
        Sum::Free => {
            let mut remaining = vec![0; size.n_pixels()];
            let start_plane = |remaining: &mut [u8]| remaining.fill(precision.max_value());
            read_planes(bytes, size, coded, &mut remaining, start_plane)
        }
    }
    .map_err(|Damaged| FrameError::Damaged)?;
    precision.scale_to_bytes(&mut planes);
    Ok(planes)
}

/// Reads the coded planes; `start_plane` sets what remains of 1 for the next one.
fn read_planes(
    bytes: &[u8],
    size: MapSize,
    coded: &mut [u8],
    remaining: &mut [u8],
    start_plane: impl Fn(&mut [u8]),
) -> Result<(), Damaged> {
    let mut coder = Decoder::new(bytes);
    let mut model = PixelModel::NEW;
    let mut row = Row::default();
    for plane in coded.chunks_exact_mut(remaining.len()) {
        start_plane(remaining);
        let width = size.width.into();
        code_plane(&mut coder, &mut model, &mut row, width, plane, remaining)?;
    }
    coder.finish()
}
