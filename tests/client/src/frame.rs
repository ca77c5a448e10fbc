//! What a frame of version 2 says beside its map, read where PROTOCOL.md has it.

/// The numbers of a frame that are known without decoding its map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameHead {
    /// The optimizer steps behind the map.
    pub step: u64,
    /// Width of the map in pixels.
    pub width: u16,
    /// The measured speed; 0 while paused.
    pub steps_per_second: f32,
}

impl FrameHead {
    /// Reads it; `None` if the bytes are no such frame.
    #[must_use]
    pub fn read(frame: &[u8]) -> Option<Self> {
        (frame.first() == Some(&2)).then_some(())?;
        Some(Self {
            step: u64::from_le_bytes(at(frame, 12)?),
            width: u16::from_le_bytes(at(frame, 2)?),
            steps_per_second: f32::from_le_bytes(at(frame, 28)?),
        })
    }
}

fn at<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_where_the_protocol_has_them() {
        let mut frame = [0; 40];
        frame[0] = 2;
        frame[2..4].copy_from_slice(&256_u16.to_le_bytes());
        frame[12..20].copy_from_slice(&70_000_u64.to_le_bytes());
        frame[28..32].copy_from_slice(&1.5_f32.to_le_bytes());
        let expected = FrameHead {
            step: 70_000,
            width: 256,
            steps_per_second: 1.5,
        };
        assert_eq!(FrameHead::read(&frame), Some(expected));
        assert_eq!(FrameHead::read(&frame[..30]), None);
        frame[0] = 1;
        assert_eq!(FrameHead::read(&frame), None);
    }
}
