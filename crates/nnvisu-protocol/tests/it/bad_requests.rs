//! Requests that must be refused, and what the refusal says.

use nnvisu_protocol::{ErrorCode, Limits, ProtocolVersion, RequestError, parse_request};

use crate::support::{parse_v1, parse_v2};

#[track_caller]
fn refused(text: &str) -> RequestError {
    match parse_v2(text) {
        Ok(envelope) => panic!("accepted {text} as {envelope:?}"),
        Err(error) => error,
    }
}

/// Checks code, field and the whole sentence.
#[track_caller]
fn check(text: &str, code: ErrorCode, field: Option<&str>, message: &str) {
    let error = refused(text);
    assert_eq!(error.message, message, "{text}");
    assert_eq!(error.code, code, "{text}");
    assert_eq!(error.field.as_deref(), field, "{text}");
}

#[track_caller]
fn check_config(setting: &str, code: ErrorCode, field: &str, message: &str) {
    for key in ["payload", "config"] {
        let text = format!(r#"{{"type":"update_config","{key}":{{{setting}}}}}"#);
        check(&text, code, Some(field), message);
    }
}

#[track_caller]
fn check_point(point: &str, code: ErrorCode, field: &str, message: &str) {
    let text = format!(r#"{{"type":"update_data","data":[{{"x":0,"y":0,"label":0}},{point}]}}"#);
    check(&text, code, Some(field), message);
}

#[test]
fn text_that_is_not_one_json_object() {
    for text in [
        "",
        " ",
        "hello",
        "[]",
        "null",
        "3",
        "\"reset\"",
        "{",
        r#"{"type":"reset""#,
        r#"{"type":"reset"} x"#,
        r#"{"type":"reset"}{}"#,
        r#"{"type":"reset",}"#,
        r#"{'type':'reset'}"#,
        r#"{"type":"reset","x":NaN}"#,
        r#"{"type":"reset","x":Infinity}"#,
        r#"{"type":"reset","x":01}"#,
        "{\"type\":\"\\ud800\"}",
        "\u{feff}{\"type\":\"reset\"}",
    ] {
        let error = refused(text);
        assert_eq!(error.code, ErrorCode::InvalidJson, "{text}: {error}");
        assert_eq!(parse_v1(text).unwrap_err().code, ErrorCode::InvalidJson);
    }
}

#[test]
fn types() {
    check(
        "{}",
        ErrorCode::MissingField,
        Some("type"),
        "“type” is missing",
    );
    check(
        r#"{"type":null}"#,
        ErrorCode::WrongType,
        Some("type"),
        "“type” must be text, not null",
    );
    check(
        r#"{"type":"fly"}"#,
        ErrorCode::UnknownType,
        Some("type"),
        "There are no requests of type “fly”, only start_training, stop_training, reset, \
         update_config, update_architecture, update_data, generate_data, train_step, restore, \
         set_speed, step",
    );
    let long = format!(r#"{{"type":"{}"}}"#, "ž".repeat(1000));
    assert!(
        refused(&long)
            .message
            .contains(&format!("“{}…”", "ž".repeat(40)))
    );
}

#[test]
fn version_2_requests_are_unknown_to_version_1() {
    for name in ["restore", "set_speed", "step"] {
        let error = parse_v1(&format!(r#"{{"type":"{name}"}}"#)).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnknownType);
        assert!(error.message.contains("nnvisu.v2"), "{error}");
    }
    let error = parse_v1(r#"{"type":"fly"}"#).unwrap_err();
    assert!(!error.message.contains("restore"), "{error}");
}

#[test]
fn settings_out_of_range() {
    let range = ErrorCode::OutOfRange;
    for given in ["-1", "0", "10.001", "1e999", "-1e999", "1e-50", "-0.0"] {
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
        ("[0]", "[0]", "A hidden layer has 1 to 100 units, not 0"),
        (
            "[5,101]",
            "[1]",
            "A hidden layer has 1 to 100 units, not 101",
        ),
        ("[-3]", "[0]", "A hidden layer has 1 to 100 units, not -3"),
        ("[2.5]", "[0]", "A hidden layer has 1 to 100 units, not 2.5"),
        (
            "[1e999]",
            "[0]",
            "A hidden layer has 1 to 100 units, not 1e999",
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
fn points() {
    let range = ErrorCode::OutOfRange;
    for given in ["1.0000001", "1.00000000001", "-1.5", "1e999", "1e40"] {
        check_point(
            &format!(r#"{{"x":{given},"y":0,"label":0}}"#),
            range,
            "data[1].x",
            &format!("Coordinate x must be from -1 to 1, not {given}"),
        );
        check_point(
            &format!(r#"{{"x":0,"y":{given},"label":0}}"#),
            range,
            "data[1].y",
            &format!("Coordinate y must be from -1 to 1, not {given}"),
        );
    }
    for given in ["-1", "8", "0.5", "256", "1e999"] {
        check_point(
            &format!(r#"{{"x":0,"y":0,"label":{given}}}"#),
            range,
            "data[1].label",
            &format!("Label must be a whole number from 0 to 7, not {given}"),
        );
    }
    check_point(
        r#"{"x":0,"label":0}"#,
        ErrorCode::MissingField,
        "data[1].y",
        "“data[1].y” is missing",
    );
    check_point(
        r#"{"x":null,"y":0,"label":0}"#,
        ErrorCode::WrongType,
        "data[1].x",
        "“data[1].x” must be a number, not null",
    );
    check_point(
        "[0,0,0]",
        ErrorCode::WrongType,
        "data[1]",
        "“data[1]” must be an object, not a list",
    );
    check(
        r#"{"type":"update_data"}"#,
        ErrorCode::MissingField,
        Some("data"),
        "“data” is missing",
    );
    check(
        r#"{"type":"update_data","data":{}}"#,
        ErrorCode::WrongType,
        Some("data"),
        "“data” must be a list, not an object",
    );
}

#[test]
fn too_many_points() {
    let limits = Limits {
        max_points: 2,
        ..Limits::default()
    };
    let points = r#"{"x":0,"y":0,"label":0},"#.repeat(4);
    let text = format!(
        r#"{{"type":"update_data","data":[{}]}}"#,
        points.trim_end_matches(',')
    );
    let error = parse_request(ProtocolVersion::V1, &text, &limits).unwrap_err();
    assert_eq!(error.code, ErrorCode::TooManyPoints);
    assert_eq!(error.message, "There can be at most 2 points, not 4");
    assert_eq!(error.field.as_deref(), Some("data"));
}

#[test]
fn generators() {
    let range = ErrorCode::OutOfRange;
    check(
        r#"{"type":"generate_data","distribution":"spiral","num_classes":3}"#,
        range,
        Some("distribution"),
        "Distribution must be one of circles, moons, blobs, anisotropic, varied_variance, \
         not “spiral”",
    );
    for given in ["1", "9", "-2", "2.5", "1e999"] {
        check(
            &format!(r#"{{"type":"generate_data","distribution":"moons","num_classes":{given}}}"#),
            range,
            Some("num_classes"),
            &format!("Number of classes must be a whole number from 2 to 8, not {given}"),
        );
    }
    check(
        r#"{"type":"generate_data","distribution":"moons","num_classes":2,"seed":9007199254740992}"#,
        range,
        Some("seed"),
        "Seed must be a whole number from 0 to 9,007,199,254,740,991, not 9007199254740992",
    );
    check(
        r#"{"type":"generate_data","num_classes":2}"#,
        ErrorCode::MissingField,
        Some("distribution"),
        "“distribution” is missing",
    );
}

#[track_caller]
fn check_model(config: &str, model: &str, code: ErrorCode, field: &str, message: &str) {
    let text = format!(
        r#"{{"type":"train_step","config":{config},"model":{model},"data":[{{"x":0,"y":0,"label":0}}]}}"#
    );
    check(&text, code, Some(field), message);
}

#[test]
fn weights_of_wrong_shapes() {
    let range = ErrorCode::OutOfRange;
    check_model(
        "{}",
        r#"{"weights":[[[1,2],[3,4]]],"biases":[]}"#,
        range,
        "model.biases",
        "There are weights of 1 layers, but biases of 0",
    );
    check_model(
        "{}",
        r#"{"weights":[[[1,2],[3]]],"biases":[[0,0]]}"#,
        range,
        "model.weights[0]",
        "The weights of layer 1 must be 2 × 2 (units × inputs), not 2 × 1",
    );
    check_model(
        "{}",
        r#"{"weights":[[[1,2]],[[1],[2],[3]]],"biases":[[0],[0,0]]}"#,
        range,
        "model.weights[1]",
        "The weights of layer 2 must be 2 × 1 (units × inputs), not 3 × 1",
    );
    check_model(
        "{}",
        r#"{"weights":[[[1,2]]],"biases":[[0]]}"#,
        range,
        "model.biases[0]",
        "The output layer has 2 to 8 units, not 1",
    );
    check_model(
        "{}",
        r#"{"weights":[[],[[],[]]],"biases":[[],[0,0]]}"#,
        range,
        "model.biases",
        "A hidden layer has 1 to 100 units, not 0",
    );
    check_model(
        r#"{"architecture":[3]}"#,
        r#"{"weights":[[[1,2]],[[1],[2]]],"biases":[[0],[0,0]]}"#,
        range,
        "model.biases[0]",
        "Layer 1 has 3 units and as many biases, not 1",
    );
    check_model(
        r#"{"architecture":[3]}"#,
        r#"{"weights":[[[1,2],[3,4]]],"biases":[[0,0]]}"#,
        range,
        "model.weights",
        "The configured architecture has 2 layers with weights, not 1",
    );
    let row = format!("[{}]", vec!["1"; 101].join(","));
    check_model(
        "{}",
        &format!(r#"{{"weights":[[{row}]],"biases":[[0]]}}"#),
        range,
        "model.weights[0][0]",
        "“model.weights[0][0]” may have at most 100 values, not 101",
    );
    check_model(
        "{}",
        &format!(
            r#"{{"weights":[{}],"biases":[]}}"#,
            vec!["[]"; 12].join(",")
        ),
        range,
        "model.weights",
        "“model.weights” may have at most 11 values, not 12",
    );
}

#[test]
fn weights_that_are_not_numbers() {
    check_model(
        "{}",
        r#"{"weights":[[[1,2],[3,1e39]]],"biases":[[0,0]]}"#,
        ErrorCode::OutOfRange,
        "model.weights[0][1][1]",
        "“model.weights[0][1][1]” must be a finite number of single precision, not 1e39",
    );
    check_model(
        "{}",
        r#"{"weights":[[[1,2],[3,4]]],"biases":[[0,null]]}"#,
        ErrorCode::WrongType,
        "model.biases[0][1]",
        "“model.biases[0][1]” must be a number, not null",
    );
    check_model(
        "{}",
        "null",
        ErrorCode::WrongType,
        "model",
        "“model” must be an object, not null",
    );
    check_model(
        r#"{"learningRate":0}"#,
        r#"{"weights":[],"biases":[]}"#,
        ErrorCode::OutOfRange,
        "config.learningRate",
        "Learning rate must be above 0 and at most 10, not 0",
    );
}

#[test]
fn train_step_needs_all_of_its_parts() {
    check(
        r#"{"type":"train_step","config":{},"model":{"weights":[],"biases":[]},"data":[]}"#,
        ErrorCode::NoData,
        Some("data"),
        "Add points before training",
    );
    for (text, field) in [
        (r#"{"type":"train_step"}"#, "config"),
        (r#"{"type":"train_step","config":{}}"#, "model"),
        (
            r#"{"type":"train_step","config":{},"model":{"weights":[]}}"#,
            "model.biases",
        ),
        (
            r#"{"type":"train_step","config":{},"model":{"weights":[],"biases":[]}}"#,
            "data",
        ),
    ] {
        check(
            text,
            ErrorCode::MissingField,
            Some(field),
            &format!("“{field}” is missing"),
        );
    }
}

#[test]
fn speeds() {
    for given in ["0", "-5", "1000001", "1e999", "1e-60"] {
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
