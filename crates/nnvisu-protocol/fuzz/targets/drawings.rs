//! Any posteriors and any numbers, through the encoders of both versions and back.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use nnvisu_protocol::{
    FrameEncoder, FrameInfo, FrameMetrics, MapSize, Metrics, PosteriorEncoding, Precision,
    decode_frame, decode_map, encode_map,
};

/// A frame that keeps to the limits, and the posteriors that belong to it.
#[derive(Debug)]
struct Drawing {
    info: FrameInfo,
    metrics: FrameMetrics,
    size: MapSize,
    encoding: PosteriorEncoding,
    precision: Precision,
    planes: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Drawing {
    fn arbitrary(from: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let size = MapSize {
            width: from.int_in_range(2..=40)?,
            height: from.int_in_range(2..=40)?,
            classes: from.int_in_range(2..=8)?,
        };
        let info = FrameInfo {
            running: from.arbitrary()?,
            run: from.arbitrary()?,
            generation: from.arbitrary()?,
            step: from.arbitrary()?,
        };
        let metrics = FrameMetrics {
            metrics: Metrics::new(from.arbitrary()?, from.arbitrary()?).ok(),
            steps_per_second: Some(from.arbitrary()?)
                .filter(|speed: &f32| speed.is_finite() && *speed >= 0.0),
            epoch: from.arbitrary()?,
        };
        let encoding = *from.choose(PosteriorEncoding::ALL)?;
        let precision = Precision::new(from.arbitrary()?).unwrap_or(Precision::FULL);
        // In runs, as real maps have them: a length and a byte each.
        let n_posteriors = size.n_posteriors();
        let mut planes = Vec::with_capacity(n_posteriors);
        while planes.len() < n_posteriors {
            let (length, value): (u8, u8) = from.arbitrary()?;
            let left = n_posteriors - planes.len();
            // The fuzzer's bytes end in zeros without end: the last run is all there is left.
            let n = if from.is_empty() {
                left
            } else {
                left.min(1 + usize::from(length))
            };
            planes.extend(std::iter::repeat_n(value, n));
        }
        Ok(Self {
            info,
            metrics,
            size,
            encoding,
            precision,
            planes,
        })
    }
}

fuzz_target!(|drawings: [Drawing; 2]| {
    // The second one meets what the first has left in the encoder's memory.
    let mut encoder = FrameEncoder::new();
    for drawing in &drawings {
        let mut bytes = Vec::new();
        let mut writer = encoder.start(&drawing.info, &mut bytes);
        writer
            .metrics(&drawing.metrics)
            .and_then(|()| {
                let Drawing {
                    size,
                    encoding,
                    precision,
                    planes,
                    ..
                } = drawing;
                writer.posteriors(*size, *encoding, *precision, planes)
            })
            .expect("the drawing keeps to the limits");
        let frame = decode_frame(&bytes).expect("what was written can be read");
        assert_eq!(frame.info, drawing.info);
        assert_eq!(frame.metrics(), Some(drawing.metrics));
        let map = frame.posteriors().expect("it was written");
        assert_eq!(map.size, drawing.size);
        let expected = expected_planes(drawing);
        assert!(
            *map.planes == expected,
            "{:?}, not {expected:?}",
            map.planes
        );
    }
    check_map(&drawings[0]);
});

/// The same bytes as a map of version 1, where there are enough.
fn check_map(Drawing { size, planes, .. }: &Drawing) {
    let (width, height) = (size.width, size.height);
    let n_bytes = usize::from(width) * usize::from(height) * 3;
    let Some(rgb) = planes.get(..n_bytes) else {
        return;
    };
    let mut frame = Vec::new();
    encode_map(width, height, rgb, &mut frame).expect("the size keeps to the limits");
    let map = decode_map(&frame).expect("what was written can be read");
    assert_eq!((map.width, map.height, map.rgb), (width, height, rgb));
}

/// What decoding has to give, class by class: the nearest value of the precision. Where planes add
/// up, the nearest that what is left of the whole allows, and for the last class what is left.
fn expected_planes(drawing: &Drawing) -> Vec<u8> {
    if drawing.encoding == PosteriorEncoding::Raw {
        return drawing.planes.clone();
    }
    let adds_up = drawing.encoding == PosteriorEncoding::Planes;
    let n_pixels = usize::from(drawing.size.width) * usize::from(drawing.size.height);
    let max_value = f64::from(drawing.precision.max_value());
    let mut remaining = vec![max_value; n_pixels];
    let mut decoded = Vec::with_capacity(drawing.planes.len());
    for (class, plane) in drawing.planes.chunks_exact(n_pixels).enumerate() {
        let is_last = class + 1 == usize::from(drawing.size.classes);
        for (&byte, remaining) in plane.iter().zip(&mut remaining) {
            let nearest = (f64::from(byte) * max_value / 255.0).round();
            let value = match (adds_up, is_last) {
                (false, _) => nearest,
                (true, false) => nearest.min(*remaining),
                (true, true) => *remaining,
            };
            *remaining -= value;
            decoded.push((value * 255.0 / max_value).round() as u8);
        }
    }
    decoded
}
