//! Binary frames: what the network says at every pixel of the map, and how good it is.

mod container;
mod deflate;
mod map;
mod planes;
mod posteriors;

use thiserror::Error;

use crate::limits::{MAX_CLASSES, MAX_COMPRESSED_POSTERIORS, MAX_FRAME_SIDE, MIN_CLASSES};

pub use container::{
    FRAME_PREAMBLE_BYTES, FRAME_TAG, Frame, FrameEncoder, FrameInfo, FrameMetrics, FrameWriter,
    SECTION_HEADER_BYTES, Section, SectionKind, decode_frame,
};
pub use map::{Map, decode_map, encode_map};
pub use planes::Precision;
pub use posteriors::{MapSize, PosteriorEncoding, Posteriors};

/// Refuses a frame with too few or too many pixels.
fn check_size(width: u16, height: u16) -> Result<(), FrameError> {
    let allowed = 2..=MAX_FRAME_SIDE;
    if allowed.contains(&width) && allowed.contains(&height) {
        Ok(())
    } else {
        Err(FrameError::BadSize { width, height })
    }
}

/// Refuses bytes that begin with another tag; none at all are for the caller to refuse.
fn check_tag(bytes: &[u8], expected: u8) -> Result<(), FrameError> {
    match bytes.first() {
        Some(&given) if given != expected => Err(FrameError::WrongTag { expected, given }),
        _ => Ok(()),
    }
}

/// Refuses a payload of another length than the header asks for.
fn check_length(payload: &[u8], expected: usize) -> Result<(), FrameError> {
    if payload.len() == expected {
        Ok(())
    } else {
        Err(FrameError::WrongLength {
            expected,
            given: payload.len(),
        })
    }
}

/// First byte of a version 1 map.
pub const MAP_TAG: u8 = 1;

/// Why bytes are not a frame, or a frame cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FrameError {
    /// Fewer bytes than the header has.
    #[error("A frame of this kind begins with {expected} bytes; there are only {given}")]
    TooShort {
        /// Bytes of the header.
        expected: usize,
        /// Bytes there are.
        given: usize,
    },
    /// Another kind of frame.
    #[error("The first byte of a frame of this kind is {expected}, not {given}")]
    WrongTag {
        /// The tag of this kind.
        expected: u8,
        /// The tag that came.
        given: u8,
    },
    /// An encoding that this version does not know.
    #[error("Encoding {0} of a section is not known")]
    UnknownEncoding(u8),
    /// Width or height outside 2 to 4096.
    #[error("A frame has 2 to {MAX_FRAME_SIDE} pixels each way, not {width} × {height}")]
    BadSize {
        /// Pixels from left to right.
        width: u16,
        /// Pixels from top to bottom.
        height: u16,
    },
    /// A number of classes outside 2 to 8.
    #[error("A map has {MIN_CLASSES} to {MAX_CLASSES} classes, not {0}")]
    BadClasses(u16),
    /// The payload has not the length that the header asks for.
    #[error("The payload must have {expected} bytes, not {given}")]
    WrongLength {
        /// Bytes that the header asks for.
        expected: usize,
        /// Bytes there are.
        given: usize,
    },
    /// More posteriors than a compressed map may have.
    #[error("A compressed map has at most {MAX_COMPRESSED_POSTERIORS} posteriors, not {0}")]
    TooManyPosteriors(usize),
    /// Compressed posteriors that no encoder writes: cut off, with something after them, or
    /// changed on the way.
    #[error("The compressed posteriors of this map are damaged")]
    Damaged,
    /// Loss, accuracy or speed are not what they can be.
    #[error("Loss, accuracy and speed must be numbers in their ranges")]
    BadNumber,
}
