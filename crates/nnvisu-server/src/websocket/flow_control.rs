//! Which bytes the client has received, how fast its link is, and so how many may be under way.
//!
//! What is handed to the operating system may wait seconds in the buffers of a slow link, and
//! nothing can call it back. So a ping follows every frame; its pong says that everything up to
//! it has been received (RFC 6455, section 5.5.3). Until then no more is sent than the link takes
//! in its round trip and a tenth of a second; a newer frame replaces the one that waits.
//!
//! A frame that finds the link idle goes between two pings: the time from the first pong to the
//! second is what the link took for it, however long its round trip is.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{MIN_BYTES_PER_SECOND, link_estimator::LinkEstimator};

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
        }
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

        if ping.found_link_idle && bytes <= FEW_BYTES {
            let round_trip = now.saturating_duration_since(ping.began);
            self.link.record_round_trip(round_trip, now);
        }
        if bytes > FEW_BYTES {
            // The link carried these bytes since they could have been acknowledged, but not
            // before those ahead of them were.
            let earliest = began + self.link.round_trip();
            let since = self.last_pong.map_or(earliest, |last| last.max(earliest));
            self.link
                .record_transfer(bytes, now.saturating_duration_since(since));
        }
        self.last_pong = Some(now);
        ages
    }

    /// Whether one more frame may go out.
    pub(super) fn may_send_frame(&self, now: Instant) -> bool {
        if self.last_pong.is_none() {
            let no_hope = now > self.connected_at + PONG_TIMEOUT;
            return self
                .last_frame
                .is_none_or(|last| no_hope && now > last + PONG_TIMEOUT);
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
        let waits = now.saturating_duration_since(oldest.began.max(last_pong));
        // Only what it has to receive before it can answer: more may have been sent meanwhile.
        let unanswered = oldest.sent.saturating_sub(self.received);
        waits > timeout + Duration::from_secs(unanswered / MIN_BYTES_PER_SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A client behind a link of a certain speed and delay, on a clock of its own.
    struct Simulation {
        now: Instant,
        flow_control: FlowControl,
        bytes_per_second: f64,
        /// One way.
        delay: Duration,
        line_free_at: Instant,
        /// What arrives at the server, and when.
        pongs: VecDeque<(Instant, [u8; 8])>,
    }

    impl Simulation {
        fn new(bytes_per_second: f64, delay: Duration) -> Self {
            let now = Instant::now();
            let mut simulation = Self {
                now,
                flow_control: FlowControl::new(now),
                bytes_per_second,
                delay,
                line_free_at: now,
                pongs: VecDeque::new(),
            };
            simulation.send(200);
            let hello = simulation.flow_control.ping(now);
            simulation.answer(hello);
            simulation
        }

        fn send(&mut self, bytes: usize) {
            self.flow_control.record_sent(bytes, self.now);
            let takes = Duration::from_secs_f64(bytes as f64 / self.bytes_per_second);
            self.line_free_at = self.line_free_at.max(self.now) + takes;
        }

        fn answer(&mut self, ping: [u8; 8]) {
            let arrives = self.line_free_at.max(self.now) + 2 * self.delay;
            self.pongs.push_back((arrives, ping));
        }

        fn send_frame(&mut self, bytes: usize) {
            if self.flow_control.wants_ping_before_frame() {
                let ping = self.flow_control.ping(self.now);
                self.answer(ping);
            }
            self.send(bytes);
            let ping = self.flow_control.ping_behind_frame(bytes, self.now);
            self.answer(ping);
        }

        /// Sends frames of `bytes`, as often as allowed but no more than 30 a second;
        /// returns how many there were and how long the last byte of the slowest was on its way.
        fn run(&mut self, bytes: usize, duration: Duration) -> (usize, Duration) {
            let end = self.now + duration;
            let mut next_frame = self.now;
            let (mut n_frames, mut slowest) = (0, Duration::ZERO);
            while self.now < end {
                while let Some(&(at, ping)) = self.pongs.front()
                    && at <= self.now
                {
                    self.flow_control.pong(&ping, at);
                    self.pongs.pop_front();
                }
                if self.now >= next_frame && self.flow_control.may_send_frame(self.now) {
                    self.send_frame(bytes);
                    n_frames += 1;
                    slowest = slowest.max(self.line_free_at + self.delay - self.now);
                    next_frame = self.now + FRAME_INTERVAL;
                }
                self.now += MS;
            }
            (n_frames, slowest)
        }
    }

    #[test]
    fn estimates_the_rate_of_the_link() {
        for delay in [0, 10, 100, 300] {
            for rate in [12_500.0, 125_000.0, 1_250_000.0, 50e6] {
                let mut link = Simulation::new(rate, delay * MS);
                link.run(5000, Duration::from_secs(10));
                let found = link.flow_control.bytes_per_second();
                // The clock of this simulation has a resolution of a millisecond, and nothing
                // arrives together with what it is measured against.
                let exact = found / rate;
                assert!(
                    (0.8..1.25).contains(&exact),
                    "{found} of {rate} at {delay} ms"
                );
            }
        }
    }

    #[test]
    fn what_arrives_is_recent() {
        for delay in [0, 10, 100] {
            for (rate, bytes) in [
                (12_500.0, 3000),
                (125_000.0, 10_000),
                (125_000.0, 30_000),
                (1_250_000.0, 30_000),
            ] {
                let mut link = Simulation::new(rate, delay * MS);
                link.run(bytes, Duration::from_secs(2));
                let (n_frames, slowest) = link.run(bytes, Duration::from_secs(10));
                let alone = Duration::from_secs_f64(bytes as f64 / rate);
                assert!(
                    slowest <= delay * MS + alone + 2 * delay * MS + QUEUE + MS,
                    "{slowest:?} at {rate} bytes/s and {delay} ms"
                );
                let possible = (10.0 * rate / bytes as f64).min(300.0);
                let idle = alone.as_secs_f64() / (alone + 2 * delay * MS + 2 * MS).as_secs_f64();
                assert!(
                    n_frames as f64 >= 0.9 * possible * idle,
                    "{n_frames} of {possible} at {rate} bytes/s and {delay} ms"
                );
            }
        }
    }

    #[test]
    fn a_round_trip_that_was_too_long_is_forgotten() {
        let mut link = Simulation::new(12_500.0, 5 * MS);
        link.flow_control.link.record_round_trip(400 * MS, link.now);
        let hello = link.pongs.pop_front().unwrap().1;
        link.now += 400 * MS;
        link.flow_control.pong(&hello, link.now);
        link.run(1000, Duration::from_secs(5));
        let (_, slowest) = link.run(1000, Duration::from_secs(10));
        assert!(slowest < 250 * MS, "{slowest:?}");
    }

    #[test]
    fn a_fast_link_with_delay_is_kept_busy() {
        let mut link = Simulation::new(10e6, 50 * MS);
        link.run(20_000, Duration::from_secs(1));
        let (n_frames, _) = link.run(20_000, Duration::from_secs(10));
        assert!(n_frames >= 280, "{n_frames}");
    }

    #[test]
    fn a_link_that_becomes_slow_is_not_flooded() {
        let mut link = Simulation::new(10e6, 5 * MS);
        link.run(20_000, Duration::from_secs(3));
        link.bytes_per_second = 12_500.0;
        // At most what was allowed under way at the old speed, frames counted.
        link.run(20_000, Duration::from_secs(1));
        assert!(link.flow_control.sent - link.flow_control.received <= 3 * 20_000);
        link.run(3000, Duration::from_secs(20));
        let (_, slowest) = link.run(3000, Duration::from_secs(10));
        assert!(slowest < 400 * MS, "{slowest:?}");
    }

    #[test]
    fn nothing_more_goes_to_a_client_that_stops_reading() {
        let start = Instant::now();
        let mut flow_control = FlowControl::new(start);
        let hello = flow_control.ping(start);
        flow_control.pong(&hello, start + MS);
        let mut n_sent = 0;
        for second in 0..60 {
            let now = start + Duration::from_secs(second);
            while flow_control.may_send_frame(now) {
                flow_control.record_sent(6000, now);
                flow_control.ping_behind_frame(6000, now);
                n_sent += 1;
            }
        }
        assert!(n_sent <= MIN_IN_FLIGHT, "{n_sent}");
        let timeout = Duration::from_secs(30);
        assert!(!flow_control.is_stalled(timeout, start + timeout));
        assert!(flow_control.is_stalled(timeout, start + Duration::from_secs(36)));
    }

    #[test]
    fn answers_that_are_not_taken_do_not_prolong_the_timeout() {
        let start = Instant::now();
        let mut flow_control = FlowControl::new(start);
        let hello = flow_control.ping(start);
        flow_control.pong(&hello, start);
        for second in 0..40 {
            let now = start + Duration::from_secs(second);
            flow_control.record_sent(20_000, now);
            flow_control.ping(now);
        }
        assert!(flow_control.is_stalled(Duration::from_secs(30), start + Duration::from_secs(40)));
    }

    #[test]
    fn a_large_message_on_a_slow_link_is_waited_for() {
        let start = Instant::now();
        let mut flow_control = FlowControl::new(start);
        let hello = flow_control.ping(start);
        flow_control.pong(&hello, start);
        flow_control.record_sent(1_000_000, start);
        assert!(flow_control.wants_ping());
        flow_control.ping(start);
        assert!(!flow_control.wants_ping());
        let timeout = Duration::from_secs(30);
        assert!(!flow_control.is_stalled(timeout, start + Duration::from_secs(120)));
        assert!(flow_control.is_stalled(timeout, start + Duration::from_secs(300)));
    }

    #[test]
    fn a_silent_client_that_was_asked_nothing_is_not_stuck() {
        let start = Instant::now();
        let mut flow_control = FlowControl::new(start);
        let hello = flow_control.ping(start);
        flow_control.pong(&hello, start + MS);
        let later = start + Duration::from_secs(3600);
        assert!(!flow_control.is_stalled(MS, later));
        flow_control.ping(later);
        assert!(!flow_control.is_stalled(MS, later + MS));
    }

    #[test]
    fn a_pong_answers_the_earlier_pings_too() {
        let start = Instant::now();
        let mut flow_control = FlowControl::new(start);
        flow_control.ping_behind_frame(1, start);
        flow_control.frame_was_made(start);
        flow_control.ping(start + MS);
        let second = flow_control.ping_behind_frame(1, start + MS);
        flow_control.frame_was_made(start + MS);
        let ages = flow_control.pong(&second, start + 3 * MS);
        assert_eq!(ages, [3 * MS, 2 * MS]);
        flow_control.ping_behind_frame(1, start + MS);
        assert!(flow_control.may_send_frame(start + MS));
    }

    #[test]
    fn a_client_without_pongs_still_sees_frames() {
        let start = Instant::now();
        let mut flow_control = FlowControl::new(start);
        flow_control.ping(start);
        assert!(flow_control.may_send_frame(start));
        flow_control.ping_behind_frame(1, start);
        assert!(!flow_control.may_send_frame(start + PONG_TIMEOUT));
        assert!(flow_control.may_send_frame(start + PONG_TIMEOUT + MS));
        for _ in 0..1000 {
            flow_control.ping_behind_frame(1, start + PONG_TIMEOUT);
        }
        assert!(!flow_control.may_send_frame(start + 2 * PONG_TIMEOUT));
        assert!(flow_control.may_send_frame(start + 2 * PONG_TIMEOUT + MS));
        assert!(flow_control.unacknowledged.len() <= 4 * MAX_IN_FLIGHT + 1);
        assert!(!flow_control.is_stalled(PONG_TIMEOUT, start + 100 * PONG_TIMEOUT));
    }

    #[test]
    fn foreign_pongs_mean_nothing() {
        let start = Instant::now();
        let mut flow_control = FlowControl::new(start);
        let hello = flow_control.ping(start);
        flow_control.pong(&hello, start);
        flow_control.record_sent(1_000_000, start);
        flow_control.ping_behind_frame(1_000_000, start);
        flow_control.pong(b"", start);
        flow_control.pong(b"whatever", start);
        flow_control.pong(&77_u64.to_be_bytes(), start);
        assert!(!flow_control.may_send_frame(start));
    }
}
