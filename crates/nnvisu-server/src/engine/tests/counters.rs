//! What sessions count for the administrator.

use super::*;

impl Client {
    /// What has been counted so far.
    pub(super) fn counted(&mut self) -> Activity {
        let new = self.session.take_activity();
        self.counted.n_steps += new.n_steps;
        self.counted.n_frames_rendered += new.n_frames_rendered;
        self.counted.n_frames_dropped += new.n_frames_dropped;
        self.counted.errors.extend(new.errors);
        self.counted.clone()
    }
}

#[test]
fn every_step_counts() {
    let mut client = Client::v2();
    client.send(update_data(xor()));
    client.send(request("step"));
    client.send(request("step"));
    assert_eq!(client.counted().n_steps, 2);
    client.send(request("start_training"));
    client.run_until(|client| client.step() > 1000);
    assert_eq!(client.counted().n_steps, client.step());
    client.send(json!({
        "type": "train_step", "config": config(), "model": {"weights": [], "biases": []},
        "data": xor(),
    }));
    assert_eq!(client.counted().n_steps, client.step() + 1);
}

#[test]
fn the_steps_before_training_diverges_count() {
    let mut client = Client::v2();
    client.send(update_data(xor()));
    client.send(
        json!({"type": "update_config", "payload": {"optimizer": "sgd", "learningRate": 10,
            "regularization": 1, "activation": "relu"}}),
    );
    client.send(request("reset"));
    client.send(request("start_training"));
    client.run_until(|client| !client.is_running());
    assert!(client.texts().iter().any(|text| text["code"] == "diverged"));
    // Those that led away from the last good state have been made all the same.
    assert!(client.counted().n_steps > client.step());
}

#[test]
fn every_frame_is_sent_or_dropped_or_waits() {
    let mut client = Client::v2();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    // No frame is taken out.
    while client.counted().n_frames_rendered < 3 {
        client.advance();
    }
    assert_eq!(client.counted().n_frames_dropped, 2);
    client.send(request("reset"));
    assert_eq!(client.counted().n_frames_dropped, 3);
    client.count_frames();
    client.settle();
    assert_eq!(client.count_frames(), 1);
    assert_eq!(
        client.counted().n_frames_rendered,
        client.counted().n_frames_dropped + 1
    );
}

#[test]
fn every_error_counts() {
    let mut client = Client::v2();
    client.refused(request("start_training"));
    client.refused(request("nonsense"));
    let codes: Vec<_> = client
        .counted()
        .errors
        .iter()
        .map(|code| code.as_str())
        .collect();
    assert_eq!(codes, ["no_data", "unknown_type"]);
}
