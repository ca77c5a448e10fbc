//! What a client sends: whatever the text, the parser accepts something it can write and read
//! again, or refuses in a sentence fit to be sent back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nnvisu_protocol::{Limits, ProtocolVersion, RequestError, ServerMessage, parse_request};

/// Small ones, so that inputs of a few hundred bytes come to both sides of them.
const LIMITS: Limits = Limits {
    max_points: 4,
    max_message_bytes: 3000,
};

/// More than any sentence has; what is quoted from the text is cut to 40 characters.
const LONGEST_MESSAGE: usize = 1000;

fuzz_target!(|text: &str| {
    for version in [ProtocolVersion::V1, ProtocolVersion::V2] {
        match parse_request(version, text, &LIMITS) {
            Ok(envelope) => {
                let written = envelope.to_json();
                let without_limit = Limits {
                    max_message_bytes: usize::MAX,
                    ..LIMITS
                };
                let read = parse_request(version, &written, &without_limit);
                assert_eq!(read, Ok(envelope), "after writing {written}");
            }
            Err(error) => check_refusal(error),
        }
    }
});

fn check_refusal(error: RequestError) {
    let message = &error.message;
    assert!(
        !message.is_empty() && message.len() <= LONGEST_MESSAGE,
        "{message}"
    );
    assert!(!message.contains(char::is_control), "{message:?}");
    let answer = ServerMessage::from(error).to_json();
    let read = nnvisu_protocol::parse_response(&answer);
    assert!(matches!(read, Ok(Some(_))), "{answer}: {read:?}");
}
