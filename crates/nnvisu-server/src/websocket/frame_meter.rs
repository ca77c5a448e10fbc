//! Refuses a WebSocket frame as soon as its header says that it is too large, or not valid.
//!
//! This works around how `actix-http` (3.20.0, the newest) reads frames. `ws::Parser::parse` knows
//! the length of a frame from its header, but compares it with the limit, or for a control frame
//! with the 125 bytes of RFC 6455, section 5.5, only once all of the payload has arrived; until
//! then whatever comes is kept, so that a client can make the server hold any amount.
//! `actix_ws::AggregatedMessageStream` (0.4.0) counts the bytes of fragments, but not what it takes
//! to keep each of them, which for small ones is many times as much
//! (<https://github.com/actix/actix-extras/issues/651> is the case of empty ones). Of reserved bits
//! the parser reports the same error as actix-ws of text that is not UTF-8, which has another close
//! code.
//!
//! So this stream sits before the parser, follows the frame headers (RFC 6455, section 5.2) and
//! ends the stream at the first that goes too far.

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Instant,
};

use actix_web::{dev::Payload, error::PayloadError, web::Bytes};
use futures_util::{Stream, ready};

use super::receive_monitor::ReceiveMonitor;
use crate::metrics::ServerMetrics;

/// Opcodes from here on are control frames: short, and allowed between the fragments of a message.
const FIRST_CONTROL_OPCODE: u8 = 0x8;
const MAX_CONTROL_BYTES: u64 = 125;
/// Bits of the first byte that mean something only with extensions; there are none here.
const RESERVED_BITS: u8 = 0x70;

/// Header: two bytes, up to eight of extended length, four of mask.
const MAX_HEADER_BYTES: usize = 14;

/// A fragment of a message counts as at least this many bytes: the pieces are kept until the last
/// has come, and each piece takes memory of its own, even an empty one.
const MIN_FRAGMENT_BYTES: u64 = 64;

/// The bytes of one connection, metered.
pub(super) struct MeteredPayload {
    payload: Payload,
    meter: FrameMeter,
    receive_monitor: Rc<ReceiveMonitor>,
    metrics: ServerMetrics,
}

impl MeteredPayload {
    /// Lets messages of at most `max_message_bytes` through, and records in `receive_monitor`
    /// what arrives.
    pub(super) fn new(
        payload: Payload,
        max_message_bytes: usize,
        receive_monitor: Rc<ReceiveMonitor>,
        metrics: ServerMetrics,
    ) -> Self {
        Self {
            payload,
            meter: FrameMeter::new(max_message_bytes),
            receive_monitor,
            metrics,
        }
    }
}

impl Stream for MeteredPayload {
    type Item = Result<Bytes, PayloadError>;

    /// # Errors
    ///
    /// [`PayloadError::Overflow`] at a message that is too large; [`PayloadError::Io`] with
    /// [`io::ErrorKind::InvalidData`] at a header that no frame has.
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let item = ready!(Pin::new(&mut this.payload).poll_next(cx));
        if let Some(Ok(bytes)) = &item {
            this.metrics.received(bytes.len());
            if let Err(refused) = this.meter.read(bytes) {
                return Poll::Ready(Some(Err(refused.into())));
            }
            let is_unfinished = this.meter.is_within_message();
            this.receive_monitor
                .record(Instant::now(), bytes.len(), is_unfinished);
        }
        Poll::Ready(item)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Refused {
    /// A message is larger than allowed.
    TooLarge,
    /// A header is not one of a frame.
    Broken,
}

impl From<Refused> for PayloadError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooLarge => Self::Overflow,
            Refused::Broken => Self::Io(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// Follows the frame headers in a stream of bytes that may be cut anywhere.
struct FrameMeter {
    max_message_bytes: u64,
    /// Payload bytes of the unfinished message so far.
    message_bytes: u64,
    /// Whether the message so far has come in fragments and the last is still to come.
    is_fragmented: bool,
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
            is_fragmented: false,
            header: [0; MAX_HEADER_BYTES],
            header_len: 0,
            payload_left: 0,
        }
    }

    fn read(&mut self, mut bytes: &[u8]) -> Result<(), Refused> {
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

    /// Whether more has to come before the message, or a frame, is complete.
    fn is_within_message(&self) -> bool {
        self.is_fragmented || self.payload_left > 0 || self.header_len > 0
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

    fn end_header(&mut self) -> Result<(), Refused> {
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
        let has_reserved_bits = self.header[0] & RESERVED_BITS != 0;
        self.header_len = 0;
        self.payload_left = length;
        if has_reserved_bits || is_control && length > MAX_CONTROL_BYTES {
            return Err(Refused::Broken);
        }
        if is_control {
            return Ok(());
        }
        let counted = if is_final {
            length
        } else {
            length.max(MIN_FRAGMENT_BYTES)
        };
        self.message_bytes = self.message_bytes.saturating_add(counted);
        if self.message_bytes > self.max_message_bytes {
            return Err(Refused::TooLarge);
        }
        self.is_fragmented = !is_final;
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
    fn check(max_message_bytes: usize, bytes: &[u8], expected: &Result<(), Refused>) {
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
                check(length - 1, &twice, &Err(Refused::TooLarge));
            }
        }
    }

    #[test]
    fn fragments_count_together_and_control_frames_do_not() {
        let message = [
            frame(false, TEXT, 600),
            frame(true, PING, 100),
            frame(false, CONTINUATION, 200),
            frame(true, CONTINUATION, 200),
            frame(true, TEXT, 1000),
        ]
        .concat();
        check(1000, &message, &Ok(()));
        check(999, &message, &Err(Refused::TooLarge));
    }

    #[test]
    fn empty_fragments_cannot_pile_up() {
        let mut message = frame(false, TEXT, 0);
        message.extend(frame(false, CONTINUATION, 0).repeat(9));
        message.extend(frame(true, CONTINUATION, 0));
        check(640, &message, &Ok(()));
        check(639, &message, &Err(Refused::TooLarge));
    }

    #[test]
    fn control_frames_are_short() {
        check(1000, &frame(true, PING, 125), &Ok(()));
        check(1000, &frame(true, PING, 126), &Err(Refused::Broken));
        let endless = [0x89, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        check(1000, &endless, &Err(Refused::Broken));
    }

    #[test]
    fn reserved_bits_are_not_for_us() {
        for bit in [0x40, 0x20, 0x10] {
            check(1000, &frame(true, bit | TEXT, 3), &Err(Refused::Broken));
        }
    }

    #[test]
    fn knows_whether_a_message_is_unfinished() {
        let message = [
            frame(false, TEXT, 3),
            frame(true, PING, 1),
            frame(true, CONTINUATION, 2),
        ]
        .concat();
        let mut meter = FrameMeter::new(1000);
        for (idx, byte) in message.iter().enumerate() {
            meter.read(&[*byte]).unwrap();
            let is_last = idx == message.len() - 1;
            assert_eq!(meter.is_within_message(), !is_last, "after byte {idx}");
        }
    }

    #[test]
    fn the_header_alone_is_enough() {
        let huge = [
            0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0,
        ];
        check(1000, &huge, &Err(Refused::TooLarge));
    }
}
