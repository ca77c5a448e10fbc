//! Settings that must be refused, and what the refusal says.

use nnvisu_protocol::ErrorCode;

use crate::support::check;

#[track_caller]
fn check_config(setting: &str, code: ErrorCode, field: &str, message: &str) {
    for key in ["payload", "config"] {
        let text = format!(r#"{{"type":"update_config","{key}":{{{setting}}}}}"#);
        check(&text, code, Some(field), message);
    }
}

#[test]
fn settings_out_of_range() {
    let range = ErrorCode::OutOfRange;
    for given in ["-1", "0", "10.001", "1e300", "-1e300", "1e-50", "-0.0"] {
        check_config(
            &format!(r#""learningRate":{given}"#),
            range,
            "learningRate",
            &format!("Learning rate must be above 0 and at most 10, not {given}"),
        );
    }
    for given in ["-0.001", "11", "1e300"] {
        check_config(
            &format!(r#""regularization":{given}"#),
            range,
            "regularization",
            &format!("L2 regularization must be from 0 to 10, not {given}"),
        );
    }
    // The last one is below 1, but not once it is rounded to single precision.
    for given in ["-0.5", "1", "1.0", "0.99999999999"] {
        check_config(
            &format!(r#""dropout":{given}"#),
            range,
            "dropout",
            &format!("Dropout must be 0 or more and below 1, not {given}"),
        );
    }
    for given in ["-1", "0.5", "1000001", "1e30", "4294967296"] {
        check_config(
            &format!(r#""batchSize":{given}"#),
            range,
            "batchSize",
            &format!("Batch size must be a whole number from 0 to 1,000,000, not {given}"),
        );
    }
    check_config(
        r#""activation":"sigmoid""#,
        range,
        "activation",
        "Activation must be one of tanh, relu, leaky_relu, gelu, not “sigmoid”",
    );
    check_config(
        r#""optimizer":"Adam""#,
        range,
        "optimizer",
        "Optimizer must be one of sgd, adam, rmsprop, not “Adam”",
    );
}

#[test]
fn architectures_out_of_range() {
    let range = ErrorCode::OutOfRange;
    for (given, field, message) in [
        (
            "[0]",
            "[0]",
            "Units of a hidden layer must be a whole number from 1 to 100, not 0",
        ),
        (
            "[5,101]",
            "[1]",
            "Units of a hidden layer must be a whole number from 1 to 100, not 101",
        ),
        (
            "[-3]",
            "[0]",
            "Units of a hidden layer must be a whole number from 1 to 100, not -3",
        ),
        (
            "[2.5]",
            "[0]",
            "Units of a hidden layer must be a whole number from 1 to 100, not 2.5",
        ),
        (
            "[1e300]",
            "[0]",
            "Units of a hidden layer must be a whole number from 1 to 100, not 1e300",
        ),
        (
            "[1,1,1,1,1,1,1,1,1,1,1]",
            "",
            "A network has at most 10 hidden layers, not 11",
        ),
    ] {
        check_config(
            &format!(r#""architecture":{given}"#),
            range,
            &format!("architecture{field}"),
            message,
        );
        check(
            &format!(r#"{{"type":"update_architecture","payload":{{"hidden_layers":{given}}}}}"#),
            range,
            Some(&format!("hidden_layers{field}")),
            message,
        );
    }
    check_config(
        r#""architecture":"10-5""#,
        ErrorCode::WrongType,
        "architecture",
        "“architecture” must be a list, not text",
    );
}

#[test]
fn settings_of_the_wrong_type() {
    for (given, called) in [
        ("null", "null"),
        ("\"0.1\"", "text"),
        ("[0.1]", "a list"),
        ("{}", "an object"),
        ("true", "true"),
        ("false", "false"),
    ] {
        for field in ["learningRate", "regularization", "dropout", "batchSize"] {
            check_config(
                &format!(r#""{field}":{given}"#),
                ErrorCode::WrongType,
                field,
                &format!("“{field}” must be a number, not {called}"),
            );
        }
    }
    check_config(
        r#""optimizer":3"#,
        ErrorCode::WrongType,
        "optimizer",
        "“optimizer” must be text, not a number",
    );
}

#[test]
fn settings_stand_in_one_place() {
    check(
        r#"{"type":"update_config"}"#,
        ErrorCode::MissingField,
        Some("payload"),
        "“payload” is missing",
    );
    check(
        r#"{"type":"update_config","payload":{},"config":{}}"#,
        ErrorCode::InvalidJson,
        Some("config"),
        "The settings stand in “payload” or in “config”, not in both",
    );
    check(
        r#"{"type":"update_config","config":[]}"#,
        ErrorCode::WrongType,
        Some("config"),
        "“config” must be an object, not a list",
    );
}

#[test]
fn speeds() {
    for given in ["0", "-5", "1000001", "1e300", "1e-60"] {
        check(
            &format!(r#"{{"type":"set_speed","stepsPerSecond":{given}}}"#),
            ErrorCode::OutOfRange,
            Some("stepsPerSecond"),
            &format!("Speed must be above 0 and at most 1,000,000 steps per second, not {given}"),
        );
    }
    check(
        r#"{"type":"set_speed"}"#,
        ErrorCode::MissingField,
        Some("stepsPerSecond"),
        "“stepsPerSecond” is missing",
    );
}
