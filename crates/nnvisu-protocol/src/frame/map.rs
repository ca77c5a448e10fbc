//! The version 1 map: tag, width, height, RGB.

use super::{FrameError, MAP_TAG, check_length, check_size, check_tag};

const HEADER_BYTES: usize = 5;

/// A decoded version 1 map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Map<'a> {
    /// Pixels from left (x = −1) to right (x = +1).
    pub width: u16,
    /// Pixels from top (y = +1) to bottom (y = −1).
    pub height: u16,
    /// Red, green, blue of each pixel, row by row.
    pub rgb: &'a [u8],
}

/// Writes a map into `out`, which is cleared first.
///
/// # Errors
///
/// When the size is outside the limits or `rgb` is not `width * height * 3` bytes.
pub fn encode_map(
    width: u16,
    height: u16,
    rgb: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), FrameError> {
    check(width, height, rgb)?;
    out.clear();
    out.reserve_exact(HEADER_BYTES + rgb.len());
    out.push(MAP_TAG);
    out.extend_from_slice(&width.to_le_bytes());
    out.extend_from_slice(&height.to_le_bytes());
    out.extend_from_slice(rgb);
    Ok(())
}

/// Reads a map.
///
/// # Errors
///
/// When the bytes are not a map.
pub fn decode_map(bytes: &[u8]) -> Result<Map<'_>, FrameError> {
    check_tag(bytes, MAP_TAG)?;
    let Some((&[_, w0, w1, h0, h1], rgb)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
        return Err(FrameError::TooShort {
            expected: HEADER_BYTES,
            given: bytes.len(),
        });
    };
    let width = u16::from_le_bytes([w0, w1]);
    let height = u16::from_le_bytes([h0, h1]);
    check(width, height, rgb)?;
    Ok(Map { width, height, rgb })
}

fn check(width: u16, height: u16, rgb: &[u8]) -> Result<(), FrameError> {
    check_size(width, height)?;
    check_length(rgb, width as usize * height as usize * 3)
}
