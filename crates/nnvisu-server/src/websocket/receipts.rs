//! Which bytes the client has received, how fast its line is, and so how many may be under way.
//!
//! What is handed to the operating system may wait seconds in the buffers of a slow line, and
//! nothing can call it back. So a ping follows every picture; its pong says that everything up to
//! it has been received (RFC 6455, section 5.5.3). Until then no more is sent than the line takes
//! in its round trip and a tenth of a second; a newer picture replaces the one that waits.
//!
//! A picture that meets an empty line goes between two pings: the time from the first pong to the
//! second is what the line took for it, however long its round trip is.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::line::Line;

/// Bytes for so long a time may be under way besides those of a round trip, so that the line is
/// kept busy and what is shown is fresh.
const QUEUE: Duration = Duration::from_millis(100);
/// So many pictures may be under way on a line without delay: one in the line, one being shown.
const MIN_IN_FLIGHT: usize = 2;
/// More on a line with delay, but never more than this.
const MAX_IN_FLIGHT: usize = 8;
/// One more picture may be under way per this much of the line's round trip.
const PICTURE_INTERVAL: Duration = Duration::from_millis(33);
/// So many bytes that no picture follows get a ping of their own.
const BYTES_PER_PING: u64 = 2048;
/// A ping after so few bytes measures the round trip.
const FEW_BYTES: u64 = 512;
/// A client that has answered no ping for so long after connecting never will, though it must.
/// It gets a picture in each such time.
const PATIENCE: Duration = Duration::from_secs(1);
/// A client that has received no byte for long is gone, but a large message on the slowest line
/// takes its time: so many bytes a second.
const SLOWEST_LINE: u64 = 4096;

/// Bytes sent and pongs received on one connection.
pub(super) struct Receipts {
    connected_at: Instant,
    line: Line,
    /// Bytes of messages sent, and how many of them have been received for sure.
    sent: u64,
    received: u64,
    /// When the first byte since the latest ping was sent.
    unasked_since: Option<Instant>,
    last_pong: Option<Instant>,
    last_picture: Option<Instant>,
    last_picture_bytes: u64,
    next_id: u64,
    awaited: VecDeque<Ping>,
}

struct Ping {
    id: u64,
    /// When the first of the bytes since the ping before it was sent.
    began: Instant,
    /// All bytes sent before it.
    sent: u64,
    /// Whether the line was empty before those bytes.
    met_empty_line: bool,
    follows_picture: bool,
    /// When that picture was made, if it is one.
    picture_made: Option<Instant>,
}

impl Receipts {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            connected_at: now,
            line: Line::new(now),
            sent: 0,
            received: 0,
            unasked_since: None,
            last_pong: None,
            last_picture: None,
            last_picture_bytes: 0,
            next_id: 0,
            awaited: VecDeque::new(),
        }
    }

    /// Notes that a message of so many bytes is about to be sent.
    pub(super) fn send(&mut self, bytes: usize, now: Instant) {
        self.sent += bytes as u64;
        self.unasked_since.get_or_insert(now);
    }

    /// Whether a ping should go before a picture, to tell its time in the line from the line's
    /// delay.
    pub(super) fn wants_ping_before_picture(&self) -> bool {
        self.awaited.is_empty()
    }

    /// Whether so much has been sent since the last ping that another one is due.
    pub(super) fn wants_ping(&self) -> bool {
        let asked = self.awaited.back().map_or(self.received, |ping| ping.sent);
        self.sent - asked >= BYTES_PER_PING
    }

    /// Notes that a ping goes out that is no picture's receipt; returns what it has to carry.
    pub(super) fn ping(&mut self, now: Instant) -> [u8; 8] {
        self.push(false, now)
    }

    /// Notes that a ping goes out behind a picture or another large message of so many bytes.
    pub(super) fn ping_behind_picture(&mut self, bytes: usize, now: Instant) -> [u8; 8] {
        self.last_picture = Some(now);
        self.last_picture_bytes = bytes as u64;
        self.push(true, now)
    }

    /// Notes when the picture was made that the latest ping follows.
    pub(super) fn picture_was_made(&mut self, made: Instant) {
        if let Some(ping) = self.awaited.back_mut() {
            ping.picture_made = Some(made);
        }
    }

    fn push(&mut self, follows_picture: bool, now: Instant) -> [u8; 8] {
        let id = self.next_id;
        self.next_id += 1;
        let met_empty_line = self.awaited.is_empty();
        // Without receipts the list would only grow. The oldest says since when.
        if self.awaited.len() > 4 * MAX_IN_FLIGHT {
            self.awaited.remove(1);
        }
        self.awaited.push_back(Ping {
            id,
            began: self.unasked_since.take().unwrap_or(now),
            sent: self.sent,
            met_empty_line,
            follows_picture,
            picture_made: None,
        });
        id.to_be_bytes()
    }

    /// Notes a pong. One that answers no ping of ours means nothing. Returns how old the pictures
    /// are that it is the receipt for.
    pub(super) fn pong(&mut self, carried: &[u8], now: Instant) -> Vec<Duration> {
        let Ok(id) = <[u8; 8]>::try_from(carried).map(u64::from_be_bytes) else {
            return Vec::new();
        };
        let Some(position) = self.awaited.iter().position(|ping| ping.id == id) else {
            return Vec::new();
        };
        // A pong answers the pings before it too (RFC 6455, section 5.5.3).
        let answered = self.awaited.range(..=position);
        let ages = answered
            .filter_map(|ping| ping.picture_made)
            .map(|made| now.saturating_duration_since(made))
            .collect();
        let began = self.awaited[0].began;
        let ping = self.awaited.drain(..=position).next_back();
        let ping = ping.expect("there is one at this position");
        let bytes = ping.sent.saturating_sub(self.received);
        self.received = ping.sent;

        if ping.met_empty_line && bytes <= FEW_BYTES {
            let round_trip = now.saturating_duration_since(ping.began);
            self.line.returned(round_trip, now);
        }
        if bytes > FEW_BYTES {
            // The line was busy with these bytes since they could have been answered, but not
            // before those ahead of them were.
            let earliest = began + self.line.round_trip();
            let since = self.last_pong.map_or(earliest, |last| last.max(earliest));
            self.line
                .carried(bytes, now.saturating_duration_since(since));
        }
        self.last_pong = Some(now);
        ages
    }

    /// Whether one more picture may go out.
    pub(super) fn may_send_picture(&self, now: Instant) -> bool {
        if self.last_pong.is_none() {
            let no_hope = now > self.connected_at + PATIENCE;
            return self
                .last_picture
                .is_none_or(|last| no_hope && now > last + PATIENCE);
        }
        let under_way = self.sent - self.received;
        if self.awaited.is_empty() || under_way == 0 {
            return true;
        }
        // On a line that is never empty, every round trip is longer than the line's own.
        if self.line.wants_round_trip(now) {
            return false;
        }
        let in_flight = self
            .awaited
            .iter()
            .filter(|ping| ping.follows_picture)
            .count();
        let round_trip = self.line.round_trip();
        let hidden_by_delay = round_trip.div_duration_f32(PICTURE_INTERVAL) as usize;
        if in_flight >= (MIN_IN_FLIGHT + hidden_by_delay).min(MAX_IN_FLIGHT) {
            return false;
        }
        let allowed = self.line.bytes_per_second() * (round_trip + QUEUE).as_secs_f64();
        (under_way + self.last_picture_bytes) as f64 <= allowed
    }

    /// How many bytes a second the line takes.
    pub(super) fn bytes_per_second(&self) -> f64 {
        self.line.bytes_per_second()
    }

    /// Whether the client has taken nothing for `patience`, though there was something to take.
    /// One that never answered a ping cannot be told from one that never will.
    pub(super) fn is_stuck(&self, patience: Duration, now: Instant) -> bool {
        let (Some(oldest), Some(last_pong)) = (self.awaited.front(), self.last_pong) else {
            return false;
        };
        let waits = now.saturating_duration_since(oldest.began.max(last_pong));
        // Only what it would have to take to answer: a client may be sent more meanwhile.
        let unanswered = oldest.sent.saturating_sub(self.received);
        waits > patience + Duration::from_secs(unanswered / SLOWEST_LINE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A client behind a line of a certain speed and delay, on a clock of its own.
    struct Simulation {
        now: Instant,
        receipts: Receipts,
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
                receipts: Receipts::new(now),
                bytes_per_second,
                delay,
                line_free_at: now,
                pongs: VecDeque::new(),
            };
            simulation.send(200);
            let hello = simulation.receipts.ping(now);
            simulation.answer(hello);
            simulation
        }

        fn send(&mut self, bytes: usize) {
            self.receipts.send(bytes, self.now);
            let takes = Duration::from_secs_f64(bytes as f64 / self.bytes_per_second);
            self.line_free_at = self.line_free_at.max(self.now) + takes;
        }

        fn answer(&mut self, ping: [u8; 8]) {
            let arrives = self.line_free_at.max(self.now) + 2 * self.delay;
            self.pongs.push_back((arrives, ping));
        }

        fn send_picture(&mut self, bytes: usize) {
            if self.receipts.wants_ping_before_picture() {
                let ping = self.receipts.ping(self.now);
                self.answer(ping);
            }
            self.send(bytes);
            let ping = self.receipts.ping_behind_picture(bytes, self.now);
            self.answer(ping);
        }

        /// Sends pictures of so many bytes, as often as allowed but no more than 30 a second;
        /// returns how many there were and how long the last byte of the slowest was on its way.
        fn run(&mut self, bytes: usize, duration: Duration) -> (usize, Duration) {
            let end = self.now + duration;
            let mut next_picture = self.now;
            let (mut n_pictures, mut slowest) = (0, Duration::ZERO);
            while self.now < end {
                while let Some(&(at, ping)) = self.pongs.front()
                    && at <= self.now
                {
                    self.receipts.pong(&ping, at);
                    self.pongs.pop_front();
                }
                if self.now >= next_picture && self.receipts.may_send_picture(self.now) {
                    self.send_picture(bytes);
                    n_pictures += 1;
                    slowest = slowest.max(self.line_free_at + self.delay - self.now);
                    next_picture = self.now + PICTURE_INTERVAL;
                }
                self.now += MS;
            }
            (n_pictures, slowest)
        }
    }

    #[test]
    fn finds_out_how_fast_the_line_is() {
        for delay in [0, 10, 100, 300] {
            for rate in [12_500.0, 125_000.0, 1_250_000.0, 50e6] {
                let mut line = Simulation::new(rate, delay * MS);
                line.run(5000, Duration::from_secs(10));
                let found = line.receipts.bytes_per_second();
                // The clock of this simulation has no finer beat than a millisecond, and nothing
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
    fn what_arrives_is_fresh() {
        for delay in [0, 10, 100] {
            for (rate, bytes) in [
                (12_500.0, 3000),
                (125_000.0, 10_000),
                (125_000.0, 30_000),
                (1_250_000.0, 30_000),
            ] {
                let mut line = Simulation::new(rate, delay * MS);
                line.run(bytes, Duration::from_secs(2));
                let (n_pictures, slowest) = line.run(bytes, Duration::from_secs(10));
                let alone = Duration::from_secs_f64(bytes as f64 / rate);
                assert!(
                    slowest <= delay * MS + alone + 2 * delay * MS + QUEUE + MS,
                    "{slowest:?} at {rate} bytes/s and {delay} ms"
                );
                let possible = (10.0 * rate / bytes as f64).min(300.0);
                let idle = alone.as_secs_f64() / (alone + 2 * delay * MS + 2 * MS).as_secs_f64();
                assert!(
                    n_pictures as f64 >= 0.9 * possible * idle,
                    "{n_pictures} of {possible} at {rate} bytes/s and {delay} ms"
                );
            }
        }
    }

    #[test]
    fn a_round_trip_that_was_too_long_is_not_believed_for_ever() {
        let mut line = Simulation::new(12_500.0, 5 * MS);
        line.receipts.line.returned(400 * MS, line.now);
        let hello = line.pongs.pop_front().unwrap().1;
        line.now += 400 * MS;
        line.receipts.pong(&hello, line.now);
        line.run(1000, Duration::from_secs(5));
        let (_, slowest) = line.run(1000, Duration::from_secs(10));
        assert!(slowest < 250 * MS, "{slowest:?}");
    }

    #[test]
    fn a_fast_line_with_delay_is_kept_busy() {
        let mut line = Simulation::new(10e6, 50 * MS);
        line.run(20_000, Duration::from_secs(1));
        let (n_pictures, _) = line.run(20_000, Duration::from_secs(10));
        assert!(n_pictures >= 280, "{n_pictures}");
    }

    #[test]
    fn a_line_that_becomes_slow_is_not_flooded() {
        let mut line = Simulation::new(10e6, 5 * MS);
        line.run(20_000, Duration::from_secs(3));
        line.bytes_per_second = 12_500.0;
        // At most what was allowed under way at the old speed, pictures counted.
        line.run(20_000, Duration::from_secs(1));
        assert!(line.receipts.sent - line.receipts.received <= 3 * 20_000);
        line.run(3000, Duration::from_secs(20));
        let (_, slowest) = line.run(3000, Duration::from_secs(10));
        assert!(slowest < 400 * MS, "{slowest:?}");
    }

    #[test]
    fn nothing_more_goes_to_a_client_that_stops_reading() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        let hello = receipts.ping(start);
        receipts.pong(&hello, start + MS);
        let mut n_sent = 0;
        for second in 0..60 {
            let now = start + Duration::from_secs(second);
            while receipts.may_send_picture(now) {
                receipts.send(6000, now);
                receipts.ping_behind_picture(6000, now);
                n_sent += 1;
            }
        }
        assert!(n_sent <= MIN_IN_FLIGHT, "{n_sent}");
        let patience = Duration::from_secs(30);
        assert!(!receipts.is_stuck(patience, start + patience));
        assert!(receipts.is_stuck(patience, start + Duration::from_secs(36)));
    }

    #[test]
    fn answers_that_are_not_taken_do_not_prolong_patience() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        let hello = receipts.ping(start);
        receipts.pong(&hello, start);
        for second in 0..40 {
            let now = start + Duration::from_secs(second);
            receipts.send(20_000, now);
            receipts.ping(now);
        }
        assert!(receipts.is_stuck(Duration::from_secs(30), start + Duration::from_secs(40)));
    }

    #[test]
    fn a_large_message_on_a_slow_line_is_waited_for() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        let hello = receipts.ping(start);
        receipts.pong(&hello, start);
        receipts.send(1_000_000, start);
        assert!(receipts.wants_ping());
        receipts.ping(start);
        assert!(!receipts.wants_ping());
        let patience = Duration::from_secs(30);
        assert!(!receipts.is_stuck(patience, start + Duration::from_secs(120)));
        assert!(receipts.is_stuck(patience, start + Duration::from_secs(300)));
    }

    #[test]
    fn a_silent_client_that_was_asked_nothing_is_not_stuck() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        let hello = receipts.ping(start);
        receipts.pong(&hello, start + MS);
        let later = start + Duration::from_secs(3600);
        assert!(!receipts.is_stuck(MS, later));
        receipts.ping(later);
        assert!(!receipts.is_stuck(MS, later + MS));
    }

    #[test]
    fn a_pong_answers_the_earlier_pings_too() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        receipts.ping_behind_picture(1, start);
        receipts.picture_was_made(start);
        receipts.ping(start + MS);
        let second = receipts.ping_behind_picture(1, start + MS);
        receipts.picture_was_made(start + MS);
        let ages = receipts.pong(&second, start + 3 * MS);
        assert_eq!(ages, [3 * MS, 2 * MS]);
        receipts.ping_behind_picture(1, start + MS);
        assert!(receipts.may_send_picture(start + MS));
    }

    #[test]
    fn a_client_without_pongs_still_sees_pictures() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        receipts.ping(start);
        assert!(receipts.may_send_picture(start));
        receipts.ping_behind_picture(1, start);
        assert!(!receipts.may_send_picture(start + PATIENCE));
        assert!(receipts.may_send_picture(start + PATIENCE + MS));
        for _ in 0..1000 {
            receipts.ping_behind_picture(1, start + PATIENCE);
        }
        assert!(!receipts.may_send_picture(start + 2 * PATIENCE));
        assert!(receipts.may_send_picture(start + 2 * PATIENCE + MS));
        assert!(receipts.awaited.len() <= 4 * MAX_IN_FLIGHT + 1);
        assert!(!receipts.is_stuck(PATIENCE, start + 100 * PATIENCE));
    }

    #[test]
    fn foreign_pongs_mean_nothing() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        let hello = receipts.ping(start);
        receipts.pong(&hello, start);
        receipts.send(1_000_000, start);
        receipts.ping_behind_picture(1_000_000, start);
        receipts.pong(b"", start);
        receipts.pong(b"whatever", start);
        receipts.pong(&77_u64.to_be_bytes(), start);
        assert!(!receipts.may_send_picture(start));
    }
}
