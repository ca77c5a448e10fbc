//! Binary frames: pictures of what the network says about every place of the canvas.

mod map;
mod picture;

use thiserror::Error;

pub use map::{Map, decode_map, encode_map};
pub use picture::{
    Encoding, PICTURE_HEADER_BYTES, Picture, PictureHeader, decode_picture, encode_picture,
};

/// First byte of a version 1 map.
pub const MAP_TAG: u8 = 1;
/// First byte of a version 2 picture.
pub const PICTURE_TAG: u8 = 2;

/// Why bytes are not a frame, or a frame cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
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
    #[error("Picture encoding {0} is not known")]
    UnknownEncoding(u8),
    /// Width or height are outside 2 to 4096, or the classes outside 2 to 8.
    #[error("A frame has 2 to 4096 pixels each way and 2 to 8 classes")]
    BadDimensions,
    /// The payload has not the length that the header asks for.
    #[error("The payload must have {expected} bytes, not {given}")]
    WrongLength {
        /// Bytes that the header asks for.
        expected: usize,
        /// Bytes there are.
        given: usize,
    },
    /// Loss, accuracy or speed are not what they can be.
    #[error("Loss, accuracy and speed must be numbers in their ranges")]
    BadNumber,
}
