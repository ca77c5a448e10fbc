//! Compressed pictures: what they keep, what they cost, and what is refused.

use nnvisu_protocol::limits::MAX_COMPRESSED_POSTERIORS;
use nnvisu_protocol::{
    Encoding, FrameError, PICTURE_HEADER_BYTES, Picture, PictureEncoder, PictureHeader, Precision,
    decode_picture, encode_picture,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::pictures::{Drawing, boundary, header, noise, regions};

fn encoded(drawing: &Drawing) -> Vec<u8> {
    let mut frame = Vec::new();
    encode_picture(&drawing.header, &drawing.planes, &mut frame).unwrap();
    frame
}

/// What decoding has to give: each value as near as what is left of the whole lets it be, the
/// last class the rest.
fn summing_to_the_whole(drawing: &Drawing, precision: Precision) -> Vec<u8> {
    let n_classes = usize::from(drawing.header.classes);
    let n_pixels = drawing.planes.len() / n_classes;
    let whole = f64::from(precision.max_value());
    let mut planes = vec![0; drawing.planes.len()];
    for pixel in 0..n_pixels {
        let mut rest = whole;
        for class in 0..n_classes {
            let idx = class * n_pixels + pixel;
            let byte = f64::from(drawing.planes[idx]);
            let is_last = class + 1 == n_classes;
            let value = if is_last {
                rest
            } else {
                (byte * whole / 255.0).round().min(rest)
            };
            rest -= value;
            planes[idx] = (value * 255.0 / whole).round() as u8;
        }
    }
    planes
}

fn precision() -> impl Strategy<Value = Precision> {
    prop_oneof![Just(255), Just(63), 1..=255_u8].prop_map(|whole| Precision::new(whole).unwrap())
}

/// Posteriors that change a little from pixel to pixel, in plateaus and in jumps.
fn drawing() -> impl Strategy<Value = Drawing> {
    let size = (2..24_u16, 2..24_u16, 2..=8_u16);
    let change = prop_oneof![4 => Just(0.0), 3 => -0.02..0.02_f64, 1 => -2.0..2.0];
    (size, precision(), vec(change, 1..60), vec(0.0..8.0_f64, 8)).prop_map(
        |((width, height, classes), precision, changes, bases)| {
            let n_pixels = usize::from(width) * usize::from(height);
            let n_classes = usize::from(classes);
            let mut odds = bases;
            let mut planes = vec![0; n_pixels * n_classes];
            for pixel in 0..n_pixels {
                for (class, odds) in odds[..n_classes].iter_mut().enumerate() {
                    *odds = (*odds + changes[(pixel * 7 + class * 3) % changes.len()]).max(0.0);
                }
                let sum: f64 = odds[..n_classes].iter().sum();
                for class in 0..n_classes {
                    let posterior = if sum > 0.0 {
                        odds[class] / sum
                    } else {
                        1.0 / f64::from(classes)
                    };
                    planes[class * n_pixels + pixel] = (posterior * 255.0).round() as u8;
                }
            }
            Drawing {
                header: header(precision, (width, height, classes)),
                planes,
            }
        },
    )
}

fn any_planes() -> impl Strategy<Value = Drawing> {
    let size = (2..12_u16, 2..12_u16, 2..=8_u16);
    (size, precision()).prop_flat_map(|(size, precision)| {
        let header = header(precision, size);
        vec(any::<u8>(), header.n_posteriors()).prop_map(move |planes| Drawing { header, planes })
    })
}

fn precision_of(header: &PictureHeader) -> Precision {
    let Encoding::Compressed(precision) = header.encoding else {
        panic!("not compressed");
    };
    precision
}

proptest! {
    #[test]
    fn what_is_decoded_is_the_nearest_that_sums_to_the_whole(
        drawing in prop_oneof![drawing(), any_planes()],
    ) {
        let frame = encoded(&drawing);
        let picture = decode_picture(&frame).unwrap();
        prop_assert_eq!(picture.header, drawing.header);
        let expected = summing_to_the_whole(&drawing, precision_of(&drawing.header));
        prop_assert_eq!(&*picture.planes, &expected[..]);
        prop_assert_eq!(encoded(&Drawing { planes: expected, ..drawing }), frame);
    }

    /// Each class is rounded on its own before: half a level wrong. What those halves sum to
    /// comes on top for some class, never more than the number of classes' halves.
    #[test]
    fn posteriors_are_off_by_at_most_half_a_level_for_each_class(drawing in drawing()) {
        let header = PictureHeader { encoding: Encoding::Compressed(Precision::FULL), ..drawing.header };
        let frame = encoded(&Drawing { header, planes: drawing.planes.clone() });
        let picture = decode_picture(&frame).unwrap();
        let most = drawing.header.classes as u8 / 2;
        for (decoded, given) in picture.planes.iter().zip(&drawing.planes) {
            prop_assert!(decoded.abs_diff(*given) <= most, "{} for {}", decoded, given);
        }
    }

    /// Of a few bytes, other ones can be another picture by chance.
    #[test]
    fn damage_is_noticed_or_gives_another_picture(
        drawing in drawing(),
        at in any::<prop::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let frame = encoded(&drawing);
        let at = PICTURE_HEADER_BYTES + 1 + at.index(frame.len() - PICTURE_HEADER_BYTES - 1);
        let mut changed = frame.clone();
        changed[at] ^= change;
        for damaged in [&frame[..at], &changed, &[&frame[..], &[change]].concat()] {
            match decode_picture(damaged) {
                Err(error) => prop_assert_eq!(error, FrameError::Damaged),
                Ok(Picture { header, planes }) => {
                    let planes = planes.into_owned();
                    prop_assert_eq!(encoded(&Drawing { header, planes }), damaged);
                }
            }
        }
    }

    /// Whatever is read is what an encoder writes.
    #[test]
    fn no_bytes_upset_the_decoder(
        bytes in vec(any::<u8>(), 0..60),
        zeros in 0..6_usize,
        size in (2..40_u16, 2..40_u16, 2..=8_u16),
    ) {
        let head = encoded(&noise(size, Precision::FULL));
        let frame = [&head[..PICTURE_HEADER_BYTES], &bytes, &[0, 0, 0, 0, 0, 0][..zeros]].concat();
        if let Ok(picture) = decode_picture(&frame) {
            let planes = picture.planes.into_owned();
            prop_assert_eq!(encoded(&Drawing { header: picture.header, planes }), frame);
        }
    }
}

#[test]
fn no_damage_to_a_whole_picture_goes_unnoticed() {
    let frame = encoded(&regions((30, 20, 4), Precision::FULL, 3));
    for at in PICTURE_HEADER_BYTES + 1..frame.len() {
        assert_eq!(decode_picture(&frame[..at]), Err(FrameError::Damaged));
        let mut changed = frame.clone();
        for bit in 0..8 {
            changed[at] = frame[at] ^ 1 << bit;
            assert_eq!(decode_picture(&changed), Err(FrameError::Damaged));
        }
    }
    for byte in 0..=255 {
        let longer = [&frame[..], &[byte]].concat();
        assert_eq!(decode_picture(&longer), Err(FrameError::Damaged));
    }
}

#[test]
fn an_encoder_can_be_used_again_for_any_picture() {
    let mut encoder = PictureEncoder::new();
    let mut frame = Vec::new();
    let coarse = Precision::new(31).unwrap();
    for drawing in [
        noise((30, 20, 8), Precision::FULL),
        boundary((40, 40), Precision::FULL, 9.0),
        regions((20, 33, 5), coarse, 4),
        noise((2, 2, 2), coarse),
        boundary((40, 40), Precision::FULL, 9.0),
    ] {
        encoder
            .encode(&drawing.header, &drawing.planes, &mut frame)
            .unwrap();
        assert_eq!(frame, encoded(&drawing));
    }
}

/// In hundredths of the bytes of the same picture in RGB.
#[track_caller]
fn check_size(drawing: &Drawing, at_most: f64) {
    let PictureHeader { width, height, .. } = drawing.header;
    let rgb = f64::from(width) * f64::from(height) * 3.0;
    let share = 100.0 * encoded(drawing).len() as f64 / rgb;
    assert!(share <= at_most, "{share:.2} % of RGB");
}

#[test]
fn frames_are_small() {
    let full = Precision::FULL;
    let coarse = Precision::new(63).unwrap();
    for sharpness in [1.0, 10.0, 100.0] {
        check_size(&boundary((256, 256), full, sharpness), 2.5);
        check_size(&boundary((256, 256), coarse, sharpness), 1.5);
        check_size(&boundary((128, 128), full, sharpness), 4.0);
    }
    for sharpness in [1, 4, 20] {
        check_size(&regions((256, 256, 8), full, sharpness), 15.0);
        check_size(&regions((256, 256, 8), coarse, sharpness), 7.5);
    }
}

/// Sense does not compress, but it costs little more than its bytes.
#[test]
fn noise_does_not_explode() {
    for classes in [2, 8] {
        let drawing = noise((64, 64, classes), Precision::FULL);
        assert!(encoded(&drawing).len() < drawing.planes.len() * 5 / 4);
    }
}

#[test]
fn what_comes_out_is_bounded_before_it_is_made() {
    let size = (1024, 1024, 8);
    let header = header(Precision::FULL, size);
    assert_eq!(header.n_posteriors(), MAX_COMPRESSED_POSTERIORS);
    let (taller, n) = (
        PictureHeader {
            height: 1025,
            ..header
        },
        8 * 1024 * 1025,
    );
    let refused = Err(FrameError::TooManyPosteriors(n));
    let mut out = vec![7];
    assert_eq!(encode_picture(&taller, &[], &mut out), refused);
    assert_eq!(out, [7], "nothing is written");

    let mut frame = encoded(&noise((2, 2, 8), Precision::FULL));
    frame[2..6].copy_from_slice(&[0, 4, 1, 4]);
    assert_eq!(
        decode_picture(&frame),
        Err(FrameError::TooManyPosteriors(n))
    );
    frame[4..6].copy_from_slice(&[0, 4]);
    assert_eq!(decode_picture(&frame), Err(FrameError::Damaged));

    let one_class = Drawing {
        header,
        planes: [vec![255; 1 << 20], vec![0; 7 << 20]].concat(),
    };
    let frame = encoded(&one_class);
    assert!(frame.len() < 300, "{}", frame.len());
    assert_eq!(*decode_picture(&frame).unwrap().planes, one_class.planes);
}

#[test]
fn payloads_without_precision_are_damaged() {
    let mut frame = encoded(&noise((2, 2, 2), Precision::FULL));
    assert_eq!(
        decode_picture(&frame[..PICTURE_HEADER_BYTES]),
        Err(FrameError::Damaged)
    );
    frame[PICTURE_HEADER_BYTES] = 0;
    assert_eq!(decode_picture(&frame), Err(FrameError::Damaged));
    assert_eq!(Precision::new(0), None);
}

#[test]
fn planes_of_another_size_are_refused() {
    let drawing = noise((3, 2, 2), Precision::FULL);
    let mut out = vec![7];
    let refused = encode_picture(&drawing.header, &drawing.planes[1..], &mut out);
    assert_eq!(
        refused,
        Err(FrameError::WrongLength {
            expected: 12,
            given: 11
        })
    );
    assert_eq!(out, [7], "nothing is written");
}
