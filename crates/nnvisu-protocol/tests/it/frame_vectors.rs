//! Frames whose bytes must never change, in a file that decoders in other languages are tested
//! against too.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nnvisu_protocol::{
    FrameEncoder, FrameInfo, FrameMetrics, MapSize, Metrics, PosteriorEncoding, Precision,
    decode_frame,
};
use serde_json::{Value, json};

use crate::maps::{Drawing, INFO, boundary, draw, map_size, noise, regions};

const COMMAND: &str = "UPDATE_FRAME_VECTORS=1 cargo test -p nnvisu-protocol vectors";
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/frames.json");

/// A frame before it is encoded, and what it is about.
struct Vector {
    name: &'static str,
    info: FrameInfo,
    metrics: FrameMetrics,
    map: Drawing,
}

fn vector(name: &'static str, map: Drawing) -> Vector {
    Vector {
        name,
        info: INFO,
        metrics: FrameMetrics {
            metrics: Metrics::new(0.5, 0.75).ok(),
            steps_per_second: Some(60.0),
            epoch: 31,
        },
        map,
    }
}

fn drawing(size: (u16, u16, u16), planes: &[u8]) -> Drawing {
    Drawing {
        size: map_size(size),
        encoding: PosteriorEncoding::Planes,
        precision: Precision::FULL,
        planes: planes.to_vec(),
    }
}

fn coarse(max_value: u8) -> Precision {
    Precision::new(max_value).unwrap()
}

/// The codec of this crate, for planes that add up.
fn planes() -> Vec<Vector> {
    let full = Precision::FULL;
    vec![
        vector(
            "certain everywhere",
            draw(
                (24, 20, 8),
                full,
                |class, _, _| {
                    if class == 2 { 1.0 } else { 0.0 }
                },
            ),
        ),
        vector(
            "untrained",
            draw((64, 64, 2), full, |class, x, y| {
                0.5 + (0.03 * x + 0.05 * y + 0.02 * x * y) * if class == 0 { 1.0 } else { -1.0 }
            }),
        ),
        vector("a soft boundary", boundary((48, 48), full, 3.0)),
        vector("a sharp boundary", boundary((64, 64), full, 300.0)),
        vector(
            "a sharp boundary in 64 values",
            boundary((64, 64), coarse(63), 300.0),
        ),
        vector(
            "one row of interest, long runs",
            boundary((500, 2), full, 100.0),
        ),
        vector("tall", boundary((2, 90), full, 8.0)),
        vector("three classes", regions((32, 32, 3), full, 2)),
        vector("eight classes", regions((24, 20, 8), full, 8)),
        vector(
            "eight classes in 32 values",
            regions((24, 20, 8), coarse(31), 8),
        ),
        vector("yes or no", regions((20, 20, 4), coarse(1), 3)),
        vector("all classes alike", draw((9, 9, 8), full, |_, _, _| 0.125)),
        vector(
            "bytes that sum to 259",
            drawing((2, 2, 8), &[[32; 28].as_slice(), &[35; 4]].concat()),
        ),
        vector("noise", noise((16, 11, 3), full)),
        vector("noise in 8 values", noise((16, 11, 3), coarse(7))),
    ]
}

fn vectors() -> Vec<Vector> {
    let smallest = drawing((2, 2, 2), &[0, 1, 2, 3, 255, 254, 253, 252]);
    let mut vectors = vec![Vector {
        name: "smallest, paused, without points",
        info: FrameInfo {
            running: false,
            run: u32::MAX,
            generation: u32::MAX,
            step: (1 << 53) - 1,
        },
        metrics: FrameMetrics {
            metrics: None,
            steps_per_second: None,
            epoch: (1 << 53) - 1,
        },
        map: smallest,
    }];
    vectors.extend(planes());
    let full = Precision::FULL;
    let in_encoding = |name, encoding, map: Drawing| vector(name, map.encoded_as(encoding));
    vectors.extend([
        in_encoding("raw", PosteriorEncoding::Raw, regions((12, 10, 3), full, 2)),
        in_encoding(
            "free planes",
            PosteriorEncoding::FreePlanes,
            regions((24, 20, 4), full, 8),
        ),
        in_encoding(
            "free planes of noise in 8 values",
            PosteriorEncoding::FreePlanes,
            noise((16, 11, 3), coarse(7)),
        ),
        in_encoding(
            "deflate",
            PosteriorEncoding::Deflate,
            regions((24, 20, 4), full, 8),
        ),
        in_encoding(
            "deflate of noise in 8 values",
            PosteriorEncoding::Deflate,
            noise((16, 11, 3), coarse(7)),
        ),
    ]);
    vectors
}

fn written(vector: &Vector) -> Vec<u8> {
    let Drawing {
        size,
        encoding,
        precision,
        planes,
    } = &vector.map;
    let mut frame = Vec::new();
    let mut encoder = FrameEncoder::new();
    let mut writer = encoder.start(&vector.info, &mut frame);
    writer.metrics(&vector.metrics).unwrap();
    writer
        .posteriors(*size, *encoding, *precision, planes)
        .unwrap();
    frame
}

/// What a decoder has to find in these bytes.
fn described(vector: &Vector, bytes: &[u8]) -> Value {
    let name = vector.name;
    let frame = decode_frame(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(frame.info, vector.info, "{name}");
    assert_eq!(frame.metrics(), Some(vector.metrics), "{name}");
    let posteriors = frame.posteriors().unwrap();
    assert_eq!(posteriors.size, vector.map.size, "{name}");
    let MapSize {
        width,
        height,
        classes,
    } = posteriors.size;
    let FrameMetrics {
        metrics,
        steps_per_second,
        epoch,
    } = vector.metrics;
    json!({
        "name": name,
        "running": vector.info.running,
        "run": vector.info.run,
        "generation": vector.info.generation,
        "step": vector.info.step,
        "loss": metrics.map(Metrics::loss),
        "accuracy": metrics.map(Metrics::accuracy),
        "stepsPerSecond": steps_per_second,
        "epoch": epoch,
        "width": width,
        "height": height,
        "classes": classes,
        "encoding": posteriors.encoding.as_str(),
        "maxValue": posteriors.precision.max_value(),
        "frame": STANDARD.encode(bytes),
        "planes": STANDARD.encode(&posteriors.planes),
    })
}

#[test]
fn vectors_are_fresh() {
    let vectors = vectors();
    let fresh: Vec<Value> = vectors
        .iter()
        .map(|vector| described(vector, &written(vector)))
        .collect();
    if std::env::var_os("UPDATE_FRAME_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&fresh).unwrap() + "\n";
        std::fs::create_dir_all(Path::new(PATH).parent().unwrap()).unwrap();
        std::fs::write(PATH, text).unwrap();
    }
    let stale = format!(
        "{PATH} is not what this encoder writes. If the format is meant to change, run: {COMMAND}"
    );
    let committed = std::fs::read_to_string(PATH).unwrap_or_default();
    let committed: Vec<Value> = serde_json::from_str(&committed).unwrap_or_default();
    assert_eq!(committed.len(), fresh.len(), "{stale}");
    for ((vector, fresh), committed) in vectors.iter().zip(fresh).zip(committed) {
        // As values: in which order the keys are written depends on features other crates turn on.
        // So may the bytes of a zlib stream, but not what they stand for.
        let fresh = match vector.map.encoding {
            PosteriorEncoding::Deflate => {
                let frame = committed["frame"].as_str().expect(&stale);
                described(vector, &STANDARD.decode(frame).unwrap())
            }
            _ => fresh,
        };
        assert!(committed == fresh, "{}: {stale}", vector.name);
    }
}
