//! Compressed pictures whose bytes must never change, in a file that decoders in other languages
//! are tested against too.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nnvisu_protocol::{
    Encoding, Metrics, PictureHeader, Precision, decode_picture, encode_picture,
};
use serde_json::{Value, json};

use crate::pictures::{Drawing, boundary, draw, header, noise, regions};

const COMMAND: &str = "UPDATE_PICTURE_VECTORS=1 cargo test -p nnvisu-protocol vectors";
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/pictures.json");

fn drawings() -> Vec<(&'static str, Drawing)> {
    let full = Precision::FULL;
    let coarse = |whole| Precision::new(whole).unwrap();
    let of = |size, planes: &[u8]| Drawing {
        header: header(full, size),
        planes: planes.to_vec(),
    };
    let mut without_points = of((2, 2, 2), &[0, 1, 2, 3, 255, 254, 253, 252]);
    without_points.header = PictureHeader {
        metrics: None,
        generation: u32::MAX,
        step: (1 << 53) - 1,
        steps_per_second: 0.0,
        ..without_points.header
    };
    vec![
        ("smallest, without points", without_points),
        (
            "certain everywhere",
            draw(
                (24, 20, 8),
                full,
                |class, _, _| if class == 2 { 1.0 } else { 0.0 },
            ),
        ),
        (
            "untrained",
            draw((64, 64, 2), full, |class, x, y| {
                0.5 + (0.03 * x + 0.05 * y + 0.02 * x * y) * if class == 0 { 1.0 } else { -1.0 }
            }),
        ),
        ("a soft boundary", boundary((48, 48), full, 3.0)),
        ("a sharp boundary", boundary((64, 64), full, 300.0)),
        (
            "a sharp boundary in 64 values",
            boundary((64, 64), coarse(63), 300.0),
        ),
        (
            "one row of interest, long runs",
            boundary((500, 2), full, 100.0),
        ),
        ("tall", boundary((2, 90), full, 8.0)),
        ("three classes", regions((32, 32, 3), full, 2)),
        ("eight classes", regions((24, 20, 8), full, 8)),
        (
            "eight classes in 32 values",
            regions((24, 20, 8), coarse(31), 8),
        ),
        ("yes or no", regions((20, 20, 4), coarse(1), 3)),
        ("all classes alike", draw((9, 9, 8), full, |_, _, _| 0.125)),
        (
            "bytes that sum to 259",
            of((2, 2, 8), &[[32; 28].as_slice(), &[35; 4]].concat()),
        ),
        ("noise", noise((16, 11, 3), full)),
        ("noise in 8 values", noise((16, 11, 3), coarse(7))),
    ]
}

fn vector(name: &str, drawing: &Drawing) -> Value {
    let PictureHeader {
        encoding: Encoding::Compressed(precision),
        width,
        height,
        classes,
        generation,
        step,
        metrics,
        steps_per_second,
    } = drawing.header
    else {
        panic!("{name} is not compressed");
    };
    let mut frame = Vec::new();
    encode_picture(&drawing.header, &drawing.planes, &mut frame).unwrap();
    let decoded = decode_picture(&frame).unwrap();
    assert_eq!(decoded.header, drawing.header, "{name}");
    json!({
        "name": name,
        "width": width,
        "height": height,
        "classes": classes,
        "generation": generation,
        "step": step,
        "loss": metrics.map(Metrics::loss),
        "accuracy": metrics.map(Metrics::accuracy),
        "stepsPerSecond": steps_per_second,
        "whole": precision.max_value(),
        "frame": STANDARD.encode(&frame),
        "planes": STANDARD.encode(&decoded.planes),
    })
}

#[test]
fn vectors_are_fresh() {
    let vectors: Vec<Value> = drawings()
        .iter()
        .map(|(name, drawing)| vector(name, drawing))
        .collect();
    let fresh = serde_json::to_string_pretty(&vectors).unwrap() + "\n";
    if std::env::var_os("UPDATE_PICTURE_VECTORS").is_some() {
        std::fs::create_dir_all(Path::new(PATH).parent().unwrap()).unwrap();
        std::fs::write(PATH, &fresh).unwrap();
    }
    // As values: in which order the keys are written depends on features other crates turn on.
    let committed = std::fs::read_to_string(PATH).unwrap_or_default();
    let committed: Option<Vec<Value>> = serde_json::from_str(&committed).ok();
    assert!(
        committed.as_ref() == Some(&vectors),
        "{PATH} is not what this encoder writes. If the format is meant to change, run: {COMMAND}"
    );
}
