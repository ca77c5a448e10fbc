//! The posteriors of a frame: the size of the map, then its planes in one of several encodings.

use std::borrow::Cow;

use super::container::ByteReader;
use super::deflate::{self, Deflater};
use super::planes::{self, Precision, Sum, Workspace};
use super::{FrameError, check_length, check_size};
use crate::limits::{MAX_CLASSES, MAX_COMPRESSED_POSTERIORS, MIN_CLASSES};
use crate::names::names;

names!(
    /// How planes of posteriors are written, by the name that a `view` asks for.
    #[non_exhaustive]
    PosteriorEncoding, "Encoding" {
        /// One byte per posterior.
        Raw = "raw",
        /// The codec of this crate, a few hundredths of those bytes. The planes of a pixel add up
        /// to 1, so that what is decoded differs from what was encoded: with [`Precision::FULL`]
        /// by at most half the number of classes in 255ths.
        Planes = "planes",
        /// The same codec for planes that need not add up to 1; they are kept as they are.
        FreePlanes = "free_planes",
        /// Differences of neighbours in a zlib stream, for clients without a decoder of `planes`.
        Deflate = "deflate",
    }
);

impl PosteriorEncoding {
    /// The byte that says so in a section.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Raw => 0,
            Self::Planes => 1,
            Self::FreePlanes => 2,
            Self::Deflate => 3,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|name| name.byte() == byte)
    }
}

/// Number of pixels and classes of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapSize {
    /// Pixels from left (x = −1) to right (x = +1).
    pub width: u16,
    /// Pixels from top (y = +1) to bottom (y = −1).
    pub height: u16,
    /// Number of classes.
    pub classes: u16,
}

impl MapSize {
    /// Number of posteriors: classes · width · height.
    #[must_use]
    pub fn n_posteriors(self) -> usize {
        self.n_pixels() * usize::from(self.classes)
    }

    /// Number of pixels: width · height.
    #[must_use]
    pub fn n_pixels(self) -> usize {
        usize::from(self.width) * usize::from(self.height)
    }

    /// Refuses numbers that are not within their ranges.
    fn check(self, encoding: PosteriorEncoding) -> Result<(), FrameError> {
        check_size(self.width, self.height)?;
        if !(MIN_CLASSES..=MAX_CLASSES).contains(&usize::from(self.classes)) {
            return Err(FrameError::BadClasses(self.classes));
        }
        if encoding != PosteriorEncoding::Raw && self.n_posteriors() > MAX_COMPRESSED_POSTERIORS {
            return Err(FrameError::TooManyPosteriors(self.n_posteriors()));
        }
        Ok(())
    }
}

/// Posteriors of all classes at all pixels of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posteriors<'a> {
    /// How many there are.
    pub size: MapSize,
    /// How they were written.
    pub encoding: PosteriorEncoding,
    /// How finely; [`Precision::FULL`] if they are raw.
    pub precision: Precision,
    /// One plane per class, one byte per pixel: plane `k`, row `r`, column `c` is at
    /// `(k * height + r) * width + c`, and 255 is posterior 1. The colour of a pixel is the mean
    /// of the class colours weighted by these bytes.
    pub planes: Cow<'a, [u8]>,
}

/// Memory of all encodings that is kept from one frame to the next.
#[derive(Debug, Default)]
pub(super) struct Encoders {
    planes: Workspace,
    deflate: Deflater,
}

impl Encoders {
    /// Appends the payload of a section. On an error nothing is appended.
    pub(super) fn encode(
        &mut self,
        size: MapSize,
        (encoding, precision): (PosteriorEncoding, Precision),
        planes: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        size.check(encoding)?;
        check_length(planes, size.n_posteriors())?;
        for number in [size.width, size.height, size.classes, 0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        let mut compress = |sum| {
            planes::compress(planes, size, sum, precision, &mut self.planes, out);
        };
        match encoding {
            PosteriorEncoding::Planes => compress(Sum::One),
            PosteriorEncoding::FreePlanes => compress(Sum::Free),
            PosteriorEncoding::Raw => out.extend_from_slice(planes),
            PosteriorEncoding::Deflate => self.deflate.compress(planes, size, precision, out),
        }
        Ok(())
    }
}

/// Width, height, classes and a number that is reserved.
const SIZE_BYTES: usize = 8;

/// Reads the payload of a section.
///
/// Its memory is bounded before it is taken: by the bytes that came or, if they are compressed, by
/// [`MAX_COMPRESSED_POSTERIORS`].
pub(super) fn decode(encoding: u8, payload: &[u8]) -> Result<Posteriors<'_>, FrameError> {
    let encoding =
        PosteriorEncoding::from_byte(encoding).ok_or(FrameError::UnknownEncoding(encoding))?;
    let mut payload = ByteReader::new(payload);
    let [width, height, classes, _]: [u16; 4] = payload.part(SIZE_BYTES)?;
    let size = MapSize {
        width,
        height,
        classes,
    };
    size.check(encoding)?;
    if encoding == PosteriorEncoding::Raw {
        let planes = payload.rest();
        check_length(planes, size.n_posteriors())?;
        return Ok(Posteriors {
            size,
            encoding,
            precision: Precision::FULL,
            planes: Cow::Borrowed(planes),
        });
    }
    let precision = Precision::new(payload.part(1)?).ok_or(FrameError::Damaged)?;
    let bytes = payload.rest();
    let planes = match encoding {
        PosteriorEncoding::Planes => planes::decompress(bytes, size, Sum::One, precision)?,
        PosteriorEncoding::FreePlanes => planes::decompress(bytes, size, Sum::Free, precision)?,
        PosteriorEncoding::Deflate | PosteriorEncoding::Raw => {
            deflate::decompress(bytes, size, precision)?
        }
    };
    Ok(Posteriors {
        size,
        encoding,
        precision,
        planes: Cow::Owned(planes),
    })
}
