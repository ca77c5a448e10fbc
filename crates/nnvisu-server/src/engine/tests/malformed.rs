//! Bad requests are answered and change nothing.

use super::*;

#[test]
fn bad_requests_are_answered_and_change_nothing() {
    let mut client = Client::v2();
    client.send(update_data(xor()));
    let before = client.ask(request("stop_training"));
    for (text, code) in [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        ("{}", "missing_field"),
        (r#"{"type": "dance"}"#, "unknown_type"),
        (r#"{"type": "update_data"}"#, "missing_field"),
        (r#"{"type": "update_data", "data": 5}"#, "wrong_type"),
        (
            r#"{"type": "update_data", "data": [{"x": 2, "y": 0, "label": 0}]}"#,
            "out_of_range",
        ),
        (
            r#"{"type": "update_config", "payload": {"learningRate": -1}}"#,
            "out_of_range",
        ),
        (
            r#"{"type": "set_speed", "stepsPerSecond": 0}"#,
            "out_of_range",
        ),
    ] {
        client.send_text(text);
        let error = client.texts().pop().unwrap();
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("error"), &json!(code)),
            "{text}"
        );
    }
    client.session.handle_binary(0, &client.clock);
    assert_eq!(client.texts().pop().unwrap()["code"], "binary_not_accepted");
    let too_many = vec![json!({"x": 0, "y": 0, "label": 0}); 20_001];
    assert_eq!(
        client.refused(update_data(json!(too_many)))["code"],
        "too_many_points"
    );
    assert_eq!(client.ask(request("stop_training")), before);
}
