//! Which pictures have arrived, so that no more are under way than the client can take.
//!
//! A picture handed to the operating system may wait seconds in the buffers of a slow line, and
//! nothing can call it back. So a ping follows every picture; its pong says that everything up to
//! it has been received (RFC 6455, section 5.5.3). While too many pictures lack theirs, new ones
//! wait in the outbox, where a newer one replaces an older one.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Pictures under way on a line without delay: one in the line, one being shown.
const MIN_IN_FLIGHT: usize = 2;
/// More on a line with delay, so that it is kept busy, but never more than this.
const MAX_IN_FLIGHT: usize = 8;
/// One more picture may be under way per this much of the line's round trip.
const PICTURE_INTERVAL: Duration = Duration::from_millis(33);
/// A client that has answered no ping for so long after connecting never will, though it must;
/// it gets its pictures without receipts.
const PATIENCE: Duration = Duration::from_secs(1);

/// Pings sent and pongs received on one connection.
pub(super) struct Receipts {
    connected_at: Instant,
    next_id: u64,
    awaited: VecDeque<Ping>,
    /// The shortest time from a ping to its pong: the delay of the line itself.
    round_trip: Option<Duration>,
}

struct Ping {
    id: u64,
    sent_at: Instant,
    follows_picture: bool,
}

impl Receipts {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            connected_at: now,
            next_id: 0,
            awaited: VecDeque::new(),
            round_trip: None,
        }
    }

    /// Notes that a ping goes out; returns what it has to carry. `follows_picture` says whether it
    /// is the receipt of one, or only asks whether the client is still there.
    pub(super) fn ping(&mut self, follows_picture: bool, now: Instant) -> [u8; 8] {
        let id = self.next_id;
        self.next_id += 1;
        // Without receipts the list would only grow.
        if self.awaited.len() > 4 * MAX_IN_FLIGHT {
            self.awaited.pop_front();
        }
        self.awaited.push_back(Ping {
            id,
            sent_at: now,
            follows_picture,
        });
        id.to_be_bytes()
    }

    /// Notes a pong. One that answers no ping of ours means nothing.
    pub(super) fn pong(&mut self, carried: &[u8], now: Instant) {
        let Ok(id) = <[u8; 8]>::try_from(carried).map(u64::from_be_bytes) else {
            return;
        };
        let Some(position) = self.awaited.iter().position(|ping| ping.id == id) else {
            return;
        };
        let took = now.saturating_duration_since(self.awaited[position].sent_at);
        self.round_trip = Some(self.round_trip.map_or(took, |best| best.min(took)));
        self.awaited.drain(..=position);
    }

    /// Whether one more picture may go out.
    pub(super) fn may_send_picture(&self, now: Instant) -> bool {
        let in_flight = self
            .awaited
            .iter()
            .filter(|ping| ping.follows_picture)
            .count();
        match self.round_trip {
            Some(round_trip) => {
                let hidden_by_delay = round_trip.div_duration_f32(PICTURE_INTERVAL) as usize;
                in_flight < (MIN_IN_FLIGHT + hidden_by_delay).min(MAX_IN_FLIGHT)
            }
            None => in_flight < MIN_IN_FLIGHT || now > self.connected_at + PATIENCE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn pictures_wait_for_receipts() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        let hello = receipts.ping(false, start);
        receipts.pong(&hello, start + MS);
        let first = receipts.ping(true, start + 2 * MS);
        assert!(receipts.may_send_picture(start + 2 * MS));
        let second = receipts.ping(true, start + 3 * MS);
        assert!(!receipts.may_send_picture(start + 5000 * MS));
        receipts.pong(&first, start + 5001 * MS);
        assert!(receipts.may_send_picture(start + 5001 * MS));
        receipts.pong(&second, start + 5002 * MS);
        assert!(receipts.may_send_picture(start + 5002 * MS));
    }

    #[test]
    fn a_pong_answers_the_earlier_pings_too() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        receipts.ping(true, start);
        let second = receipts.ping(true, start);
        receipts.pong(&second, start + MS);
        receipts.ping(true, start + MS);
        assert!(receipts.may_send_picture(start + MS));
    }

    #[test]
    fn a_line_with_delay_holds_more() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        let hello = receipts.ping(false, start);
        receipts.pong(&hello, start + 100 * MS);
        let mut sent = 0;
        while receipts.may_send_picture(start + 100 * MS) {
            receipts.ping(true, start + 100 * MS);
            sent += 1;
        }
        assert_eq!(sent, 5);
    }

    #[test]
    fn a_client_without_pongs_still_sees_pictures() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        for _ in 0..MIN_IN_FLIGHT {
            receipts.ping(true, start);
        }
        assert!(!receipts.may_send_picture(start + PATIENCE));
        assert!(receipts.may_send_picture(start + PATIENCE + MS));
        for _ in 0..1000 {
            receipts.ping(true, start + PATIENCE);
        }
        assert!(receipts.awaited.len() <= 4 * MAX_IN_FLIGHT + 1);
    }

    #[test]
    fn foreign_pongs_mean_nothing() {
        let start = Instant::now();
        let mut receipts = Receipts::new(start);
        receipts.ping(true, start);
        receipts.ping(true, start);
        receipts.pong(b"", start);
        receipts.pong(b"whatever", start);
        receipts.pong(&77_u64.to_be_bytes(), start);
        assert!(!receipts.may_send_picture(start));
    }
}
