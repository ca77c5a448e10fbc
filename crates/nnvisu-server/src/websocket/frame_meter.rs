//! Refuses a WebSocket message as soon as its header says that it is too large.
//!
//! The WebSocket codec below us checks a frame's length only after all of it has arrived, so a
//! client could make it hold any amount. This stream sits before the codec, reads along in the
//! frame headers (RFC 6455, section 5.2) and ends the stream at the first that goes too far.

use std::{
    cell::Cell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Instant,
};

use actix_web::{dev::Payload, error::PayloadError, web::Bytes};
use futures_util::{Stream, ready};

/// Opcodes from here on are control frames: short, and allowed between the fragments of a message.
const FIRST_CONTROL_OPCODE: u8 = 0x8;

/// Header: two bytes, up to eight of extended length, four of mask.
const MAX_HEADER_BYTES: usize = 14;

/// When the last bytes of any kind came from the client.
pub(super) type LastHeard = Rc<Cell<Instant>>;

/// The bytes of one connection, metered.
pub(super) struct MeteredPayload {
    payload: Payload,
    meter: FrameMeter,
    last_heard: LastHeard,
}

impl MeteredPayload {
    /// Lets messages of at most `max_message_bytes` through and notes in `last_heard` when bytes
    /// arrive.
    pub(super) fn new(payload: Payload, max_message_bytes: usize, last_heard: LastHeard) -> Self {
        Self {
            payload,
            meter: FrameMeter::new(max_message_bytes),
            last_heard,
        }
    }
}

impl Stream for MeteredPayload {
    type Item = Result<Bytes, PayloadError>;

    /// # Errors
    ///
    /// [`PayloadError::Overflow`] at a message that is too large.
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let item = ready!(Pin::new(&mut this.payload).poll_next(cx));
        if let Some(Ok(bytes)) = &item {
            this.last_heard.set(Instant::now());
            if this.meter.read(bytes).is_err() {
                return Poll::Ready(Some(Err(PayloadError::Overflow)));
            }
        }
        Poll::Ready(item)
    }
}

/// A message is larger than allowed.
#[derive(Debug, PartialEq, Eq)]
struct TooLarge;

/// Follows the frame headers in a stream of bytes that may be cut anywhere.
struct FrameMeter {
    max_message_bytes: u64,
    /// Payload bytes of the unfinished message so far.
    message_bytes: u64,
    header: [u8; MAX_HEADER_BYTES],
    header_len: usize,
    /// Bytes of the current frame's payload still to come.
    payload_left: u64,
}

impl FrameMeter {
    fn new(max_message_bytes: usize) -> Self {
        Self {
            max_message_bytes: max_message_bytes as u64,
            message_bytes: 0,
            header: [0; MAX_HEADER_BYTES],
            header_len: 0,
            payload_left: 0,
        }
    }

    fn read(&mut self, mut bytes: &[u8]) -> Result<(), TooLarge> {
        while !bytes.is_empty() {
            if self.payload_left > 0 {
                let skipped = self.payload_left.min(bytes.len() as u64);
                self.payload_left -= skipped;
                bytes = &bytes[skipped as usize..];
                continue;
            }
            self.header[self.header_len] = bytes[0];
            self.header_len += 1;
            bytes = &bytes[1..];
            if self.header_len == self.header_size() {
                self.end_header()?;
            }
        }
        Ok(())
    }

    /// Size of the header that has begun to arrive; known after its first two bytes.
    fn header_size(&self) -> usize {
        if self.header_len < 2 {
            return MAX_HEADER_BYTES;
        }
        let mask = if self.header[1] & 0x80 == 0 { 0 } else { 4 };
        let extended_length = match self.header[1] & 0x7F {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        2 + extended_length + mask
    }

    fn end_header(&mut self) -> Result<(), TooLarge> {
        let mut extended = [0; 8];
        let length = match self.header[1] & 0x7F {
            126 => {
                extended[6..].copy_from_slice(&self.header[2..4]);
                u64::from_be_bytes(extended)
            }
            127 => {
                extended.copy_from_slice(&self.header[2..10]);
                u64::from_be_bytes(extended)
            }
            short => u64::from(short),
        };
        let is_final = self.header[0] & 0x80 != 0;
        let is_control = self.header[0] & 0x0F >= FIRST_CONTROL_OPCODE;
        self.header_len = 0;
        self.payload_left = length;
        if is_control {
            return Ok(());
        }
        self.message_bytes = self.message_bytes.saturating_add(length);
        if self.message_bytes > self.max_message_bytes {
            return Err(TooLarge);
        }
        if is_final {
            self.message_bytes = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: u8 = 0x1;
    const CONTINUATION: u8 = 0x0;
    const PING: u8 = 0x9;

    fn frame(is_final: bool, opcode: u8, length: usize) -> Vec<u8> {
        let mut bytes = vec![if is_final { 0x80 } else { 0 } | opcode];
        match length {
            0..=125 => bytes.push(0x80 | length as u8),
            126..=0xFFFF => {
                bytes.push(0x80 | 0x7E);
                bytes.extend((length as u16).to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 0x7F);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend([1, 2, 3, 4]);
        bytes.extend(vec![0xFF; length]);
        bytes
    }

    /// Reads `bytes` in pieces of every size from one byte on: the cuts must not matter.
    fn check(max_message_bytes: usize, bytes: &[u8], expected: &Result<(), TooLarge>) {
        for piece in [1, 2, 3, 7, 100, bytes.len()] {
            let mut meter = FrameMeter::new(max_message_bytes);
            let result = bytes.chunks(piece).try_for_each(|chunk| meter.read(chunk));
            assert_eq!(&result, expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn messages_up_to_the_limit_pass() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            let mut twice = frame(true, TEXT, length);
            twice.extend(frame(true, TEXT, length));
            check(length, &twice, &Ok(()));
            if length > 0 {
                check(length - 1, &twice, &Err(TooLarge));
            }
        }
    }

    #[test]
    fn fragments_count_together_and_control_frames_do_not() {
        let message = [
            frame(false, TEXT, 60),
            frame(true, PING, 100),
            frame(false, CONTINUATION, 20),
            frame(true, CONTINUATION, 20),
            frame(true, TEXT, 100),
        ]
        .concat();
        check(100, &message, &Ok(()));
        check(99, &message, &Err(TooLarge));
    }

    #[test]
    fn the_header_alone_is_enough() {
        let huge = [
            0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0,
        ];
        check(1000, &huge, &Err(TooLarge));
    }
}
