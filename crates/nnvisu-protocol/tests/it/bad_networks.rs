//! Weights and checkpoints that must be refused, and what the refusal says.

use nnvisu_protocol::ErrorCode;

use crate::support::{check, refused, restore_text};

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
        "Weights and biases must be of equally many layers, not 1 and 0",
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
        "Units of a hidden layer must be a whole number from 1 to 100, not 0",
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
        &format!(r#"{{"weights":[{}],"biases":[]}}"#, ["[]"; 12].join(",")),
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

/// Replaces a part of a good `restore` by a bad one.
#[track_caller]
fn check_restore(good: &str, bad: &str, code: ErrorCode, field: &str, message: &str) {
    let text = restore_text();
    assert_eq!(text.matches(good).count(), 1, "{good}");
    let text = text.replace(good, bad);
    check(&text, code, Some(field), message);
    assert_eq!(refused(&text).re, Some(7));
}

#[test]
fn checkpoints_whose_parts_do_not_fit() {
    let mismatch = ErrorCode::CheckpointMismatch;
    let parameters = "checkpoint.parameters";
    for (good, bad, field, message) in [
        (
            r#""units":1,"#,
            r#""units":2,"#,
            parameters,
            "The network has 12 parameters here, not 7",
        ),
        (
            r#""outputs":2"#,
            r#""outputs":3"#,
            parameters,
            "The network has 9 parameters here, not 7",
        ),
        (
            r#""rowSteps":[12,5]"#,
            r#""rowSteps":[12]"#,
            "checkpoint.optimizer.rowSteps",
            "The optimizer counts the steps of 2 output rows, not 1",
        ),
        (
            r#""rowSteps":[12,5],"slots":[]"#,
            r#""rowSteps":[12,5],"slots":["AAAAAA=="]"#,
            "checkpoint.optimizer.slots[0]",
            "The network has 7 parameters here, not 1",
        ),
        (
            r#""class":4"#,
            r#""class":1"#,
            "checkpoint.absentRows[0].class",
            "The rows of absent classes have to be in ascending order, of classes without an output",
        ),
        (
            r#""parameters":"AAAAAAAAgD8=""#,
            r#""parameters":"AAAAAA==""#,
            "checkpoint.absentRows[0].parameters",
            "The network has 2 parameters here, not 1",
        ),
        (
            r#""lastGood":{"parameters":"AAAAAAAAgD8AAABAAABAQAAAgEAAAKBAAADAQA==""#,
            r#""lastGood":{"parameters":"""#,
            "checkpoint.lastGood.parameters",
            "The network has 7 parameters here, not 0",
        ),
    ] {
        check_restore(good, bad, mismatch, field, message);
    }
}

#[test]
fn checkpoints_with_wrong_values() {
    let range = ErrorCode::OutOfRange;
    // The first of two lists with these numbers.
    let parameters = r#""AAAAAAAAgD8AAABAAABAQAAAgEAAAKBAAADAQA==",
        "optimizer""#;
    for (given, reason) in [
        (r#""*""#, "must be base64 with padding"),
        (r#""AAAAAA""#, "must be base64 with padding"),
        (
            r#""AAAAAAA=""#,
            "must be numbers of 4 bytes each, not 5 bytes",
        ),
        (
            r#""AAAAAAAAgH8=""#,
            "must be finite numbers; number 1 is not",
        ),
        (r#""AADAfw==""#, "must be finite numbers; number 0 is not"),
    ] {
        check_restore(
            parameters,
            &format!("{given},\"optimizer\""),
            range,
            "checkpoint.parameters",
            &format!("“checkpoint.parameters” {reason}"),
        );
    }
    check_restore(
        parameters,
        r#"[0,1],"optimizer""#,
        ErrorCode::WrongType,
        "checkpoint.parameters",
        "“checkpoint.parameters” must be text, not a list",
    );
    check_restore(
        r#""step":12,"#,
        r#""step":-1,"#,
        range,
        "checkpoint.step",
        "“checkpoint.step” must be a whole number from 0 to 9,007,199,254,740,991, not -1",
    );
    check_restore(
        r#""outputs":2"#,
        r#""outputs":1"#,
        range,
        "checkpoint.architecture.outputs",
        "Number of classes must be a whole number from 2 to 8, not 1",
    );
}

#[test]
fn restore_needs_all_of_its_parts() {
    for (part, field) in [
        (r#""data":[],"#, "data"),
        (r#""kind":"sgd","#, "checkpoint.optimizer.kind"),
        (r#""batches":2,"#, "checkpoint.seeds.batches"),
    ] {
        check_restore(
            part,
            "",
            ErrorCode::MissingField,
            field,
            &format!("“{field}” is missing"),
        );
    }
}
