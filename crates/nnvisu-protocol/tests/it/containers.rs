//! The exact bytes of frames, and what is refused.

use nnvisu_protocol::{
    FRAME_TAG, Frame, FrameEncoder, FrameError, FrameInfo, FrameMetrics, MapSize, Metrics,
    PosteriorEncoding, Precision, Section, SectionKind, decode_frame,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::maps::noise;
use crate::strategies::metrics;

const INFO: FrameInfo = FrameInfo {
    running: true,
    run: 0x2423_2221,
    generation: 0x0403_0201,
    step: 0x1817_1615_1413_1211,
};

const SIZE: MapSize = MapSize {
    width: 3,
    height: 2,
    classes: 2,
};

const PLANES: [u8; 12] = [255, 1, 2, 3, 4, 5, 0, 254, 253, 252, 251, 250];

#[rustfmt::skip]
const GOLDEN: [u8; 80] = [
    3,                                              //  0 tag
    1,                                              //  1 flags
    2, 0,                                           //  2 number of sections
    0x21, 0x22, 0x23, 0x24,                         //  4 run
    0x01, 0x02, 0x03, 0x04,                         //  8 generation
    0, 0, 0, 0,                                     // 12 reserved
    0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, // 16 step
    1, 0, 0, 0, 20, 0, 0, 0,                        // 24 section: metrics, encoding 0, 20 bytes
    0, 0, 0, 0x3f,                                  // 32 loss
    0, 0, 0x80, 0x3f,                               // 36 accuracy
    0, 0, 0x70, 0x42,                               // 40 steps per second
    7, 1, 0, 0, 0, 0, 0, 0,                         // 44 epoch
    2, 0, 0, 0, 20, 0, 0, 0,                        // 52 section: posteriors, raw, 20 bytes
    3, 0,                                           // 60 width
    2, 0,                                           // 62 height
    2, 0,                                           // 64 classes
    0, 0,                                           // 66 reserved
    255, 1, 2, 3, 4, 5,                             // 68 class 0
    0, 254, 253, 252, 251, 250,                     // 74 class 1
];

fn golden_with(changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = GOLDEN.to_vec();
    for &(offset, byte) in changes {
        bytes[offset] = byte;
    }
    bytes
}

fn frame_metrics() -> FrameMetrics {
    FrameMetrics {
        metrics: Metrics::new(0.5, 1.0).ok(),
        steps_per_second: Some(60.0),
        epoch: 0x107,
    }
}

fn write(write_sections: impl FnOnce(&mut nnvisu_protocol::FrameWriter<'_>)) -> Vec<u8> {
    let mut bytes = vec![9; 100];
    write_sections(&mut FrameEncoder::new().start(&INFO, &mut bytes));
    bytes
}

#[test]
fn frame_bytes() {
    let bytes = write(|frame| {
        frame.metrics(&frame_metrics()).unwrap();
        frame
            .posteriors(SIZE, PosteriorEncoding::Raw, Precision::FULL, &PLANES)
            .unwrap();
    });
    assert_eq!(bytes, GOLDEN);
    let frame = decode_frame(&bytes).unwrap();
    assert_eq!(frame.info, INFO);
    assert_eq!(frame.metrics(), Some(frame_metrics()));
    let posteriors = frame.posteriors().unwrap();
    assert_eq!(posteriors.size, SIZE);
    assert_eq!(posteriors.encoding, PosteriorEncoding::Raw);
    assert_eq!(*posteriors.planes, PLANES);
}

#[test]
fn bytes_of_kinds_and_encodings() {
    let kinds: Vec<u8> = SectionKind::ALL.iter().map(|kind| kind.byte()).collect();
    assert_eq!(kinds, [1, 2]);
    let encodings = PosteriorEncoding::ALL.iter().map(|name| name.byte());
    assert_eq!(encodings.collect::<Vec<u8>>(), [0, 1, 2, 3]);
}

#[test]
fn what_is_absent_is_nan() {
    let absent = FrameMetrics {
        metrics: None,
        steps_per_second: None,
        epoch: 0,
    };
    let bytes = write(|frame| frame.metrics(&absent).unwrap());
    assert_eq!(bytes[32..44], [f32::NAN.to_le_bytes(); 3].concat());
    assert_eq!(decode_frame(&bytes).unwrap().metrics(), Some(absent));
}

#[test]
fn a_frame_may_have_no_sections() {
    let bytes = write(|_| {});
    assert_eq!(bytes.len(), 24);
    let frame = decode_frame(&bytes).unwrap();
    assert_eq!(
        frame,
        Frame {
            info: INFO,
            sections: vec![]
        }
    );
    assert_eq!((frame.metrics(), frame.posteriors()), (None, None));
}

/// What later versions add is no reason to refuse what this one knows.
#[test]
fn unknown_kinds_flags_and_appended_metrics_are_skipped() {
    let mut bytes = GOLDEN[..52].to_vec();
    bytes[1] = 0xff;
    bytes[2] = 3;
    bytes[28] = 22;
    bytes.extend([7, 7]); // appended to the metrics
    bytes.extend([200, 99, 5, 5, 3, 0, 0, 0, 1, 2, 3]); // an unknown kind
    bytes.extend(&GOLDEN[52..]);
    let frame = decode_frame(&bytes).unwrap();
    assert_eq!(frame.info, INFO);
    assert_eq!(frame.metrics(), Some(frame_metrics()));
    assert_eq!(*frame.posteriors().unwrap().planes, PLANES);
    assert_eq!(frame.sections.len(), 2);
}

#[test]
fn sections_that_cannot_be_written_leave_the_frame_as_it_was() {
    let bytes = write(|frame| {
        frame.metrics(&frame_metrics()).unwrap();
        for speed in [f32::NAN, f32::INFINITY, -1.0] {
            let bad = FrameMetrics {
                steps_per_second: Some(speed),
                ..frame_metrics()
            };
            assert_eq!(frame.metrics(&bad), Err(FrameError::BadNumber));
        }
        let mut refused = |size, planes: &[u8]| {
            frame
                .posteriors(size, PosteriorEncoding::Planes, Precision::FULL, planes)
                .unwrap_err()
        };
        assert_eq!(
            refused(SIZE, &PLANES[1..]),
            FrameError::WrongLength {
                expected: 12,
                given: 11
            }
        );
        for (width, height) in [(1, 2), (2, 1), (0, 0), (4097, 2), (2, u16::MAX)] {
            let size = MapSize {
                width,
                height,
                ..SIZE
            };
            assert_eq!(
                refused(size, &PLANES),
                FrameError::BadSize { width, height }
            );
        }
        for classes in [0, 1, 9] {
            let size = MapSize { classes, ..SIZE };
            assert_eq!(refused(size, &PLANES), FrameError::BadClasses(classes));
        }
        frame
            .posteriors(SIZE, PosteriorEncoding::Raw, Precision::FULL, &PLANES)
            .unwrap();
    });
    assert_eq!(bytes, GOLDEN);
}

#[test]
fn frames_that_cannot_be_read() {
    let too_short = |expected, given| FrameError::TooShort { expected, given };
    let longer = [&GOLDEN[..], &[0]].concat();
    for (bytes, expected) in [
        (Vec::new(), too_short(24, 0)),
        (GOLDEN[..23].to_vec(), too_short(24, 23)),
        (GOLDEN[..31].to_vec(), too_short(8, 7)),
        (GOLDEN[..51].to_vec(), too_short(20, 19)),
        (GOLDEN[..52].to_vec(), too_short(8, 0)),
        (longer, FrameError::Damaged),
        (golden_with(&[(2, 1)]), FrameError::Damaged),
        (
            golden_with(&[(0, 2)]),
            FrameError::WrongTag {
                expected: 3,
                given: 2,
            },
        ),
        (golden_with(&[(25, 1)]), FrameError::UnknownEncoding(1)),
        (golden_with(&[(53, 4)]), FrameError::UnknownEncoding(4)),
        (golden_with(&[(53, 255)]), FrameError::UnknownEncoding(255)),
        (golden_with(&[(64, 9)]), FrameError::BadClasses(9)),
        (
            golden_with(&[(60, 4)]),
            FrameError::WrongLength {
                expected: 16,
                given: 12,
            },
        ),
        // A loss that is infinite, one that is NaN beside an accuracy, an accuracy of 2 and a
        // negative speed.
        (
            golden_with(&[(34, 0x80), (35, 0x7f)]),
            FrameError::BadNumber,
        ),
        (
            golden_with(&[(34, 0xc0), (35, 0x7f)]),
            FrameError::BadNumber,
        ),
        (golden_with(&[(38, 0), (39, 0x40)]), FrameError::BadNumber),
        (golden_with(&[(43, 0xc2)]), FrameError::BadNumber),
    ] {
        assert_eq!(decode_frame(&bytes).unwrap_err(), expected, "{bytes:?}");
    }
    assert_eq!(GOLDEN[0], FRAME_TAG);
}

fn info() -> impl Strategy<Value = FrameInfo> {
    (any::<bool>(), any::<u32>(), any::<u32>(), any::<u64>()).prop_map(
        |(running, run, generation, step)| FrameInfo {
            running,
            run,
            generation,
            step,
        },
    )
}

fn any_metrics() -> impl Strategy<Value = FrameMetrics> {
    (metrics(), proptest::option::of(0.0..f32::MAX), any::<u64>()).prop_map(
        |(metrics, steps_per_second, epoch)| FrameMetrics {
            metrics,
            steps_per_second,
            epoch,
        },
    )
}

proptest! {
    #[test]
    fn a_frame_is_read_as_it_was_written(
        info in info(),
        metrics in vec(any_metrics(), 0..3),
        size in (2..20_u16, 2..20_u16, 2..=8_u16),
    ) {
        let map = noise(size, Precision::FULL).encoded_as(PosteriorEncoding::FreePlanes);
        let mut bytes = Vec::new();
        let mut encoder = FrameEncoder::new();
        let mut writer = encoder.start(&info, &mut bytes);
        writer.posteriors(map.size, map.encoding, map.precision, &map.planes).unwrap();
        for metrics in &metrics {
            writer.metrics(metrics).unwrap();
        }
        let frame = decode_frame(&bytes).unwrap();
        prop_assert_eq!(frame.info, info);
        prop_assert_eq!(&*frame.posteriors().unwrap().planes, &map.planes[..]);
        let read = frame.sections.iter().filter_map(|section| match section {
            Section::Metrics(metrics) => Some(*metrics),
            _ => None,
        });
        prop_assert_eq!(read.collect::<Vec<_>>(), metrics);
    }

    #[test]
    fn no_bytes_upset_the_decoder(
        mut bytes in vec(any::<u8>(), 0..200),
        sections in 0..3_u8,
        kind in 0..4_u8,
        encoding in 0..5_u8,
    ) {
        let _ = decode_frame(&bytes);
        if bytes.len() >= 40 {
            let payload = (bytes.len() - 32) as u8;
            bytes[..4].copy_from_slice(&[3, 0, sections, 0]);
            bytes[24..32].copy_from_slice(&[kind, encoding, 0, 0, payload, 0, 0, 0]);
            bytes[32..40].copy_from_slice(&[5, 0, 4, 0, 3, 0, 0, 0]);
            let _ = decode_frame(&bytes);
        }
    }
}
