//! Texts that are no request at all: not JSON, ambiguous, too deep, of unknown type.

use nnvisu_protocol::{ErrorCode, Limits, ProtocolVersion, parse_request};

use crate::support::{check, parse_v1, parse_v2, refused};

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
        r"{'type':'reset'}",
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
         update_config, update_architecture, update_data, generate_data, train_step, set_speed, \
         restore, step, view, edit_data",
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
    for name in ["restore", "step", "view", "edit_data"] {
        let error = parse_v1(&format!(r#"{{"type":"{name}"}}"#)).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnknownType);
        assert!(error.message.contains("nnvisu.v2"), "{error}");
    }
    let error = parse_v1(r#"{"type":"fly"}"#).unwrap_err();
    assert!(!error.message.contains("restore"), "{error}");
}

#[test]
fn an_error_quotes_only_the_beginning_and_no_control_characters() {
    let error = refused(r#"{"type":"a\nb\u0007c"}"#);
    assert!(error.message.contains("“a·b·c”"), "{error}");
    let digits = "1".repeat(100_000);
    let error = refused(&format!(
        r#"{{"type":"update_config","payload":{{"learningRate":{digits}}}}}"#
    ));
    assert_eq!(
        error.message,
        format!(
            "“payload.learningRate” must be a number of double precision, not {}…",
            "1".repeat(40)
        )
    );
}

#[test]
fn duplicate_keys() {
    let say = |key: &str| format!("The key “{key}” stands more than once");
    for (text, field, key) in [
        (r#"{"type":"step","type":"step"}"#, None, "type"),
        (r#"{"type":"step","more":1,"more":1}"#, None, "more"),
        (r#"{"type":"step","\u0074ype":"reset"}"#, None, "type"),
        (
            r#"{"type":"update_config","payload":{"dropout":0,"dropout":0}}"#,
            Some("payload"),
            "dropout",
        ),
        (
            r#"{"type":"update_data","data":[{"x":0,"x":1,"y":0,"label":0}]}"#,
            Some("data[0]"),
            "x",
        ),
    ] {
        check(text, ErrorCode::InvalidJson, field, &say(key));
    }
}

#[test]
fn duplicate_keys_among_many() {
    let fields: Vec<String> = (0..20_000).map(|idx| format!(r#","k{idx}":0"#)).collect();
    let fields = fields.concat();
    assert!(parse_v1(&format!(r#"{{"type":"reset"{fields}}}"#)).is_ok());
    for key in ["type", "k3", "k19999"] {
        let error = refused(&format!(r#"{{"type":"reset"{fields},"{key}":0}}"#));
        assert_eq!(
            error.message,
            format!("The key “{key}” stands more than once")
        );
    }
}

#[test]
fn nesting() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    // The request itself is one level.
    assert!(parse_v1(&format!(r#"{{"type":"reset","x":{}}}"#, nested(63))).is_ok());
    for text in [
        format!(r#"{{"type":"reset","x":{}}}"#, nested(64)),
        format!(r#"{{"type":"reset","x":{}}}"#, nested(4_000_000)),
        format!(r#"{{"type":"update_data","data":{}}}"#, nested(100_000)),
        r#"{"type":"reset","x":"#.repeat(100) + "0" + &"}".repeat(100),
    ] {
        let error = refused(&text);
        assert_eq!(error.code, ErrorCode::InvalidJson);
        assert_eq!(
            error.message,
            "Lists and objects may be nested at most 64 deep"
        );
    }
    for unclosed in ["[", "{\"a\":", "{\"type\":\"reset\",\"x\":["] {
        let error = refused(&unclosed.repeat(300_000));
        assert_eq!(error.code, ErrorCode::InvalidJson);
    }
    let quoted = format!(r#"{{"type":"reset","x":"\"{}"}}"#, "[".repeat(1000));
    assert!(parse_v1(&quoted).is_ok(), "brackets in text do not nest");
}

#[test]
fn messages_above_the_size_limit() {
    let limits = Limits {
        max_message_bytes: 16,
        ..Limits::default()
    };
    assert!(parse_request(ProtocolVersion::V1, r#"{"type":"reset"}"#, &limits).is_ok());
    let error = parse_request(ProtocolVersion::V1, r#"{"type": "reset"}"#, &limits).unwrap_err();
    assert_eq!(error.code, ErrorCode::MessageTooLarge);
    assert_eq!(error.message, "A message may have at most 16 bytes, not 17");
}

#[test]
fn an_error_carries_the_id_whenever_it_could_be_read() {
    for text in [
        r#"{"id":3}"#,
        r#"{"type":"fly","id":3}"#,
        r#"{"type":7,"id":3.0}"#,
        r#"{"id":3,"type":"reset""#,
        r#"{"id":3,"type":NaN}"#,
        r#"{"id":3,"type":"step","type":"step"}"#,
        r#"{"id":3,"type":"set_speed","stepsPerSecond":1e999}"#,
        r#"{"data":[{"x":2}],"type":"update_data","id":3}"#,
    ] {
        assert_eq!(refused(text).re, Some(3), "{text}");
        let in_v1 = parse_v1(text).expect_err(text);
        assert_eq!(in_v1.re, None, "{text}");
    }
    for text in [
        r#"{"type":"fly"}"#,
        r#"{"type":"reset","id":3,"id":3}"#,
        r#"{"type":"reset","id":3,"id":4}"#,
        r#"[{"id":3}]"#,
    ] {
        assert_eq!(refused(text).re, None, "{text}");
    }
}

/// Numbers that no reader of JSON can hold, wherever they stand.
#[test]
fn numbers_beyond_double_precision() {
    for (text, field) in [
        (
            r#"{"type":"set_speed","stepsPerSecond":1e999}"#,
            "stepsPerSecond",
        ),
        (
            r#"{"type":"update_data","data":[{"x":1e999,"y":0,"label":0}]}"#,
            "data[0].x",
        ),
        (r#"{"type":"reset","unknown":[1e999]}"#, "unknown[0]"),
        (r#"{"type":"reset","id":1e999}"#, "id"),
    ] {
        check(
            text,
            ErrorCode::OutOfRange,
            Some(field),
            &format!("“{field}” must be a number of double precision, not 1e999"),
        );
    }
}

#[test]
fn ids() {
    for given in ["-1", "1.5", "4294967296", "1e300"] {
        check(
            &format!(r#"{{"type":"reset","id":{given}}}"#),
            ErrorCode::OutOfRange,
            Some("id"),
            &format!("“id” must be a whole number from 0 to 4,294,967,295, not {given}"),
        );
    }
    check(
        r#"{"type":"reset","id":null}"#,
        ErrorCode::WrongType,
        Some("id"),
        "“id” must be a number, not null",
    );
    assert!(parse_v2(r#"{"type":"reset","id":0}"#).is_ok());
}
