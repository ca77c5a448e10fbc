//! Changes of the points as differences: what they do, what they cost, and what is refused.

use nnvisu_protocol::{
    DataEdit, Envelope, ErrorCode, Label, Limits, Point, ProtocolVersion, Request, parse_request,
};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

use crate::strategies::points;
use crate::support::{accepted, check, parse_v2};

fn point(x: f32, y: f32, label: u8) -> Point {
    Point::new(x, y, Label::new(label).unwrap()).unwrap()
}

fn edit(text: &str) -> DataEdit {
    match accepted(text) {
        Request::EditData(edit) => edit,
        other => panic!("another request: {other:?}"),
    }
}

#[test]
fn all_changes_at_once() {
    let edit = edit(
        r#"{"type":"edit_data","before":4,"move":[[0,0.5,-0.5],[3,1,1.0]],"relabel":[[3,7]],
            "remove":[1,2],"add":[[0,-1,-1,2],[2,0,0,3],[4.0,0.25,0,1]]}"#,
    );
    let mut points = vec![
        point(0.0, 0.0, 0),
        point(0.1, 0.0, 1),
        point(0.2, 0.0, 2),
        point(0.3, 0.0, 3),
    ];
    assert_eq!((edit.before(), edit.after()), (4, 5));
    edit.apply(&mut points).unwrap();
    assert_eq!(
        points,
        [
            point(-1.0, -1.0, 2),
            point(0.5, -0.5, 0),
            point(0.0, 0.0, 3),
            point(1.0, 1.0, 7),
            point(0.25, 0.0, 1),
        ]
    );
}

#[test]
fn an_edit_may_change_nothing() {
    let mut points = vec![point(0.0, 0.0, 0)];
    edit(r#"{"type":"edit_data","before":1}"#)
        .apply(&mut points)
        .unwrap();
    assert_eq!(points, [point(0.0, 0.0, 0)]);
}

#[test]
fn an_edit_of_another_list_is_out_of_sync() {
    let edit = edit(r#"{"type":"edit_data","before":3,"remove":[0]}"#);
    let mut points = vec![point(0.0, 0.0, 0), point(0.5, 0.0, 1)];
    let before = points.clone();
    let error = edit.apply(&mut points).unwrap_err();
    assert_eq!(error.code, ErrorCode::OutOfSync);
    assert_eq!(
        error.message,
        "These changes are of 3 points, but there are 2"
    );
    assert_eq!(points, before);
}

#[test]
fn edits_that_are_refused() {
    let range = ErrorCode::OutOfRange;
    for (fields, field, message) in [
        (
            r#""move":[[3,0,0]]"#,
            "move[0]",
            "An index in “move” must be below 3, not 3",
        ),
        (
            r#""relabel":[[0,1],[0,2]]"#,
            "relabel[1]",
            "The indices in “relabel” must be ascending; 0 is not",
        ),
        (
            r#""remove":[2,1]"#,
            "remove[1]",
            "The indices in “remove” must be ascending; 1 is not",
        ),
        (
            r#""remove":[0,1],"add":[[2,0,0,0]]"#,
            "add[0]",
            "An index in “add” must be below 2, not 2",
        ),
        (
            r#""move":[[0,0]]"#,
            "move[0]",
            "“move[0]” must be [index, x, y], not a list of 2",
        ),
        (
            r#""add":[[0,0,0]]"#,
            "add[0]",
            "“add[0]” must be [index, x, y, label], not a list of 3",
        ),
        (
            r#""relabel":[[0,1,2,3,4]]"#,
            "relabel[0]",
            "“relabel[0]” may have at most 4 values, not 5",
        ),
        (
            r#""move":[[0,0,1.5]]"#,
            "move[0]",
            "Coordinate y must be from -1 to 1, not 1.5",
        ),
        (
            r#""relabel":[[0,8]]"#,
            "relabel[0]",
            "Label must be a whole number from 0 to 7, not 8",
        ),
        (
            r#""move":[[0.5,0,0]]"#,
            "move[0]",
            "An index must be a whole number from 0 to 9,007,199,254,740,991, not 0.5",
        ),
        (
            r#""remove":[-1]"#,
            "remove[0]",
            "“remove[0]” must be a whole number from 0 to 9,007,199,254,740,991, not -1",
        ),
    ] {
        let text = format!(r#"{{"type":"edit_data","before":3,{fields}}}"#);
        check(&text, range, Some(field), message);
    }
    check(
        r#"{"type":"edit_data","remove":[0]}"#,
        ErrorCode::MissingField,
        Some("before"),
        "“before” is missing",
    );
    check(
        r#"{"type":"edit_data","before":1,"move":null}"#,
        ErrorCode::WrongType,
        Some("move"),
        "“move” must be a list, not null",
    );
}

#[test]
fn an_edit_keeps_to_the_number_of_points() {
    let limits = Limits {
        max_points: 2,
        ..Limits::default()
    };
    let parse = |text: &str| parse_request(ProtocolVersion::V2, text, &limits);
    assert!(parse(r#"{"type":"edit_data","before":2,"remove":[0],"add":[[0,0,0,0]]}"#).is_ok());
    let error = parse(r#"{"type":"edit_data","before":2,"add":[[0,0,0,0]]}"#).unwrap_err();
    assert_eq!(error.code, ErrorCode::TooManyPoints);
    assert_eq!(error.message, "There can be at most 2 points, not 3");
}

#[test]
fn a_click_among_ten_thousand_points_costs_less_than_300_bytes() {
    let before: Vec<Point> = (0..10_000_u16)
        .map(|idx| point(f32::from(idx) / 1e4, -0.333_333_34, 3))
        .collect();
    let cost = |after: &[Point]| {
        let edit = DataEdit::between(&before, after);
        let id = Some(u32::MAX);
        let text = Envelope {
            id,
            request: Request::EditData(edit),
        }
        .to_json();
        assert!(text.len() < 300, "{text}");
    };
    let mut more = before.clone();
    more.push(point(0.123_456_79, -0.987_654_3, 7));
    cost(&more);
    cost(&before[..9_999]);
    cost(&before[1..]);
    let mut moved = before.clone();
    moved[5_000] = point(0.123_456_79, -0.987_654_3, 7);
    cost(&moved);
}

/// The same, one point after the other, on the JSON of the request.
fn naive(request: &Value, points: &[Point]) -> Vec<Point> {
    let number = |value: &Value| value.as_f64().unwrap();
    let index = |value: &Value| value.as_u64().unwrap() as usize;
    let list = |name: &str| request[name].as_array().cloned().unwrap_or_default();
    let mut points = points.to_vec();
    for change in list("move") {
        let label = points[index(&change[0])].label().get();
        let (x, y) = (number(&change[1]) as f32, number(&change[2]) as f32);
        points[index(&change[0])] = point(x, y, label);
    }
    for change in list("relabel") {
        let old = points[index(&change[0])];
        points[index(&change[0])] = point(old.x(), old.y(), index(&change[1]) as u8);
    }
    for removed in list("remove").iter().rev() {
        points.remove(index(removed));
    }
    for added in list("add") {
        let (x, y) = (number(&added[1]) as f32, number(&added[2]) as f32);
        points.insert(index(&added[0]), point(x, y, index(&added[3]) as u8));
    }
    points
}

/// Points and an edit that fits them.
fn points_and_edit() -> impl Strategy<Value = (Vec<Point>, Value)> {
    (points(0), points(0)).prop_flat_map(|(before, others)| {
        let n = before.len();
        let some = move || subsequence((0..n).collect::<Vec<_>>(), 0..=n);
        let n_after = n + others.len();
        let added = subsequence((0..n_after).collect::<Vec<_>>(), others.len());
        (Just((before, others)), some(), some(), some(), added).prop_map(
            |((before, others), moved, relabelled, removed, added)| {
                // Those that are too far back come one after the other at the end.
                let n_kept = before.len() - removed.len();
                let added = added
                    .iter()
                    .enumerate()
                    .map(|(k, &index)| index.min(n_kept + k));
                let added: Vec<Value> = added
                    .zip(&others)
                    .map(|(index, new)| json!([index, new.x(), new.y(), new.label()]))
                    .collect();
                let moved: Vec<Value> = moved
                    .iter()
                    .map(|index| json!([index, 0.5, -0.25]))
                    .collect();
                let relabelled: Vec<Value> = relabelled
                    .iter()
                    .map(|index| json!([index, index % 8]))
                    .collect();
                let request = json!({
                    "type": "edit_data", "before": before.len(), "move": moved,
                    "relabel": relabelled, "remove": removed, "add": added,
                });
                (before, request)
            },
        )
    })
}

proptest! {
    #[test]
    fn an_edit_does_what_its_parts_do((before, request) in points_and_edit()) {
        let edit = edit(&request.to_string());
        let mut after = before.clone();
        edit.apply(&mut after).unwrap();
        prop_assert_eq!(edit.after(), after.len() as u64);
        prop_assert_eq!(after, naive(&request, &before));
    }

    #[test]
    fn the_edit_between_two_lists_makes_one_of_the_other(
        before in points(0),
        after in points(0),
        start in points(0),
        end in points(0),
    ) {
        for (before, after) in [
            (before.clone(), after.clone()),
            (
                [&start[..], &before, &end].concat(),
                [&start[..], &after, &end].concat(),
            ),
        ] {
            let edit = DataEdit::between(&before, &after);
            let envelope = Envelope::from(Request::EditData(edit.clone()));
            prop_assert_eq!(parse_v2(&envelope.to_json()), Ok(envelope));
            let mut points = before.clone();
            edit.apply(&mut points).unwrap();
            prop_assert_eq!(points, after);
        }
    }
}
