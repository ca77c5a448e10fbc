//! Version 2 frames from any bytes: refused, or written again and read as the same.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use nnvisu_protocol::{FrameEncoder, PosteriorEncoding, Section, decode_frame};

/// Large maps are no other than small ones, only slower: what bounds them is looked at in the
/// crate's own tests.
const MAX_POSTERIORS: usize = 300_000;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(frame) = decode_frame(bytes) else {
        return Corpus::Keep;
    };
    let mut encoder = FrameEncoder::new();
    let mut again = Vec::new();
    let mut writer = encoder.start(&frame.info, &mut again);
    for section in &frame.sections {
        match section {
            Section::Metrics(metrics) => writer.metrics(metrics),
            Section::Posteriors(map) if map.planes.len() > MAX_POSTERIORS => return Corpus::Reject,
            Section::Posteriors(map) => {
                // Raw planes are written as they are, whatever they came as.
                writer.posteriors(map.size, PosteriorEncoding::Raw, map.precision, &map.planes)
            }
            _ => unreachable!("a section of a kind that this target does not know"),
        }
        .expect("what was read is a frame");
    }
    let read = decode_frame(&again).expect("what was written can be read");
    assert_eq!(read.info, frame.info);
    assert_eq!(read.sections.len(), frame.sections.len());
    for (again, first) in read.sections.iter().zip(&frame.sections) {
        match (again, first) {
            (Section::Posteriors(again), Section::Posteriors(first)) => {
                assert_eq!((again.size, &again.planes), (first.size, &first.planes));
            }
            (again, first) => assert_eq!(again, first),
        }
    }
    Corpus::Keep
});
