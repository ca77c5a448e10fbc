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
    /// Reads it; `None` if the bytes are no such frame, or without metrics or a map.
    #[must_use]
    pub fn read(frame: &[u8]) -> Option<Self> {
        (frame.first() == Some(&3)).then_some(())?;
        let n_sections = u16::from_le_bytes(at(frame, 2)?);
        let (mut width, mut steps_per_second) = (None, None);
        let mut offset = 24;
        for _ in 0..n_sections {
            let n_bytes = u32::from_le_bytes(at(frame, offset + 4)?);
            let payload = offset + 8;
            match frame.get(offset)? {
                1 => steps_per_second = Some(f32::from_le_bytes(at(frame, payload + 8)?)),
                2 => width = Some(u16::from_le_bytes(at(frame, payload)?)),
                _ => {}
            }
            offset = payload + n_bytes as usize;
        }
        Some(Self {
            step: u64::from_le_bytes(at(frame, 16)?),
            width: width?,
            steps_per_second: steps_per_second?,
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
        let mut frame = vec![0; 24];
        frame[0] = 3;
        frame[2] = 2;
        frame[16..].copy_from_slice(&70_000_u64.to_le_bytes());
        frame.extend([1, 0, 0, 0, 20, 0, 0, 0]);
        frame.extend([[0; 4], [0; 4], 1.5_f32.to_le_bytes(), [0; 4], [0; 4]].concat());
        frame.extend([2, 1, 0, 0, 2, 0, 0, 0]);
        frame.extend(256_u16.to_le_bytes());
        let expected = FrameHead {
            step: 70_000,
            width: 256,
            steps_per_second: 1.5,
        };
        assert_eq!(FrameHead::read(&frame), Some(expected));
        assert_eq!(FrameHead::read(&frame[..50]), None);
        frame[0] = 1;
        assert_eq!(FrameHead::read(&frame), None);
    }
}
