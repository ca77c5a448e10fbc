//! Violations of the transport.s protocol: each ends the connection it comes on, with a reason.

use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

use super::wire::{
    BINARY, CLOSE, CONTINUATION, FINAL, PING, PONG, Received, TEXT, Wire, frame, header,
};
use super::{MAX_MESSAGE_BYTES, Rng};

/// Codes of close frames.
const PROTOCOL_ERROR: u16 = 1002;
const NOT_UTF_8: u16 = 1007;
const TOO_LARGE: u16 = 1009;

const REQUEST: &[u8] = br#"{"type":"start_training"}"#;

/// Ends the connection in one of many ways, and waits until the server has ended it, too.
pub(super) async fn break_off(mut wire: Wire, rng: &mut Rng) {
    let (bytes, code) = match rng.random_range(0..14) {
        0 => (unmasked(rng), Some(PROTOCOL_ERROR)),
        1 => (reserved_bits(rng), Some(PROTOCOL_ERROR)),
        2 => (reserved_opcode(rng), Some(PROTOCOL_ERROR)),
        3 => (long_control_frame(rng), Some(PROTOCOL_ERROR)),
        4 => (fragmented_control_frame(rng), Some(PROTOCOL_ERROR)),
        5 => (continuation_of_nothing(rng), Some(PROTOCOL_ERROR)),
        6 => (message_within_message(rng), Some(PROTOCOL_ERROR)),
        7 => (bad_text(rng), Some(NOT_UTF_8)),
        8 => (bad_text_in_fragments(rng), Some(NOT_UTF_8)),
        9 => (too_large(rng), Some(TOO_LARGE)),
        10 => (too_large_in_fragments(rng), Some(TOO_LARGE)),
        11 => (bad_close(rng), None),
        12 => return half_a_message(wire, rng).await,
        _ => {
            wire.reset();
            return;
        }
    };
    wire.subject = format!("{:x?}", &bytes[..bytes.len().min(40)]);
    wire.send(&bytes).await;
    loop {
        match wire.next().await {
            Received::Close(given) => {
                if let (Some(code), Some(given)) = (code, given) {
                    assert_eq!(given, code, "after {}", wire.subject);
                }
                break;
            }
            // The reason can be lost if the server hangs up while more is under way to it.
            Received::Nothing => break,
            Received::Text(message) => assert_ne!(message["type"], "state", "{message}"),
            Received::Binary | Received::Ping | Received::Pong(_) => {}
        }
    }
}

fn data_opcode(rng: &mut Rng) -> u8 {
    if rng.random() { TEXT } else { BINARY }
}

fn bytes(rng: &mut Rng, n: usize) -> Vec<u8> {
    (0..n).map(|_| rng.random()).collect()
}

fn unmasked(rng: &mut Rng) -> Vec<u8> {
    let opcode = *[TEXT, BINARY, PING, CLOSE].choose(rng).expect("some");
    [
        header(FINAL | opcode, REQUEST.len() as u64, None),
        REQUEST.to_vec(),
    ]
    .concat()
}

fn reserved_bits(rng: &mut Rng) -> Vec<u8> {
    let bits = rng.random_range(1..8) << 4;
    let opcode = *[TEXT, BINARY, PING, PONG, CLOSE].choose(rng).expect("some");
    frame(rng, FINAL | bits | opcode, REQUEST)
}

fn reserved_opcode(rng: &mut Rng) -> Vec<u8> {
    let opcode = *[3, 4, 5, 6, 7, 11, 12, 13, 14, 15]
        .choose(rng)
        .expect("some");
    frame(rng, FINAL | opcode, REQUEST)
}

/// All of it, or a header that promises more than any memory holds and some of that.
fn long_control_frame(rng: &mut Rng) -> Vec<u8> {
    let opcode = FINAL | *[PING, PONG, CLOSE].choose(rng).expect("some");
    if rng.random() {
        let payload = bytes(rng, 5000);
        let n = rng.random_range(126..=5000);
        frame(rng, opcode, &payload[..n])
    } else {
        let promised = 1 << rng.random_range(17..63);
        let mut frame = header(opcode, promised, Some([0; 4]));
        frame.extend(bytes(rng, 3000));
        frame
    }
}

fn fragmented_control_frame(rng: &mut Rng) -> Vec<u8> {
    let opcode = *[PING, PONG, CLOSE].choose(rng).expect("some");
    frame(rng, opcode, b"to be continued")
}

fn continuation_of_nothing(rng: &mut Rng) -> Vec<u8> {
    let end = if rng.random() { FINAL } else { 0 };
    frame(rng, end | CONTINUATION, REQUEST)
}

fn message_within_message(rng: &mut Rng) -> Vec<u8> {
    let begun = data_opcode(rng);
    let inside = data_opcode(rng);
    let end = if rng.random() { FINAL } else { 0 };
    [
        frame(rng, begun, &REQUEST[..9]),
        frame(rng, end | inside, REQUEST),
    ]
    .concat()
}

/// Bytes that are not UTF-8: not in any place, too long for their character, of no character,
/// cut off.
const NOT_TEXT: [&[u8]; 9] = [
    b"\xff",
    b"\x80",
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xc3",
    b"\xe2\x82",
];

fn bad_text(rng: &mut Rng) -> Vec<u8> {
    let bad = NOT_TEXT.choose(rng).expect("some");
    let text = [br#"{"type":"re"#, *bad, br#"set"}"#].concat();
    frame(rng, FINAL | TEXT, &text)
}

fn bad_text_in_fragments(rng: &mut Rng) -> Vec<u8> {
    let bad = NOT_TEXT.choose(rng).expect("some");
    let text = [br#"{"type":"re"#, *bad, br#"set"}"#].concat();
    let (begin, end) = text.split_at(rng.random_range(1..text.len()));
    [
        frame(rng, TEXT, begin),
        frame(rng, FINAL | PING, b"in between"),
        frame(rng, FINAL | CONTINUATION, end),
    ]
    .concat()
}

/// Only the header says so; what it promises never comes.
fn too_large(rng: &mut Rng) -> Vec<u8> {
    let limit = MAX_MESSAGE_BYTES as u64;
    let promised = match rng.random_range(0..3) {
        0 => limit + 1,
        1 => limit << rng.random_range(1..46),
        _ => u64::MAX >> rng.random_range(0..3),
    };
    let mut frame = header(FINAL | data_opcode(rng), promised, Some(rng.random()));
    frame.extend(bytes(rng, 2000));
    frame
}

/// Fragments whose sum is too large, or whose number is.
fn too_large_in_fragments(rng: &mut Rng) -> Vec<u8> {
    let length = *[0, 1, 10_000].choose(rng).expect("some");
    let n_pieces = MAX_MESSAGE_BYTES / length.max(64) + 1;
    let mut message = frame(rng, TEXT, b"x");
    for _ in 0..n_pieces {
        message.extend(frame(rng, CONTINUATION, &b"x".repeat(length)));
    }
    message
}

fn bad_close(rng: &mut Rng) -> Vec<u8> {
    let payloads: [&[u8]; 8] = [
        b"\x03",
        b"\x00\x00",
        b"\x03\xe7",
        b"\x03\xed",
        b"\x03\xee",
        b"\xff\xff",
        b"\x03\xe8\xff\xfe",
        b"\x03\xe8\x1b[31mbye",
    ];
    let payload = payloads.choose(rng).expect("some");
    let mut bytes = frame(rng, FINAL | CLOSE, payload);
    // Nothing is to be read after that.
    bytes.extend(frame(rng, FINAL | TEXT, REQUEST));
    bytes
}

/// A message, a header even, that stops in the middle, with or without the end of the stream.
async fn half_a_message(mut wire: Wire, rng: &mut Rng) {
    let payload = vec![b' '; rng.random_range(0..2000)];
    let whole = frame(rng, FINAL | TEXT, &payload);
    "half a message".clone_into(&mut wire.subject);
    wire.send(&whole[..rng.random_range(1..whole.len())]).await;
    if rng.random() {
        wire.end().await;
        wire.ended().await;
    } else {
        wire.reset();
    }
}
