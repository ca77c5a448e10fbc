//! The version 2 picture: a header of 32 bytes that says which weights it shows and how good
//! they are, then the posteriors. The only module that uses bincode.

use std::borrow::Cow;

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};

use super::planes::{Precision, Sum, Workspace, compress, decompress};
use super::{FrameError, MapSize, PICTURE_TAG, check_length, check_size, check_tag};
use crate::limits::{MAX_CLASSES, MAX_COMPRESSED_POSTERIORS, MIN_CLASSES};
use crate::metrics::Metrics;

/// Bytes before the payload.
pub const PICTURE_HEADER_BYTES: usize = 32;
/// Bytes of a compressed payload that say its precision.
const PRECISION_BYTES: usize = 1;

/// [`Encoding::Posteriors`] as it stands in a frame.
pub(crate) const ENCODING_POSTERIORS: u8 = 0;
/// [`Encoding::Compressed`] as it stands in a frame.
pub(crate) const ENCODING_COMPRESSED: u8 = 1;

/// How the payload says what the network says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// The planes as they are, one byte per posterior.
    Posteriors,
    /// The planes in a few hundredths of those bytes. The posteriors of a pixel sum to 1 then,
    /// so that those of a decoded picture differ from what was encoded: with
    /// [`Precision::FULL`] by at most half the number of classes in 255ths.
    Compressed(Precision),
}

impl Encoding {
    fn byte(self) -> u8 {
        match self {
            Self::Posteriors => ENCODING_POSTERIORS,
            Self::Compressed(_) => ENCODING_COMPRESSED,
        }
    }
}

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PictureHeader {
    /// How to read the payload.
    pub encoding: Encoding,
    /// Pixels from left (x = −1) to right (x = +1).
    pub width: u16,
    /// Pixels from top (y = +1) to bottom (y = −1).
    pub height: u16,
    /// Number of classes.
    pub classes: u16,
    /// Generation of the session.
    pub generation: u32,
    /// Optimizer steps done by the weights of this picture.
    pub step: u64,
    /// Loss and accuracy of these weights; `None` when there are no points.
    pub metrics: Option<Metrics>,
    /// Measured speed; 0 while paused.
    pub steps_per_second: f32,
}

impl PictureHeader {
    /// Number of posteriors: classes · width · height.
    #[must_use]
    pub fn n_posteriors(&self) -> usize {
        self.size().n_posteriors()
    }

    fn size(&self) -> MapSize {
        MapSize {
            width: self.width,
            height: self.height,
            classes: self.classes,
        }
    }

    /// Refuses numbers that are not within their ranges.
    fn check(&self) -> Result<(), FrameError> {
        check_size(self.width, self.height)?;
        if !(MIN_CLASSES..=MAX_CLASSES).contains(&usize::from(self.classes)) {
            return Err(FrameError::BadClasses(self.classes));
        }
        if !(self.steps_per_second.is_finite() && self.steps_per_second >= 0.0) {
            return Err(FrameError::BadNumber);
        }
        let n_posteriors = self.n_posteriors();
        match self.encoding {
            Encoding::Compressed(_) if n_posteriors > MAX_COMPRESSED_POSTERIORS => {
                Err(FrameError::TooManyPosteriors(n_posteriors))
            }
            _ => Ok(()),
        }
    }
}

/// A decoded picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture<'a> {
    /// What it shows.
    pub header: PictureHeader,
    /// One plane per class, one byte per pixel: plane `k`, row `r`, column `c` is at
    /// `(k * height + r) * width + c`, and 255 is posterior 1. The colour of a pixel is the mean
    /// of the class colours weighted by these bytes.
    pub planes: Cow<'a, [u8]>,
}

/// The header as it lies in the frame.
#[derive(bincode::Encode, bincode::Decode)]
struct WireHeader {
    tag: u8,
    encoding: u8,
    width: u16,
    height: u16,
    classes: u16,
    generation: u32,
    step: u64,
    loss: f32,
    accuracy: f32,
    steps_per_second: f32,
}

const WIRE: Configuration<LittleEndian, Fixint, Limit<PICTURE_HEADER_BYTES>> =
    bincode::config::standard()
        .with_little_endian()
        .with_fixed_int_encoding()
        .with_limit::<PICTURE_HEADER_BYTES>();

/// Writes pictures; it keeps its memory from one to the next.
#[derive(Debug, Clone, Default)]
pub struct PictureEncoder {
    work: Workspace,
}

impl PictureEncoder {
    /// An encoder without memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a picture into `out`, which is cleared first. `planes` are laid out as in
    /// [`Picture::planes`].
    ///
    /// # Errors
    ///
    /// When the size is outside the limits, there are not as many bytes as the header says, or
    /// the speed is not a number of 0 or more. Then `out` stays as it was.
    pub fn encode(
        &mut self,
        header: &PictureHeader,
        planes: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        header.check()?;
        check_length(planes, header.n_posteriors())?;
        out.clear();
        write_header(header, out);
        match header.encoding {
            Encoding::Posteriors => out.extend_from_slice(planes),
            Encoding::Compressed(precision) => compress(
                planes,
                header.size(),
                Sum::One,
                precision,
                &mut self.work,
                out,
            ),
        }
        Ok(())
    }
}

/// Writes one picture, as [`PictureEncoder::encode`] does.
///
/// # Errors
///
/// As there.
pub fn encode_picture(
    header: &PictureHeader,
    planes: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), FrameError> {
    PictureEncoder::new().encode(header, planes, out)
}

fn write_header(header: &PictureHeader, out: &mut Vec<u8>) {
    let wire = WireHeader {
        tag: PICTURE_TAG,
        encoding: header.encoding.byte(),
        width: header.width,
        height: header.height,
        classes: header.classes,
        generation: header.generation,
        step: header.step,
        loss: header.metrics.map_or(f32::NAN, Metrics::loss),
        accuracy: header.metrics.map_or(f32::NAN, Metrics::accuracy),
        steps_per_second: header.steps_per_second,
    };
    out.resize(PICTURE_HEADER_BYTES, 0);
    bincode::encode_into_slice(wire, out, WIRE).expect("the header has a fixed size");
}

/// Reads a picture.
///
/// Its memory is bounded before it is taken: by the bytes that came or, if the posteriors are
/// compressed, by [`MAX_COMPRESSED_POSTERIORS`](crate::limits::MAX_COMPRESSED_POSTERIORS).
///
/// # Errors
///
/// When the bytes are not a picture of a known encoding.
pub fn decode_picture(bytes: &[u8]) -> Result<Picture<'_>, FrameError> {
    check_tag(bytes, PICTURE_TAG)?;
    let too_short = || FrameError::TooShort {
        expected: PICTURE_HEADER_BYTES,
        given: bytes.len(),
    };
    let (head, payload) = bytes
        .split_at_checked(PICTURE_HEADER_BYTES)
        .ok_or_else(too_short)?;
    let (wire, _): (WireHeader, usize) =
        bincode::decode_from_slice(head, WIRE).map_err(|_| too_short())?;
    let metrics = if wire.loss.is_nan() && wire.accuracy.is_nan() {
        None
    } else {
        Some(Metrics::new(wire.loss, wire.accuracy).map_err(|_| FrameError::BadNumber)?)
    };
    let header = PictureHeader {
        encoding: encoding_of(wire.encoding, payload)?,
        width: wire.width,
        height: wire.height,
        classes: wire.classes,
        generation: wire.generation,
        step: wire.step,
        metrics,
        steps_per_second: wire.steps_per_second,
    };
    header.check()?;
    let planes = match header.encoding {
        Encoding::Posteriors => {
            check_length(payload, header.n_posteriors())?;
            Cow::Borrowed(payload)
        }
        Encoding::Compressed(precision) => Cow::Owned(decompress(
            &payload[PRECISION_BYTES..],
            header.size(),
            Sum::One,
            precision,
        )?),
    };
    Ok(Picture { header, planes })
}

fn encoding_of(byte: u8, payload: &[u8]) -> Result<Encoding, FrameError> {
    match byte {
        ENCODING_POSTERIORS => Ok(Encoding::Posteriors),
        ENCODING_COMPRESSED => payload
            .first()
            .and_then(|&max_value| Precision::new(max_value))
            .map(Encoding::Compressed)
            .ok_or(FrameError::Damaged),
        other => Err(FrameError::UnknownEncoding(other)),
    }
}
