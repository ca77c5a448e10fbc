//! Handshakes that are refused: none opens a session, and none is kept waiting.

use std::net::SocketAddr;

use nnvisu_tests::client::Version;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

use super::Rng;
use super::wire::{Wire, handshake};

/// Sends a handshake that has to be refused.
pub(super) async fn fail_to_connect(address: SocketAddr, rng: &mut Rng) {
    let bytes = bytes(address, rng);
    let mut wire = Wire::connect(address).await;
    wire.subject = format!(
        "{:?}",
        String::from_utf8_lossy(&bytes[..bytes.len().min(300)])
    );
    wire.send(&bytes).await;
    if rng.random_range(0..4) == 0 {
        wire.reset();
        return;
    }
    let text = String::from_utf8_lossy(&bytes);
    if !text.contains("\r\n\r\n") {
        // Else it would be right to wait for the rest.
        wire.end().await;
    }
    let answer = wire.head().await;
    let is_accepted = answer.contains(" 101 ");
    let is_our_fault = answer.starts_with("HTTP/1.1 5") && !answer.starts_with("HTTP/1.1 505");
    assert!(
        !is_accepted && !is_our_fault,
        "{text:?} was answered by {answer}"
    );
}

fn bytes(address: SocketAddr, rng: &mut Rng) -> Vec<u8> {
    let good = handshake(address, Version::V2);
    match rng.random_range(0..9) {
        0 => {
            let cut = rng.random_range(0..good.len());
            good.as_bytes()[..cut].to_vec()
        }
        1 => changed(&good, rng).into_bytes(),
        2 => (0..rng.random_range(1..400))
            .map(|_| rng.random())
            .collect(),
        // The first words of TLS, of HTTP/2, and of other protocols.
        3 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        4 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        5 => b"\0\0\0\x85\xffSMBr\0\0\0\0".to_vec(),
        6 => {
            let size = rng.random_range(1000..100_000);
            let many = format!("X-Filler: {}\r\n\r\n", "a".repeat(size));
            // Too late or too large, either way not a WebSocket of version 13.
            good.replace("Version: 13\r\n", "Version: 12\r\n")
                .replace("\r\n\r\n", &format!("\r\n{many}"))
                .into_bytes()
        }
        7 => {
            let headers = "A: b\r\n".repeat(rng.random_range(100..500));
            good.replace("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", &headers)
                .into_bytes()
        }
        _ => [
            good.replace("Upgrade\r\n", "close\r\n").as_bytes(),
            &[0; 100],
        ]
        .concat(),
    }
}

/// The handshake with a change for which it has to be refused.
fn changed(good: &str, rng: &mut Rng) -> String {
    let changes = [
        ("GET", "POST"),
        ("GET", "get"),
        ("HTTP/1.1", "HTTP/9.9"),
        ("/ws", "/../../ws"),
        ("/ws", "/ws/x"),
        ("/ws", "ws"),
        ("/ws", "/%ff%00"),
        ("websocket\r\n", "h2c\r\n"),
        ("Upgrade: websocket\r\n", ""),
        ("Connection: Upgrade\r\n", ""),
        ("Version: 13", "Version: 8"),
        ("Version: 13", "Version: -1"),
        ("Sec-WebSocket-Version: 13\r\n", ""),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""),
        ("Host: ", "Host: evil.example\r\nHost: "),
        ("Host: ", "Host: evil.example, "),
        (
            "Upgrade: web",
            "Origin: http://evil.example\r\nUpgrade: web",
        ),
        ("Upgrade: web", "Content-Length: -1\r\nUpgrade: web"),
        (
            "Upgrade: web",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nUpgrade: web",
        ),
        ("Upgrade: web", "\x1b[31m: x\r\nUpgrade: web"),
        ("Upgrade: web", ": no name\r\nUpgrade: web"),
    ];
    let (from, to) = changes.choose(rng).expect("some");
    good.replacen(from, to, 1)
}
