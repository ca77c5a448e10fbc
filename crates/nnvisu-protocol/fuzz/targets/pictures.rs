//! Version 2 pictures from any bytes, compressed ones too: refused, or written again as they
//! came.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use nnvisu_protocol::{decode_picture, encode_picture};

/// Where the header says loss and accuracy. When there are none, any NaN is read as that.
const METRICS: std::ops::Range<usize> = 20..28;

/// Large pictures are no other than small ones, only slower: what bounds them is looked at in
/// the crate's own tests.
const MAX_SIDE: u16 = 300;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    if let Some(&[w0, w1, h0, h1]) = bytes.get(2..6)
        && [[w0, w1], [h0, h1]]
            .map(u16::from_le_bytes)
            .iter()
            .any(|&side| side > MAX_SIDE)
    {
        return Corpus::Reject;
    }
    if let Ok(picture) = decode_picture(bytes) {
        let mut again = Vec::new();
        encode_picture(&picture.header, &picture.planes, &mut again)
            .expect("what was read is a picture");
        if picture.header.metrics.is_none() {
            again[METRICS].copy_from_slice(&bytes[METRICS]);
        }
        assert_eq!(again, bytes);
    }
    Corpus::Keep
});
