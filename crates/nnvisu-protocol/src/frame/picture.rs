//! The version 2 picture: a header of 32 bytes that says which weights it shows and how good
//! they are, then the posteriors. The only module that uses bincode.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};

use super::{FrameError, PICTURE_TAG, check_length, check_size, check_tag};
use crate::limits::{MAX_CLASSES, MIN_CLASSES};
use crate::metrics::Metrics;

/// Bytes before the payload.
pub const PICTURE_HEADER_BYTES: usize = 32;

/// How the payload says what the network says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Encoding {
    /// One plane per class, one byte per pixel: 255 is posterior 1. The colour of a pixel is
    /// the mean of the class colours weighted by the bytes.
    Posteriors = 0,
}

impl TryFrom<u8> for Encoding {
    type Error = FrameError;

    fn try_from(byte: u8) -> Result<Self, FrameError> {
        match byte {
            0 => Ok(Self::Posteriors),
            other => Err(FrameError::UnknownEncoding(other)),
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
    /// Bytes of the payload.
    #[must_use]
    pub fn payload_bytes(&self) -> usize {
        match self.encoding {
            Encoding::Posteriors => {
                self.width as usize * self.height as usize * self.classes as usize
            }
        }
    }

    fn check(&self, payload: &[u8]) -> Result<(), FrameError> {
        check_size(self.width, self.height)?;
        if !(MIN_CLASSES..=MAX_CLASSES).contains(&(self.classes as usize)) {
            return Err(FrameError::BadClasses(self.classes));
        }
        if !(self.steps_per_second.is_finite() && self.steps_per_second >= 0.0) {
            return Err(FrameError::BadNumber);
        }
        check_length(payload, self.payload_bytes())
    }
}

/// A decoded picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Picture<'a> {
    /// What it shows.
    pub header: PictureHeader,
    /// For [`Encoding::Posteriors`]: plane `k`, row `r`, column `c` is at
    /// `(k * height + r) * width + c`.
    pub payload: &'a [u8],
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

/// Writes a picture into `out`, which is cleared first.
///
/// # Errors
///
/// When the size is outside the limits, the payload has another length than the header asks
/// for, or the speed is not a number of 0 or more.
///
/// # Panics
///
/// Never: the header always has its 32 bytes.
pub fn encode_picture(
    header: &PictureHeader,
    payload: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), FrameError> {
    header.check(payload)?;
    let wire = WireHeader {
        tag: PICTURE_TAG,
        encoding: header.encoding as u8,
        width: header.width,
        height: header.height,
        classes: header.classes,
        generation: header.generation,
        step: header.step,
        loss: header.metrics.map_or(f32::NAN, Metrics::loss),
        accuracy: header.metrics.map_or(f32::NAN, Metrics::accuracy),
        steps_per_second: header.steps_per_second,
    };
    out.clear();
    out.resize(PICTURE_HEADER_BYTES, 0);
    bincode::encode_into_slice(wire, out, WIRE).expect("the header has a fixed size");
    out.extend_from_slice(payload);
    Ok(())
}

/// Reads a picture.
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
        encoding: Encoding::try_from(wire.encoding)?,
        width: wire.width,
        height: wire.height,
        classes: wire.classes,
        generation: wire.generation,
        step: wire.step,
        metrics,
        steps_per_second: wire.steps_per_second,
    };
    header.check(payload)?;
    Ok(Picture { header, payload })
}
