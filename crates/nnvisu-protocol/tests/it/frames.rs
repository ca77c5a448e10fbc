//! Bytes of version 1 maps that must never change, and what is refused.

use nnvisu_protocol::{FrameError, decode_map, encode_map};

#[test]
fn map_bytes() {
    let rgb: Vec<u8> = (0..18).collect();
    let mut bytes = vec![9; 100];
    encode_map(3, 2, &rgb, &mut bytes).unwrap();
    assert_eq!(bytes[..5], [1, 3, 0, 2, 0]);
    assert_eq!(bytes[5..], rgb);
    let map = decode_map(&bytes).unwrap();
    assert_eq!((map.width, map.height, map.rgb), (3, 2, &rgb[..]));

    let wide = vec![0; 258 * 2 * 3];
    encode_map(258, 2, &wide, &mut bytes).unwrap();
    assert_eq!(bytes[..5], [1, 2, 1, 2, 0], "little-endian");
}

#[test]
fn maps_that_are_refused() {
    let mut out = Vec::new();
    assert_eq!(
        encode_map(2, 2, &[0; 11], &mut out),
        Err(FrameError::WrongLength {
            expected: 12,
            given: 11
        })
    );
    assert_eq!(
        encode_map(1, 12, &[0; 36], &mut out),
        Err(FrameError::BadSize {
            width: 1,
            height: 12
        })
    );
    assert_eq!(
        decode_map(&[1, 2, 0, 2]),
        Err(FrameError::TooShort {
            expected: 5,
            given: 4
        })
    );
    assert_eq!(
        decode_map(&[2, 2, 0, 2, 0]),
        Err(FrameError::WrongTag {
            expected: 1,
            given: 2
        })
    );
    assert_eq!(
        decode_map(&[1, 2, 0, 2, 0, 7]),
        Err(FrameError::WrongLength {
            expected: 12,
            given: 1
        })
    );
}

#[test]
fn errors_are_sentences() {
    let error = encode_map(1, 9, &[], &mut Vec::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "A frame has 2 to 4096 pixels each way, not 1 × 9"
    );
}
