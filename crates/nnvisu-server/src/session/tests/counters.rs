//! What sessions count for the administrator.

use super::*;

impl Client {
    /// The value of a counter.
    fn count(&self, name: &str) -> u64 {
        let text = self.session.flags.metrics().text(1);
        let prefix = format!("nnvisu_{name}_total ");
        let value = text.lines().find_map(|line| line.strip_prefix(&prefix));
        value.expect("the counter is there").parse().unwrap()
    }
}

#[test]
fn every_step_counts() {
    let mut client = Client::v2();
    client.send(update_data(xor()));
    client.send(request("step"));
    client.send(request("step"));
    assert_eq!(client.count("steps"), 2);
    client.send(request("start_training"));
    client.run_until(|client| client.step() > 1000);
    assert_eq!(client.count("steps"), client.step());
    client.send(json!({
        "type": "train_step", "config": config(), "model": {"weights": [], "biases": []},
        "data": xor(),
    }));
    assert_eq!(client.count("steps"), client.step() + 1);
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
    client.run_until(|client| !client.session.running);
    assert!(client.texts().iter().any(|text| text["code"] == "diverged"));
    // One of them may have been taken back.
    let taken_back = client.count("steps") - client.step();
    assert!(client.step() > 1 && taken_back <= 1, "{taken_back}");
}

#[test]
fn every_picture_is_sent_or_dropped_or_waits() {
    let mut client = Client::v2();
    client.send(update_data(xor()));
    client.send(request("start_training"));
    // Nobody takes a picture out.
    while client.count("frames_rendered") < 3 {
        client.session.advance();
    }
    assert_eq!(client.count("frames_dropped"), 2);
    client.send(request("reset"));
    assert_eq!(client.count("frames_dropped"), 3);
    client.count_frames();
    client.settle();
    assert_eq!(client.count_frames(), 1);
    assert_eq!(
        client.count("frames_rendered"),
        client.count("frames_dropped") + 1
    );
}
