//! What a client looks at: defaults, names of later versions, and what is refused.

use std::time::Duration;

use nnvisu_protocol::{
    ErrorCode, FramesPerSecond, PosteriorEncoding, Request, SectionKind, View, ViewSize,
};

use crate::support::{accepted, check};

fn view(text: &str) -> View {
    match accepted(text) {
        Request::View(view) => view,
        other => panic!("another request: {other:?}"),
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    let default = view(r#"{"type":"view"}"#);
    assert_eq!(default, View::default());
    assert_eq!(default.size.get(), 256);
    assert_eq!(
        default.frames_per_second.interval(),
        Duration::from_secs_f64(1.0 / 30.0)
    );
    assert_eq!(default.encoding(), PosteriorEncoding::Planes);
    assert!(default.has(SectionKind::Metrics) && default.has(SectionKind::Posteriors));
}

#[test]
fn all_of_a_view() {
    let view = view(
        r#"{"type":"view","run":0,"sections":["posteriors"],"size":512.0,"framesPerSecond":0.5,
            "encodings":["wavelets","deflate","raw"]}"#,
    );
    let expected = View {
        run: 0,
        sections: vec![SectionKind::Posteriors],
        size: ViewSize::new(512).unwrap(),
        frames_per_second: FramesPerSecond::new(0.5).unwrap(),
        encodings: vec![PosteriorEncoding::Deflate, PosteriorEncoding::Raw],
    };
    assert_eq!(view, expected);
    assert_eq!(view.encoding(), PosteriorEncoding::Deflate);
    assert!(!view.has(SectionKind::Metrics));
}

#[test]
fn a_client_may_look_at_nothing() {
    assert!(view(r#"{"type":"view","sections":[]}"#).sections.is_empty());
}

#[test]
fn views_that_are_refused() {
    let range = ErrorCode::OutOfRange;
    for (fields, field, message) in [
        (
            r#""size":15"#,
            "size",
            "Size of the map must be a whole number from 16 to 512, not 15",
        ),
        (
            r#""framesPerSecond":0"#,
            "framesPerSecond",
            "Frame rate must be above 0 and at most 60 frames per second, not 0",
        ),
        (
            r#""sections":["metrics","histograms"]"#,
            "sections[1]",
            "Section must be one of metrics, posteriors, not “histograms”",
        ),
        (
            r#""encodings":["wavelets"]"#,
            "encodings",
            "“encodings” must have at least one of raw, planes, free_planes, deflate",
        ),
        (
            r#""run":-1"#,
            "run",
            "“run” must be a whole number from 0 to 4,294,967,295, not -1",
        ),
    ] {
        check(
            &format!(r#"{{"type":"view",{fields}}}"#),
            range,
            Some(field),
            message,
        );
    }
    check(
        r#"{"type":"view","encodings":[1]}"#,
        ErrorCode::WrongType,
        Some("encodings[0]"),
        "“encodings[0]” must be text, not a number",
    );
}
