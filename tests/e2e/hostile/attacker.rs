//! One round of an attack: a connection that is accepted and sends what it can before it is
//! closed, and one that is refused.

use std::net::SocketAddr;

use nnvisu_tests::client::Version;
use rand::RngExt as _;
use serde_json::Value;

use super::wire::{BINARY, CONTINUATION, FINAL, PING, PONG, Received, TEXT, Wire, frame};
use super::{Rng, endpoints, malformed_messages, protocol_violations};

/// Messages that are answered, one that is not, and a handshake.
pub(super) const MESSAGES_PER_ROUND: usize = 50;
const ANSWERED_PER_ROUND: usize = MESSAGES_PER_ROUND - 2;

const CODES: [&str; 9] = [
    "invalid_json",
    "unknown_type",
    "missing_field",
    "wrong_type",
    "out_of_range",
    "too_many_points",
    "binary_not_accepted",
    "checkpoint_mismatch",
    "no_data",
];

/// Everything that happens in a round follows from `rng`; `number` says which one it is when it
/// fails.
pub(super) async fn round(address: SocketAddr, rng: &mut Rng, number: u64) {
    let version = if rng.random() {
        Version::V1
    } else {
        Version::V2
    };
    let mut wire = Wire::open(address, version).await;
    let before = state(&mut wire, rng, version).await;

    let mut bytes = Vec::new();
    let mut pings = Vec::new();
    for _ in 0..ANSWERED_PER_ROUND {
        write_message(rng, &mut bytes, &mut pings);
    }
    wire.subject = format!("the messages of round {number}");
    send_in_pieces(&mut wire, rng, &bytes).await;
    let mut n_errors = 0;
    let mut pongs = Vec::new();
    while n_errors < ANSWERED_PER_ROUND || pongs.len() < pings.len() {
        match wire.next().await {
            Received::Text(message) if message["type"] == "error" => {
                check_error(&message);
                n_errors += 1;
            }
            Received::Text(message) => {
                let kind = message["type"].as_str();
                assert!(matches!(kind, Some("config" | "checkpoint")), "{message}");
            }
            Received::Pong(payload) => pongs.push(payload),
            // A first map, of fresh weights.
            Received::Binary | Received::Ping => {}
            end @ (Received::Close(_) | Received::Nothing) => panic!(
                "round {number}: {end:?} after {n_errors} errors and {} pongs",
                pongs.len()
            ),
        }
    }
    assert_eq!(
        n_errors, ANSWERED_PER_ROUND,
        "round {number}: one error for each message"
    );
    assert_eq!(
        pongs, pings,
        "round {number}: every ping is answered in its turn"
    );

    let after = state(&mut wire, rng, version).await;
    assert_eq!(after, before, "round {number}: nothing has changed");
    protocol_violations::break_off(wire, rng).await;
    endpoints::fail_to_connect(address, rng).await;
}

/// What version 2 says about its session.
async fn state(wire: &mut Wire, rng: &mut Rng, version: Version) -> Option<Value> {
    if version == Version::V1 {
        return None;
    }
    let request = frame(rng, FINAL | TEXT, br#"{"type":"stop_training","id":7}"#);
    wire.send(&request).await;
    loop {
        match wire.next().await {
            Received::Text(mut message) if message["re"] == 7 => {
                assert_eq!(message["type"], "state", "{message}");
                return Some(message["payload"].take());
            }
            Received::Close(_) | Received::Nothing => panic!("the connection ended"),
            _ => {}
        }
    }
}

/// One malformed message in one or more frames, perhaps with control frames in between.
fn write_message(rng: &mut Rng, bytes: &mut Vec<u8>, pings: &mut Vec<Vec<u8>>) {
    let (opcode, payload) = match rng.random_range(0..20) {
        0 => (
            BINARY,
            (0..rng.random_range(0..300))
                .map(|_| rng.random())
                .collect(),
        ),
        // With the wrong mask a text is another text, which is no object.
        1 => (
            TEXT,
            br#"{"type":"start_training"}"#.map(|byte| byte ^ 0x11).to_vec(),
        ),
        _ => (TEXT, malformed_messages::malformed(rng).into_bytes()),
    };
    let n_fragments = if rng.random_range(0..4) == 0 {
        rng.random_range(1..6)
    } else {
        1
    };
    let mut rest = payload.as_slice();
    for idx in 0..n_fragments {
        let is_last = idx + 1 == n_fragments;
        let n = if is_last {
            rest.len()
        } else {
            rng.random_range(0..=rest.len())
        };
        let (fragment, later) = rest.split_at(n);
        rest = later;
        let opcode = if idx == 0 { opcode } else { CONTINUATION };
        let end = if is_last { FINAL } else { 0 };
        bytes.extend(frame(rng, end | opcode, fragment));
        // Control frames may stand between fragments.
        match rng.random_range(0..12) {
            0 => {
                let ping: Vec<u8> = (0..rng.random_range(0..=125))
                    .map(|_| rng.random())
                    .collect();
                bytes.extend(frame(rng, FINAL | PING, &ping));
                pings.push(ping);
            }
            // The answer to no ping: whatever it says, it means nothing.
            1 => {
                let pong: Vec<u8> = (0..rng.random_range(0..=125))
                    .map(|_| rng.random())
                    .collect();
                bytes.extend(frame(rng, FINAL | PONG, &pong));
            }
            _ => {}
        }
    }
}

/// Cut anywhere: in a header, in a mask, in a character.
async fn send_in_pieces(wire: &mut Wire, rng: &mut Rng, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let most = if rng.random() { 20 } else { 20_000 };
        let (piece, later) = rest.split_at(rng.random_range(1..=rest.len().min(most)));
        wire.send(piece).await;
        rest = later;
    }
}

fn check_error(error: &Value) {
    let message = error["message"].as_str().unwrap_or_default();
    assert!(!message.is_empty() && message.len() < 1000, "{error}");
    assert!(!message.contains(char::is_control), "{error}");
    let code = error["code"].as_str().unwrap_or_default();
    assert!(CODES.contains(&code), "{error}");
    assert!(error.get("re").is_none(), "none of them has an id: {error}");
}
