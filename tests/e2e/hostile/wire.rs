//! A WebSocket whose bytes are written one by one, since no client sends frames that violate the
//! protocol: RFC 6455, section 5.2.

use std::io::Cursor;
use std::net::SocketAddr;

use nnvisu_tests::client::Version;
use nnvisu_tests::wait::guarded;
use rand::RngExt as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::OpCode;

use super::Rng;

pub(super) const FINAL: u8 = 0x80;
pub(super) const CONTINUATION: u8 = 0x0;
pub(super) const TEXT: u8 = 0x1;
pub(super) const BINARY: u8 = 0x2;
pub(super) const CLOSE: u8 = 0x8;
pub(super) const PING: u8 = 0x9;
pub(super) const PONG: u8 = 0xA;

/// What a server says.
#[derive(Debug)]
pub(super) enum Received {
    Text(Value),
    Binary,
    Ping,
    Pong(Vec<u8>),
    Close(Option<u16>),
    /// The end of the bytes, or of the connection.
    Nothing,
}

/// The header of a frame with any first byte, a payload of `length`, and perhaps a mask.
pub(super) fn header(first: u8, length: u64, mask: Option<[u8; 4]>) -> Vec<u8> {
    let header = FrameHeader {
        is_final: first & FINAL != 0,
        rsv1: first & 0x40 != 0,
        rsv2: first & 0x20 != 0,
        rsv3: first & 0x10 != 0,
        opcode: OpCode::from(first & 0xF),
        mask,
    };
    let mut bytes = Vec::new();
    header.format(length, &mut bytes).expect("a Vec has room");
    bytes
}

/// A frame as a client has to write it.
pub(super) fn frame(rng: &mut Rng, first: u8, payload: &[u8]) -> Vec<u8> {
    let mask: [u8; 4] = rng.random();
    let mut bytes = header(first, payload.len() as u64, Some(mask));
    bytes.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    bytes
}

/// The text of a handshake.
pub(super) fn handshake(address: SocketAddr, version: Version) -> String {
    let subprotocol = match version {
        Version::V1 => "",
        Version::V2 => "Sec-WebSocket-Protocol: nnvisu.v2\r\n",
    };
    format!(
        "GET /ws HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
         {subprotocol}\r\n"
    )
}

/// A connection on which anything can be written.
pub(super) struct Wire {
    stream: TcpStream,
    /// What has come and is not read yet.
    buffer: Vec<u8>,
    /// What the server has to answer, for the message if it does not.
    pub(super) subject: String,
}

impl Wire {
    pub(super) async fn connect(address: SocketAddr) -> Self {
        let connecting = TcpStream::connect(address);
        let stream = guarded("a connection", connecting).await;
        Self {
            stream: stream.expect("the server accepts connections"),
            buffer: Vec::new(),
            subject: "the beginning".to_owned(),
        }
    }

    /// Connects, and shakes hands as one should.
    pub(super) async fn open(address: SocketAddr, version: Version) -> Self {
        let mut wire = Self::connect(address).await;
        wire.send(handshake(address, version).as_bytes()).await;
        let head = wire.head().await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        wire
    }

    /// The head of an HTTP response; all that comes if there is none.
    pub(super) async fn head(&mut self) -> String {
        let end = loop {
            let end = self
                .buffer
                .windows(4)
                .position(|bytes| bytes == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
            if !self.fill().await {
                break self.buffer.len();
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end).collect();
        String::from_utf8_lossy(&head).into_owned()
    }

    /// Writes as much as the server takes: it may have hung up already.
    pub(super) async fn send(&mut self, bytes: &[u8]) {
        let _ = guarded("room to send", self.stream.write_all(bytes)).await;
    }

    /// Says that nothing follows.
    pub(super) async fn end(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Hangs up without a word: the other side gets a reset.
    pub(super) fn reset(self) {
        // Fails if there is no connection any more.
        let _ = self.stream.set_zero_linger();
    }

    /// Waits for the end, whatever comes before.
    pub(super) async fn ended(mut self) {
        while self.fill().await {}
    }

    /// The next frame.
    pub(super) async fn next(&mut self) -> Received {
        loop {
            if let Some(received) = self.take_frame() {
                return received;
            }
            if !self.fill().await {
                return Received::Nothing;
            }
        }
    }

    async fn fill(&mut self) -> bool {
        let reading = self.stream.read_buf(&mut self.buffer);
        let what = format!("an answer to {}", self.subject);
        matches!(guarded(&what, reading).await, Ok(1..))
    }

    fn take_frame(&mut self) -> Option<Received> {
        let mut unread = Cursor::new(&self.buffer);
        let (header, length) = FrameHeader::parse(&mut unread).expect("a valid header")?;
        assert!(header.is_final && header.mask.is_none(), "{header:?}");
        let begin = unread.position() as usize;
        let end = begin + usize::try_from(length).expect("a length");
        let payload = self.buffer.get(begin..end)?;
        let received = match header.opcode.into() {
            TEXT => Received::Text(serde_json::from_slice(payload).expect("a server sends JSON")),
            BINARY => Received::Binary,
            CLOSE => Received::Close(payload.first_chunk().map(|code| u16::from_be_bytes(*code))),
            PING => Received::Ping,
            PONG => Received::Pong(payload.to_vec()),
            other => panic!("the server sent a frame with the opcode {other}"),
        };
        self.buffer.drain(..end);
        Some(received)
    }
}
