//! The exact bytes of binary frames, and what is refused.

use nnvisu_protocol::{
    Encoding, FrameError, Metrics, PICTURE_HEADER_BYTES, PictureHeader, decode_map, decode_picture,
    encode_map, encode_picture,
};

fn header() -> PictureHeader {
    PictureHeader {
        encoding: Encoding::Posteriors,
        width: 3,
        height: 2,
        classes: 2,
        generation: 0x0403_0201,
        step: 0x1817_1615_1413_1211,
        metrics: Metrics::new(0.5, 1.0).ok(),
        steps_per_second: 60.0,
    }
}

const PLANES: [u8; 12] = [255, 1, 2, 3, 4, 5, 0, 254, 253, 252, 251, 250];

#[rustfmt::skip]
const GOLDEN: [u8; 44] = [
    2,                                              //  0 tag
    0,                                              //  1 encoding
    3, 0,                                           //  2 width
    2, 0,                                           //  4 height
    2, 0,                                           //  6 classes
    0x01, 0x02, 0x03, 0x04,                         //  8 generation
    0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, // 12 step
    0, 0, 0, 0x3f,                                  // 20 loss
    0, 0, 0x80, 0x3f,                               // 24 accuracy
    0, 0, 0x70, 0x42,                               // 28 steps per second
    255, 1, 2, 3, 4, 5,                             // 32 class 0
    0, 254, 253, 252, 251, 250,                     //    class 1
];

fn golden_with(changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = GOLDEN.to_vec();
    for &(offset, byte) in changes {
        bytes[offset] = byte;
    }
    bytes
}

#[test]
fn picture_bytes() {
    let mut bytes = vec![9; 100];
    encode_picture(&header(), &PLANES, &mut bytes).unwrap();
    assert_eq!(bytes, GOLDEN);
    let picture = decode_picture(&bytes).unwrap();
    assert_eq!(picture.header, header());
    assert_eq!(*picture.planes, PLANES);
}

#[test]
fn a_picture_without_points_has_no_metrics() {
    let mut bytes = Vec::new();
    let header = PictureHeader {
        metrics: None,
        steps_per_second: 0.0,
        ..header()
    };
    encode_picture(&header, &PLANES, &mut bytes).unwrap();
    let nan = f32::NAN.to_le_bytes();
    assert_eq!(bytes[20..32], [nan, nan, [0; 4]].concat());
    assert_eq!(decode_picture(&bytes).unwrap().header, header);
}

#[test]
fn pictures_that_cannot_be_written() {
    let refused = |header: PictureHeader, payload: &[u8]| {
        let mut out = vec![7];
        let error = encode_picture(&header, payload, &mut out).unwrap_err();
        assert_eq!(out, [7], "nothing is written");
        error
    };
    assert_eq!(
        refused(header(), &PLANES[1..]),
        FrameError::WrongLength {
            expected: 12,
            given: 11
        }
    );
    for (width, height) in [(1, 2), (2, 1), (0, 0), (4097, 2), (2, u16::MAX)] {
        let header = PictureHeader {
            width,
            height,
            ..header()
        };
        assert_eq!(
            refused(header, &PLANES),
            FrameError::BadSize { width, height }
        );
    }
    for classes in [0, 1, 9] {
        let header = PictureHeader {
            classes,
            ..header()
        };
        assert_eq!(refused(header, &PLANES), FrameError::BadClasses(classes));
    }
    for steps_per_second in [f32::NAN, f32::INFINITY, -1.0] {
        let header = PictureHeader {
            steps_per_second,
            ..header()
        };
        assert_eq!(refused(header, &PLANES), FrameError::BadNumber);
    }
}

#[test]
fn pictures_that_cannot_be_read() {
    let too_short = |given| FrameError::TooShort {
        expected: PICTURE_HEADER_BYTES,
        given,
    };
    let wrong_length = |given| FrameError::WrongLength {
        expected: 12,
        given,
    };
    let longer = [&GOLDEN[..], &[0]].concat();
    for (bytes, expected) in [
        (Vec::new(), too_short(0)),
        (GOLDEN[..31].to_vec(), too_short(31)),
        (GOLDEN[..32].to_vec(), wrong_length(0)),
        (GOLDEN[..43].to_vec(), wrong_length(11)),
        (longer, wrong_length(13)),
        (
            golden_with(&[(0, 1)]),
            FrameError::WrongTag {
                expected: 2,
                given: 1,
            },
        ),
        (golden_with(&[(1, 2)]), FrameError::UnknownEncoding(2)),
        (golden_with(&[(1, 255)]), FrameError::UnknownEncoding(255)),
        (
            golden_with(&[(2, 1)]),
            FrameError::BadSize {
                width: 1,
                height: 2,
            },
        ),
        (golden_with(&[(6, 9)]), FrameError::BadClasses(9)),
        (
            golden_with(&[(2, 4)]),
            FrameError::WrongLength {
                expected: 16,
                given: 12,
            },
        ),
        // A loss that is infinite, one that is NaN beside an accuracy, an accuracy of 2 and a
        // negative speed.
        (
            golden_with(&[(22, 0x80), (23, 0x7f)]),
            FrameError::BadNumber,
        ),
        (
            golden_with(&[(22, 0xc0), (23, 0x7f)]),
            FrameError::BadNumber,
        ),
        (golden_with(&[(26, 0), (27, 0x40)]), FrameError::BadNumber),
        (golden_with(&[(31, 0xc2)]), FrameError::BadNumber),
    ] {
        assert_eq!(decode_picture(&bytes).unwrap_err(), expected, "{bytes:?}");
    }
}

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
