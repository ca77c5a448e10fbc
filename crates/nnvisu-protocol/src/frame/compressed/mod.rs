//! Posteriors in few bytes.
//!
//! What a network says changes little from one place to the next, is often as good as certain,
//! and sums to 1 over the classes. So the planes are coded one after the other, each posterior
//! predicted from its neighbours and from what the planes before it have left of the whole; the
//! last plane is the rest and not coded. Where the neighbours are level, whole runs are one
//! decision. How far a prediction is off is coded in binary decisions whose probabilities are
//! learnt on the way, in contexts chosen by what lies around the place.
//!
//! `PROTOCOL.md` says the same for people who write a decoder in another language.

mod model;
mod plane;
mod range_coder;

use std::num::NonZeroU8;

use self::model::Model;
use self::plane::{Row, code_plane};
use self::range_coder::{Damaged, Decoder, Encoder};
use super::FrameError;

/// How finely compressed posteriors are told apart: what stands for posterior 1.
///
/// With [`Precision::FULL`] the bytes are kept, but for those that the sum of each pixel takes
/// back. Coarser ones are for slow links: every halving saves about a quarter of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Precision(NonZeroU8);

impl Precision {
    /// All 256 values of a byte.
    pub const FULL: Self = Self(NonZeroU8::MAX);

    /// Posterior 1 is `whole`: there are `whole` + 1 values. `None` for 0.
    #[must_use]
    pub const fn new(whole: u8) -> Option<Self> {
        match NonZeroU8::new(whole) {
            Some(whole) => Some(Self(whole)),
            None => None,
        }
    }

    /// What stands for posterior 1.
    #[must_use]
    pub const fn whole(self) -> u8 {
        self.0.get()
    }

    /// For each byte, of which 255 is posterior 1, the nearest of the values of this precision.
    fn values_of_bytes(self) -> [u8; 256] {
        std::array::from_fn(|byte| scale(byte, 255, self.whole().into()))
    }

    /// For each of the values of this precision the nearest byte; what follows them is not used.
    fn bytes_of_values(self) -> [u8; 256] {
        std::array::from_fn(|value| scale(value, self.whole().into(), 255))
    }
}

/// `value` of `from` in parts of `to`, rounded; halves are rounded up.
fn scale(value: usize, from: usize, to: usize) -> u8 {
    ((2 * value * to + from) / (2 * from)) as u8
}

/// Memory that is kept from one picture to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct WorkSpace {
    plane: Vec<u8>,
    rest: Vec<u8>,
    row: Row,
}

/// Appends the compressed planes, of which there are at least two, in rows of `width`.
pub(super) fn compress(
    planes: &[u8],
    width: usize,
    n_pixels: usize,
    precision: Precision,
    work: &mut WorkSpace,
    out: &mut Vec<u8>,
) {
    let WorkSpace { plane, rest, row } = work;
    out.push(precision.whole());
    rest.clear();
    rest.resize(n_pixels, precision.whole());
    let values_of_bytes = precision.values_of_bytes();
    let mut coder = Encoder::new(out);
    let mut model = Model::NEW;
    let n_coded = planes.len() - n_pixels;
    for bytes in planes[..n_coded].chunks_exact(n_pixels) {
        // Rounded one by one, posteriors can sum to more than the whole: the last ones give way.
        let values = bytes.iter().map(|&byte| values_of_bytes[usize::from(byte)]);
        let values = values.zip(&*rest).map(|(value, &rest)| value.min(rest));
        plane.clear();
        plane.extend(values);
        code_plane(&mut coder, &mut model, row, width, plane, rest).expect("only reading can fail");
    }
    coder.finish();
}

/// The planes that [`compress`] wrote after the precision: `classes` times `n_pixels` bytes,
/// whose number the caller has bounded.
pub(super) fn decompress(
    bytes: &[u8],
    width: usize,
    n_pixels: usize,
    classes: usize,
    precision: Precision,
) -> Result<Vec<u8>, FrameError> {
    let mut planes = vec![0; classes * n_pixels];
    let (coded, rest) = planes.split_at_mut((classes - 1) * n_pixels);
    rest.fill(precision.whole());
    read_planes(bytes, width, coded, rest).map_err(|Damaged| FrameError::Damaged)?;
    if precision != Precision::FULL {
        let bytes_of_values = precision.bytes_of_values();
        for value in &mut planes {
            *value = bytes_of_values[usize::from(*value)];
        }
    }
    Ok(planes)
}

fn read_planes(
    bytes: &[u8],
    width: usize,
    coded: &mut [u8],
    rest: &mut [u8],
) -> Result<(), Damaged> {
    let mut coder = Decoder::new(bytes);
    let mut model = Model::NEW;
    let mut row = Row::default();
    for plane in coded.chunks_exact_mut(rest.len()) {
        code_plane(&mut coder, &mut model, &mut row, width, plane, rest)?;
    }
    coder.finish()
}
