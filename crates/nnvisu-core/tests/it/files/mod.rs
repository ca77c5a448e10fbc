//! Files: what is written reads back, what is damaged is refused, old files keep opening, and the
//! page's own readers are held to the same vectors (`tests/vectors`, see `tests/js`).

mod csv;
mod models;
mod session;

use proptest::prelude::*;
use std::path::Path;

/// A file of `tests/vectors`.
fn vector(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Points all over the square, its edges and very small coordinates among them.
fn any_points() -> impl Strategy<Value = nnvisu_core::Dataset> {
    let coordinate = || {
        prop_oneof![
            -1.0f32..=1.0,
            Just(-1.0),
            Just(1.0),
            Just(0.0),
            Just(-0.0),
            (any::<f32>()).prop_map(|v| if v.abs() <= 1.0 { v } else { v.recip() }),
        ]
        .prop_filter("finite", |v| v.is_finite())
    };
    let point = (coordinate(), coordinate(), 0..8usize);
    proptest::collection::vec(point, 0..40).prop_map(|points| {
        points
            .into_iter()
            .map(|(x, y, class)| crate::support::point(x, y, class))
            .collect()
    })
}
