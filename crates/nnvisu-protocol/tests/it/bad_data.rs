//! Points and generators that must be refused, and what the refusal says.

use nnvisu_protocol::{ErrorCode, Limits, ProtocolVersion, parse_request};

use crate::support::check;

#[track_caller]
fn check_point(point: &str, code: ErrorCode, field: &str, message: &str) {
    let text = format!(r#"{{"type":"update_data","data":[{{"x":0,"y":0,"label":0}},{point}]}}"#);
    check(&text, code, Some(field), message);
}

#[test]
fn points() {
    let range = ErrorCode::OutOfRange;
    for given in ["1.0000001", "1.00000000001", "-1.5", "1e300", "1e40"] {
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
    for given in ["-1", "8", "0.5", "256", "1e300"] {
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
    for given in ["1", "9", "-2", "2.5", "1e300"] {
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
