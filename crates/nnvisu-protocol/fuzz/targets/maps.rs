//! Version 1 maps from any bytes: refused, or written again as they came.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nnvisu_protocol::{decode_map, encode_map};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(map) = decode_map(bytes) {
        let mut again = Vec::new();
        encode_map(map.width, map.height, map.rgb, &mut again).expect("what was read is a map");
        assert_eq!(again, bytes);
    }
});
