//! Which bytes the client has received, how fast its link is, and so how many may be under way.
//!
//! What is handed to the operating system may wait seconds in the buffers of a slow link, and
//! nothing can call it back. So a ping follows every frame; its pong says that everything up to
//! it has been received (RFC 6455, section 5.5.3). Until then no more is sent than the link takes
//! in its round trip and a tenth of a second; a newer frame replaces the one that waits.
//!
//! While the client sends a large message its pongs wait behind that (within a connection nothing
//! overtakes). They say nothing about the link then, and frames go at half of the rate that it is
//! known to have.
//!
//! A frame that finds the link idle goes between two pings: the time from the first pong to the
//! second is what the link took for it, however long its round trip is.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{MIN_BYTES_PER_SECOND, link_estimator::LinkEstimator, receive_monitor::PongDelay};

/// Bytes for this time may be under way besides those of a round trip, so that the link is
/// kept busy and what is shown is fresh.
const QUEUE: Duration = Duration::from_millis(100);
/// This many frames may be under way on a link without delay: one in the link, one being shown.
const MIN_IN_FLIGHT: usize = 2;
/// More on a link with delay, but never more than this.
const MAX_IN_FLIGHT: usize = 8;
/// One more frame may be under way per this much of the link's round trip.
const FRAME_INTERVAL: Duration = Duration::from_millis(33);
/// This many bytes that no frame follows get a ping of their own.
const BYTES_PER_PING: u64 = 2048;
/// A ping after no more bytes than this measures the round trip.
const FEW_BYTES: u64 = 512;
/// While pongs are delayed, frames take this part of the link's rate.
const RATE_SHARE_WITHOUT_PONGS: f64 = 0.5;
/// A client that has answered no ping for this long after connecting never will, though it must.
/// It gets one frame in each period of this length.
const PONG_TIMEOUT: Duration = Duration::from_secs(1);

/// Bytes sent and pongs received on one connection.
pub(super) struct FlowControl {
    connected_at: Instant,
    link: LinkEstimator,
    /// Bytes of messages sent, and how many of them have been received for sure.
    sent: u64,
    received: u64,
    /// When the first byte since the latest ping was sent.
    unasked_since: Option<Instant>,
    last_pong: Option<Instant>,
    last_frame: Option<Instant>,
    last_frame_bytes: u64,
    next_id: u64,
    unacknowledged: VecDeque<Ping>,
    pong_delay: PongDelay,
}

struct Ping {
    id: u64,
    /// When the first of the bytes since the ping before it was sent.
    began: Instant,
    /// All bytes sent before it.
    sent: u64,
    /// Whether the link was idle before those bytes.
    found_link_idle: bool,
    follows_frame: bool,
    /// When that frame was made, if it is one.
    frame_made: Option<Instant>,
}

impl FlowControl {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            connected_at: now,
            link: LinkEstimator::new(now),
            sent: 0,
            received: 0,
            unasked_since: None,
            last_pong: None,
            last_frame: None,
            last_frame_bytes: 0,
            next_id: 0,
            unacknowledged: VecDeque::new(),
            pong_delay: PongDelay::NoneSince(None),
        }
    }

    /// Records whether pongs are delayed.
    pub(super) fn set_pong_delay(&mut self, delay: PongDelay) {
        self.pong_delay = delay;
    }

    /// Records that a message of `bytes` is about to be sent.
    pub(super) fn record_sent(&mut self, bytes: usize, now: Instant) {
        self.sent += bytes as u64;
        self.unasked_since.get_or_insert(now);
    }

    /// Whether a ping should go before a frame, to tell its time in the link from the link's
    /// delay.
    pub(super) fn wants_ping_before_frame(&self) -> bool {
        self.unacknowledged.is_empty()
    }

    /// Whether enough has been sent since the last ping for another one to be due.
    pub(super) fn wants_ping(&self) -> bool {
        let asked = self
            .unacknowledged
            .back()
            .map_or(self.received, |ping| ping.sent);
        self.sent - asked >= BYTES_PER_PING
    }

    /// Records that a ping goes out that is not the acknowledgement request of a frame; returns its
    /// payload.
    pub(super) fn ping(&mut self, now: Instant) -> [u8; 8] {
        self.push(false, now)
    }

    /// Records that a ping goes out behind a frame or another large message of `bytes`.
    pub(super) fn ping_behind_frame(&mut self, bytes: usize, now: Instant) -> [u8; 8] {
        self.last_frame = Some(now);
        self.last_frame_bytes = bytes as u64;
        self.push(true, now)
    }

    /// Records when the frame was made that the latest ping follows.
    pub(super) fn frame_was_made(&mut self, made: Instant) {
        if let Some(ping) = self.unacknowledged.back_mut() {
            ping.frame_made = Some(made);
        }
    }

    fn push(&mut self, follows_frame: bool, now: Instant) -> [u8; 8] {
        let id = self.next_id;
        self.next_id += 1;
        let found_link_idle = self.unacknowledged.is_empty();
        // Without acknowledgements the list would only grow. The oldest says since when.
        if self.unacknowledged.len() > 4 * MAX_IN_FLIGHT {
            self.unacknowledged.remove(1);
        }
        self.unacknowledged.push_back(Ping {
            id,
            began: self.unasked_since.take().unwrap_or(now),
            sent: self.sent,
            found_link_idle,
            follows_frame,
            frame_made: None,
        });
        id.to_be_bytes()
    }

    /// Records a pong. One that answers no ping of ours means nothing. Returns how old the frames
    /// are that it acknowledges.
    pub(super) fn pong(&mut self, carried: &[u8], now: Instant) -> Vec<Duration> {
        let Ok(id) = <[u8; 8]>::try_from(carried).map(u64::from_be_bytes) else {
            return Vec::new();
        };
        let Some(position) = self.unacknowledged.iter().position(|ping| ping.id == id) else {
            return Vec::new();
        };
        // A pong answers the pings before it too (RFC 6455, section 5.5.3).
        let answered = self.unacknowledged.range(..=position);
        let ages = answered
            .filter_map(|ping| ping.frame_made)
            .map(|made| now.saturating_duration_since(made))
            .collect();
        let began = self.unacknowledged[0].began;
        let ping = self.unacknowledged.drain(..=position).next_back();
        let ping = ping.expect("there is one at this position");
        let bytes = ping.sent.saturating_sub(self.received);
        self.received = ping.sent;

        if bytes > FEW_BYTES {
            // The link carried these bytes since they could have been acknowledged, but not
            // before those ahead of them were.
            let earliest = began + self.link.round_trip();
            let since = self.last_pong.map_or(earliest, |last| last.max(earliest));
            if self.pongs_in_time_since(since) {
                self.link
                    .record_transfer(bytes, now.saturating_duration_since(since));
            }
        } else if ping.found_link_idle && self.pongs_in_time_since(ping.began) {
            let round_trip = now.saturating_duration_since(ping.began);
            self.link.record_round_trip(round_trip, now);
        }
        self.last_pong = Some(now);
        ages
    }

    fn pongs_in_time_since(&self, since: Instant) -> bool {
        match self.pong_delay {
            PongDelay::LargeMessage => false,
            PongDelay::NoneSince(delayed_until) => delayed_until.is_none_or(|until| until < since),
        }
    }

    /// Whether one more frame may go out.
    pub(super) fn may_send_frame(&self, now: Instant) -> bool {
        if self.last_pong.is_none() {
            let no_hope = now > self.connected_at + PONG_TIMEOUT;
            return self
                .last_frame
                .is_none_or(|last| no_hope && now > last + PONG_TIMEOUT);
        }
        if let Some(paced) = self.next_frame_without_pongs() {
            return now >= paced;
        }
        let under_way = self.sent - self.received;
        if self.unacknowledged.is_empty() || under_way == 0 {
            return true;
        }
        // On a link that is never empty, every round trip is longer than the link's own.
        if self.link.wants_round_trip(now) {
            return false;
        }
        let in_flight = self
            .unacknowledged
            .iter()
            .filter(|ping| ping.follows_frame)
            .count();
        let round_trip = self.link.round_trip();
        let hidden_by_delay = round_trip.div_duration_f32(FRAME_INTERVAL) as usize;
        if in_flight >= (MIN_IN_FLIGHT + hidden_by_delay).min(MAX_IN_FLIGHT) {
            return false;
        }
        let allowed = self.link.bytes_per_second() * (round_trip + QUEUE).as_secs_f64();
        (under_way + self.last_frame_bytes) as f64 <= allowed
    }

    /// When the next frame may go out if pongs are delayed by a large message.
    pub(super) fn next_frame_without_pongs(&self) -> Option<Instant> {
        let last_frame = self.last_frame?;
        if self.pong_delay != PongDelay::LargeMessage || self.last_pong.is_none() {
            return None;
        }
        let rate = self.link.bytes_per_second() * RATE_SHARE_WITHOUT_PONGS;
        let takes = Duration::from_secs_f64(self.last_frame_bytes as f64 / rate);
        Some(last_frame + takes.max(FRAME_INTERVAL))
    }

    /// How many bytes a second the link takes.
    pub(super) fn bytes_per_second(&self) -> f64 {
        self.link.bytes_per_second()
    }

    /// Whether the client has received nothing for `timeout`, though something was sent to it.
    /// One that never answered a ping cannot be told from one that never will.
    pub(super) fn is_stalled(&self, timeout: Duration, now: Instant) -> bool {
        let (Some(oldest), Some(last_pong)) = (self.unacknowledged.front(), self.last_pong) else {
            return false;
        };
        let delayed_until = match self.pong_delay {
            PongDelay::LargeMessage => return false,
            PongDelay::NoneSince(delayed_until) => delayed_until.unwrap_or(last_pong),
        };
        let since = oldest.began.max(last_pong).max(delayed_until);
        let waits = now.saturating_duration_since(since);
        // Only what it has to receive before it can answer: more may have been sent meanwhile.
        let unanswered = oldest.sent.saturating_sub(self.received);
        waits > timeout + Duration::from_secs(unanswered / MIN_BYTES_PER_SECOND)
    }
}

#[cfg(test)]
mod tests;
