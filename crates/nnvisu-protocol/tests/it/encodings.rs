//! The encodings of posteriors: what they keep, what they cost, and what is refused.

use nnvisu_protocol::limits::MAX_COMPRESSED_POSTERIORS;
use nnvisu_protocol::{
    FrameEncoder, FrameError, MapSize, PosteriorEncoding, Posteriors, Precision, decode_frame,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::maps::{Drawing, INFO, PAYLOAD, boundary, map_size, noise, regions};

/// Where the compressed bytes begin: after the size and the precision.
const COMPRESSED: usize = PAYLOAD + 8 + 1;

fn decoded(frame: &[u8]) -> Result<Posteriors<'_>, FrameError> {
    decode_frame(frame).map(|frame| frame.posteriors().unwrap().clone())
}

fn drawing_of(posteriors: Posteriors<'_>) -> Drawing {
    Drawing {
        size: posteriors.size,
        encoding: posteriors.encoding,
        precision: posteriors.precision,
        planes: posteriors.planes.into_owned(),
    }
}

/// What decoding has to give: raw bytes as they are; else each value at the given precision and,
/// where the planes add up, as near as what the earlier classes leave, the last class the rest.
fn expected_planes(drawing: &Drawing) -> Vec<u8> {
    let n_classes = usize::from(drawing.size.classes);
    let n_pixels = drawing.size.n_pixels();
    let max_value = f64::from(drawing.precision.max_value());
    let nearest = |byte: u8| (f64::from(byte) * max_value / 255.0).round();
    let byte = |value: f64| (value * 255.0 / max_value).round() as u8;
    match drawing.encoding {
        PosteriorEncoding::Raw => drawing.planes.clone(),
        PosteriorEncoding::Planes => {
            let mut planes = vec![0; drawing.planes.len()];
            for pixel in 0..n_pixels {
                let mut remaining = max_value;
                for class in 0..n_classes {
                    let idx = class * n_pixels + pixel;
                    let value = if class + 1 == n_classes {
                        remaining
                    } else {
                        nearest(drawing.planes[idx]).min(remaining)
                    };
                    remaining -= value;
                    planes[idx] = byte(value);
                }
            }
            planes
        }
        _ => drawing.planes.iter().map(|&v| byte(nearest(v))).collect(),
    }
}

fn precision() -> impl Strategy<Value = Precision> {
    prop_oneof![Just(255), Just(63), 1..=255_u8].prop_map(|max| Precision::new(max).unwrap())
}

fn encoding() -> impl Strategy<Value = PosteriorEncoding> {
    select(PosteriorEncoding::ALL)
}

fn compressed() -> impl Strategy<Value = PosteriorEncoding> {
    select(&PosteriorEncoding::ALL[1..])
}

/// Posteriors that change a little from pixel to pixel, in plateaus and in jumps.
fn smooth(encoding: impl Strategy<Value = PosteriorEncoding>) -> impl Strategy<Value = Drawing> {
    let size = (2..24_u16, 2..24_u16, 2..=8_u16);
    let change = prop_oneof![4 => Just(0.0), 3 => -0.02..0.02_f64, 1 => -2.0..2.0];
    let parts = (
        encoding,
        precision(),
        vec(change, 1..60),
        vec(0.0..8.0_f64, 8),
    );
    (size, parts).prop_map(|(size, (encoding, precision, changes, bases))| {
        let size = map_size(size);
        let n_classes = usize::from(size.classes);
        let mut odds = bases;
        let mut planes = vec![0; size.n_posteriors()];
        for pixel in 0..size.n_pixels() {
            for (class, odds) in odds[..n_classes].iter_mut().enumerate() {
                *odds = (*odds + changes[(pixel * 7 + class * 3) % changes.len()]).max(0.0);
            }
            let sum: f64 = odds[..n_classes].iter().sum();
            for class in 0..n_classes {
                let posterior = if sum > 0.0 {
                    odds[class] / sum
                } else {
                    1.0 / f64::from(size.classes)
                };
                planes[class * size.n_pixels() + pixel] = (posterior * 255.0).round() as u8;
            }
        }
        Drawing {
            size,
            encoding,
            precision,
            planes,
        }
    })
}

fn any_planes(
    encoding: impl Strategy<Value = PosteriorEncoding>,
) -> impl Strategy<Value = Drawing> {
    let size = (2..12_u16, 2..12_u16, 2..=8_u16);
    (size, precision(), encoding).prop_flat_map(|(size, precision, encoding)| {
        let size = map_size(size);
        vec(any::<u8>(), size.n_posteriors()).prop_map(move |planes| Drawing {
            size,
            encoding,
            precision,
            planes,
        })
    })
}

proptest! {
    #[test]
    fn what_is_decoded_is_the_nearest_that_the_encoding_allows(
        drawing in prop_oneof![smooth(encoding()), any_planes(encoding())],
    ) {
        let frame = drawing.frame();
        let read = decoded(&frame).unwrap();
        prop_assert_eq!((read.size, read.encoding), (drawing.size, drawing.encoding));
        let expected = expected_planes(&drawing);
        prop_assert_eq!(&*read.planes, &expected[..]);
        prop_assert_eq!(Drawing { planes: expected, ..drawing }.frame(), frame);
    }

    /// Each class is rounded on its own before: half a level wrong. What those halves sum to
    /// comes on top for some class, never more than the number of classes' halves.
    #[test]
    fn posteriors_are_off_by_at_most_half_a_level_for_each_class(
        drawing in smooth(Just(PosteriorEncoding::Planes)),
    ) {
        let frame = Drawing { precision: Precision::FULL, ..drawing.clone() }.frame();
        let most = drawing.size.classes as u8 / 2;
        for (decoded, given) in decoded(&frame).unwrap().planes.iter().zip(&drawing.planes) {
            prop_assert!(decoded.abs_diff(*given) <= most, "{} for {}", decoded, given);
        }
    }

    /// Of a few bytes, other ones can be another map by chance.
    #[test]
    fn damage_is_noticed_or_gives_another_map(
        drawing in smooth(compressed()),
        at in any::<prop::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let frame = drawing.frame();
        let mut damaged = frame.clone();
        damaged[COMPRESSED + at.index(frame.len() - COMPRESSED)] ^= change;
        match decoded(&damaged) {
            Err(error) => prop_assert_eq!(error, FrameError::Damaged),
            Ok(read) if read.encoding == PosteriorEncoding::Deflate => {
                // Other bytes can be the same zlib stream, never other planes: it has a checksum.
                prop_assert_eq!(&*read.planes, &expected_planes(&drawing)[..]);
            }
            Ok(read) => prop_assert_eq!(drawing_of(read).frame(), damaged),
        }
    }

    /// Whatever is read by our own codec is what an encoder writes.
    #[test]
    fn no_bytes_upset_the_decoders(
        bytes in vec(any::<u8>(), 0..60),
        zeros in 0..6_usize,
        size in (2..40_u16, 2..40_u16, 2..=8_u16),
        encoding in compressed(),
    ) {
        let head = noise(size, Precision::FULL).encoded_as(encoding).frame();
        let mut frame = [&head[..COMPRESSED], &bytes, &[0; 6][..zeros]].concat();
        set_section_length(&mut frame);
        if let Ok(read) = decoded(&frame) && encoding != PosteriorEncoding::Deflate {
            prop_assert_eq!(drawing_of(read).frame(), frame);
        }
    }
}

fn set_section_length(frame: &mut [u8]) {
    let n_bytes = (frame.len() - PAYLOAD) as u32;
    frame[PAYLOAD - 4..PAYLOAD].copy_from_slice(&n_bytes.to_le_bytes());
}

/// The frame with its only section cut to `len` bytes in all.
fn cut(frame: &[u8], len: usize) -> Vec<u8> {
    let mut cut = frame[..len].to_vec();
    set_section_length(&mut cut);
    cut
}

#[test]
fn no_damage_to_a_map_goes_unnoticed() {
    for encoding in [PosteriorEncoding::Planes, PosteriorEncoding::FreePlanes] {
        let frame = regions((30, 20, 4), Precision::FULL, 3)
            .encoded_as(encoding)
            .frame();
        for at in COMPRESSED..frame.len() {
            assert_eq!(decoded(&cut(&frame, at)), Err(FrameError::Damaged));
            let mut changed = frame.clone();
            for bit in 0..8 {
                changed[at] = frame[at] ^ 1 << bit;
                assert_eq!(decoded(&changed), Err(FrameError::Damaged));
            }
        }
    }
    for &encoding in &PosteriorEncoding::ALL[1..] {
        let frame = noise((6, 5, 4), Precision::FULL)
            .encoded_as(encoding)
            .frame();
        for at in COMPRESSED..frame.len() {
            assert_eq!(decoded(&cut(&frame, at)), Err(FrameError::Damaged));
        }
        for byte in 0..=255 {
            let mut longer = [&frame[..], &[byte]].concat();
            set_section_length(&mut longer);
            assert_eq!(decoded(&longer), Err(FrameError::Damaged));
        }
    }
}

#[test]
fn an_encoder_can_be_used_again_for_any_map() {
    let mut encoder = FrameEncoder::new();
    let mut frame = Vec::new();
    let coarse = Precision::new(31).unwrap();
    for &encoding in PosteriorEncoding::ALL.iter().chain(PosteriorEncoding::ALL) {
        for drawing in [
            noise((30, 20, 8), Precision::FULL),
            boundary((40, 40), Precision::FULL, 9.0),
            regions((20, 33, 5), coarse, 4),
            noise((2, 2, 2), coarse),
        ] {
            let drawing = drawing.encoded_as(encoding);
            drawing.write(&mut encoder, &mut frame);
            assert_eq!(frame, drawing.frame());
        }
    }
}

/// In hundredths of the bytes of the same map in RGB.
#[track_caller]
fn check_size(drawing: &Drawing, at_most: f64) {
    let rgb = (drawing.size.n_pixels() * 3) as f64;
    let share = 100.0 * (drawing.frame().len() - PAYLOAD) as f64 / rgb;
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

/// Nonsense does not compress, but it costs little more than its bytes.
#[test]
fn noise_does_not_explode() {
    for classes in [2, 8] {
        for &encoding in PosteriorEncoding::ALL {
            let drawing = noise((64, 64, classes), Precision::FULL).encoded_as(encoding);
            assert!(drawing.frame().len() < drawing.planes.len() * 5 / 4);
        }
    }
}

#[test]
fn what_comes_out_is_bounded_before_it_is_made() {
    let size = map_size((1024, 1024, 8));
    assert_eq!(size.n_posteriors(), MAX_COMPRESSED_POSTERIORS);
    let taller = MapSize {
        height: 1025,
        ..size
    };
    let refused = Err(FrameError::TooManyPosteriors(taller.n_posteriors()));
    for &encoding in &PosteriorEncoding::ALL[1..] {
        let (mut encoder, mut out) = (FrameEncoder::new(), Vec::new());
        let mut frame = encoder.start(&INFO, &mut out);
        assert_eq!(
            frame.posteriors(taller, encoding, Precision::FULL, &[]),
            refused
        );
        let mut frame = noise((2, 2, 8), Precision::FULL)
            .encoded_as(encoding)
            .frame();
        frame[PAYLOAD..][..4].copy_from_slice(&[0, 4, 1, 4]);
        assert_eq!(decoded(&frame).map(|_| ()), refused);
        frame[PAYLOAD..][..4].copy_from_slice(&[0, 4, 0, 4]);
        assert_eq!(decoded(&frame), Err(FrameError::Damaged));
    }
    let one_class = Drawing {
        size,
        encoding: PosteriorEncoding::Planes,
        precision: Precision::FULL,
        planes: [vec![255; 1 << 20], vec![0; 7 << 20]].concat(),
    };
    let frame = one_class.frame();
    assert!(frame.len() < 300, "{}", frame.len());
    assert_eq!(*decoded(&frame).unwrap().planes, one_class.planes);
}

#[test]
fn posteriors_without_precision_are_damaged() {
    for &encoding in &PosteriorEncoding::ALL[1..] {
        let mut frame = noise((2, 2, 2), Precision::FULL)
            .encoded_as(encoding)
            .frame();
        assert!(matches!(
            decoded(&cut(&frame, COMPRESSED - 1)),
            Err(FrameError::TooShort { .. })
        ));
        frame[COMPRESSED - 1] = 0;
        assert_eq!(decoded(&frame), Err(FrameError::Damaged));
    }
    assert_eq!(Precision::new(0), None);
}

/// A value above the greatest one is no posterior.
#[test]
fn deflated_values_are_within_the_precision() {
    let drawing = noise((2, 2, 2), Precision::FULL).encoded_as(PosteriorEncoding::Deflate);
    let mut frame = drawing.frame();
    frame[COMPRESSED - 1] = 1;
    assert_eq!(decoded(&frame), Err(FrameError::Damaged));
}
