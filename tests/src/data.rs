//! Small data sets, as the wire carries them.

use serde_json::{Value, json};

/// A labelled point of a test's data set.
pub type LabelledPoint = (f64, f64, u8);

/// Exclusive or: the smallest data set that a linear model cannot learn.
pub const XOR: [LabelledPoint; 4] = [
    (0.5, 0.5, 0),
    (-0.5, -0.5, 0),
    (-0.5, 0.5, 1),
    (0.5, -0.5, 1),
];

/// The points as JSON: `[{"x": …, "y": …, "label": …}, …]`.
pub fn points(points: &[LabelledPoint]) -> Value {
    points
        .iter()
        .map(|(x, y, label)| json!({"x": x, "y": y, "label": label}))
        .collect()
}

/// The points in JSON that a server or a page sent.
pub fn points_from(json: &Value) -> Vec<LabelledPoint> {
    let points = json
        .as_array()
        .unwrap_or_else(|| panic!("not a list of points: {json}"));
    points
        .iter()
        .map(|point| {
            let coordinate = |name| {
                point[name]
                    .as_f64()
                    .unwrap_or_else(|| panic!("{point} has no number {name}"))
            };
            let label = point["label"]
                .as_u64()
                .unwrap_or_else(|| panic!("{point} has no label"));
            (coordinate("x"), coordinate("y"), label as u8)
        })
        .collect()
}
