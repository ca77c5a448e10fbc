//! What a server sends: whatever the text, a client's reader fails with an error, or reads what
//! it can write and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nnvisu_protocol::parse_response;

fuzz_target!(|text: &str| {
    if let Ok(Some(message)) = parse_response(text) {
        let written = message.to_json();
        let read = parse_response(&written).expect("what was written can be read");
        assert_eq!(read, Some(message), "after writing {written}");
    }
});
