//! Any posteriors and any header, through the encoders of both versions and back.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use nnvisu_protocol::{
    Encoding, Metrics, PictureEncoder, PictureHeader, Precision, decode_map, decode_picture,
    encode_map,
};

/// A header that keeps to the limits, and the posteriors that belong to it.
#[derive(Debug)]
struct Drawing {
    header: PictureHeader,
    planes: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Drawing {
    fn arbitrary(from: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let encoding = match Precision::new(from.arbitrary()?) {
            Some(precision) => Encoding::Compressed(precision),
            None => Encoding::Posteriors,
        };
        let header = PictureHeader {
            encoding,
            width: from.int_in_range(2..=40)?,
            height: from.int_in_range(2..=40)?,
            classes: from.int_in_range(2..=8)?,
            generation: from.arbitrary()?,
            step: from.arbitrary()?,
            metrics: Metrics::new(from.arbitrary()?, from.arbitrary()?).ok(),
            steps_per_second: Some(from.arbitrary()?)
                .filter(|speed: &f32| speed.is_finite() && *speed >= 0.0)
                .unwrap_or_default(),
        };
        // In runs, as real pictures have them: a length and a byte each.
        let mut planes = Vec::with_capacity(header.n_posteriors());
        while planes.len() < header.n_posteriors() {
            let (length, value): (u8, u8) = from.arbitrary()?;
            let left = header.n_posteriors() - planes.len();
            // The fuzzer's bytes end in zeros without end: the last run is all there is left.
            let n = if from.is_empty() {
                left
            } else {
                left.min(1 + usize::from(length))
            };
            planes.extend(std::iter::repeat_n(value, n));
        }
        Ok(Self { header, planes })
    }
}

fuzz_target!(|drawings: [Drawing; 2]| {
    // The second one meets what the first has left in the encoder's memory.
    let mut encoder = PictureEncoder::new();
    for Drawing { header, planes } in &drawings {
        let mut frame = Vec::new();
        encoder
            .encode(header, planes, &mut frame)
            .expect("the header keeps to the limits");
        let picture = decode_picture(&frame).expect("what was written can be read");
        assert_eq!(picture.header, *header);
        let expected = match header.encoding {
            Encoding::Posteriors => planes.clone(),
            Encoding::Compressed(precision) => summing_to_the_whole(header, planes, precision),
        };
        assert!(
            *picture.planes == expected,
            "{:?}, not {expected:?}",
            picture.planes
        );
    }
    check_map(&drawings[0]);
});

/// The same bytes as a map, where there are enough.
fn check_map(Drawing { header, planes }: &Drawing) {
    let (width, height) = (header.width, header.height);
    let n_bytes = usize::from(width) * usize::from(height) * 3;
    let Some(rgb) = planes.get(..n_bytes) else {
        return;
    };
    let mut frame = Vec::new();
    encode_map(width, height, rgb, &mut frame).expect("the size keeps to the limits");
    let map = decode_map(&frame).expect("what was written can be read");
    assert_eq!((map.width, map.height, map.rgb), (width, height, rgb));
}

/// What decoding has to give, class by class: the nearest value that what is left of the whole
/// allows, and for the last class what is left.
fn summing_to_the_whole(header: &PictureHeader, planes: &[u8], precision: Precision) -> Vec<u8> {
    let n_pixels = usize::from(header.width) * usize::from(header.height);
    let whole = f64::from(precision.max_value());
    let mut rest = vec![whole; n_pixels];
    let mut decoded = Vec::with_capacity(planes.len());
    for (class, plane) in planes.chunks_exact(n_pixels).enumerate() {
        let is_last = class + 1 == usize::from(header.classes);
        for (&byte, rest) in plane.iter().zip(&mut rest) {
            let nearest = (f64::from(byte) * whole / 255.0).round();
            let value = if is_last { *rest } else { nearest.min(*rest) };
            *rest -= value;
            decoded.push((value * 255.0 / whole).round() as u8);
        }
    }
    decoded
}
