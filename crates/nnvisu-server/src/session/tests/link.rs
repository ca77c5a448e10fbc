//! What a session makes of a link that takes little.

use super::*;

const FAST: f64 = 1e9;

#[test]
fn a_paused_session_sleeps_while_the_line_is_full() {
    for version in [ProtocolVersion::V1, ProtocolVersion::V2] {
        let mut client = Client::new(version);
        client.send(update_data(xor_and(4)));
        assert!(!client.outbox.report_link(FAST, true));
        while client.session.advance() != Next::Idle {}
        assert_eq!(client.count_frames(), 0);
        assert!(client.outbox.report_link(FAST, false));
        client.settle();
        assert_eq!(client.count_frames(), 1);
    }
}

#[test]
fn slow_training_sleeps_until_the_next_step_while_the_line_is_full() {
    let mut client = Client::v2();
    client.send(update_data(xor()));
    client.send(json!({"type": "set_speed", "stepsPerSecond": 0.001}));
    client.send(request("start_training"));
    while client.step() == 0 {
        client.session.advance();
    }
    let _ = client.outbox.report_link(FAST, true);
    client.send(update_data(xor_and(4)));
    let now = Instant::now();
    let Next::At(at) = client.session.advance() else {
        panic!("there are steps to come");
    };
    // The weights go out once a second, by themselves.
    assert!(at > now + std::time::Duration::from_millis(100));
}

#[test]
fn weights_are_not_lost_with_the_map_they_came_with() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    let mut n_drawn = 0;
    // The first map has them and is replaced by the second, which has not, before it is sent.
    while n_drawn < 2 {
        let next = client.session.frame_schedule.next();
        client.session.advance();
        n_drawn += u32::from(client.session.frame_schedule.next() != next);
    }
    client.run_until(|client| client.frames.len() >= 3);
    let texts = client.texts();
    let with_weights = |text: &&Value| !text["model"].is_null();
    assert_eq!(texts.iter().filter(with_weights).count(), 1, "{texts:?}");
}
