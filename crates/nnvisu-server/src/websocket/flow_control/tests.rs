//! Flow control against a simulated link, on a clock of its own.

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
    /// When the client has sent its large message.
    upload_ends: Option<Instant>,
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
            upload_ends: None,
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
        let arrives = self
            .upload_ends
            .map_or(arrives, |upload_ends| arrives.max(upload_ends));
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
            self.flow_control.set_pong_delay(match self.upload_ends {
                Some(upload_ends) if self.now < upload_ends => PongDelay::LargeMessage,
                upload_ends => PongDelay::NoneSince(upload_ends),
            });
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

#[test]
fn a_large_message_of_the_client_says_nothing_about_the_link() {
    for delay in [0, 10, 100] {
        for rate in [12_500.0, 125_000.0, 1_250_000.0] {
            let mut link = Simulation::new(rate, delay * MS);
            let bytes = (rate / 12.0) as usize;
            link.run(bytes, Duration::from_secs(10));
            let before = link.flow_control.bytes_per_second();
            let round_trip = link.flow_control.link.round_trip();
            link.upload_ends = Some(link.now + Duration::from_secs(10));
            let (n_frames, slowest) = link.run(bytes, Duration::from_secs(10));
            // Half of twelve a second.
            assert!(
                (55..=60).contains(&n_frames),
                "{n_frames} at {rate} bytes/s"
            );
            assert!(slowest < 2 * QUEUE + delay * MS, "{slowest:?}");
            link.run(bytes, Duration::from_secs(2));
            let after = link.flow_control.bytes_per_second();
            assert!(
                (0.8..1.25).contains(&(after / before)),
                "{before}, then {after}"
            );
            assert!(link.flow_control.link.round_trip() <= round_trip + MS);
        }
    }
}

#[test]
fn a_client_is_not_stalled_because_its_pongs_wait_behind_its_message() {
    let start = Instant::now();
    let timeout = Duration::from_secs(30);
    let mut flow_control = FlowControl::new(start);
    let hello = flow_control.ping(start);
    flow_control.pong(&hello, start + MS);
    flow_control.ping(start + MS);
    flow_control.set_pong_delay(PongDelay::LargeMessage);
    assert!(!flow_control.is_stalled(timeout, start + 10 * timeout));
    flow_control.set_pong_delay(PongDelay::NoneSince(Some(start + 10 * timeout)));
    assert!(!flow_control.is_stalled(timeout, start + 11 * timeout));
    assert!(flow_control.is_stalled(timeout, start + 11 * timeout + MS));
}
