//! What a session makes of a link that takes little.

use super::*;

#[test]
fn a_paused_session_sleeps_while_the_link_is_congested() {
    for version in DIALECTS {
        let mut client = Client::new(version);
        client.send(update_data(xor_and(4)));
        client.link.report(FAST, true);
        while client.advance() != Next::Idle {}
        assert_eq!(client.count_frames(), 0);
        client.link.report(FAST, false);
        client.settle();
        assert_eq!(client.count_frames(), 1);
    }
}

#[test]
fn slow_training_sleeps_until_the_next_step_while_the_link_is_congested() {
    let mut client = Client::v2();
    client.send(update_data(xor()));
    client.send(json!({"type": "set_speed", "stepsPerSecond": 0.001}));
    client.send(request("start_training"));
    while client.step() == 0 {
        client.advance();
    }
    client.link.report(FAST, true);
    client.send(update_data(xor_and(4)));
    let now = client.clock.now();
    let Next::At(at) = client.advance() else {
        panic!("there are steps to come");
    };
    // The weights go out once a second, by themselves.
    assert!(at > now + Duration::from_millis(100));
}

#[test]
fn weights_are_not_lost_with_the_map_they_came_with() {
    let mut client = Client::v1();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    // The first map has them and is replaced by the second, which has not, before it is sent.
    while client.counted().n_frames_rendered < 2 {
        client.advance();
    }
    client.run_until(|client| client.frames.len() >= 3);
    let texts = client.texts();
    let with_weights = |text: &&Value| !text["model"].is_null();
    assert_eq!(texts.iter().filter(with_weights).count(), 1, "{texts:?}");
}
