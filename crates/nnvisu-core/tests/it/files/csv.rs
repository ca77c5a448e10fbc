//! Data sets as CSV.

use super::{any_points, vector};
use nnvisu_core::files::csv::{InvalidCsv, read, write};
use nnvisu_core::files::{MAX_BYTES, MAX_POINTS};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    text: String,
    #[serde(default)]
    points: Vec<(f32, f32, u8)>,
    #[serde(default)]
    error: Option<String>,
}

#[test]
fn vectors() {
    let cases: Vec<Case> = serde_json::from_slice(&vector("csv.json")).unwrap();
    assert!(cases.len() > 30);
    for case in cases {
        let result = read(case.text.as_bytes());
        if let Some(error) = case.error {
            assert_eq!(result.unwrap_err().to_string(), error, "{}", case.name);
        } else {
            let data = result.unwrap_or_else(|error| panic!("{}: {error}", case.name));
            let points: Vec<_> = data
                .points()
                .iter()
                .map(|p| (p.x(), p.y(), p.label().get()))
                .collect();
            assert_eq!(points, case.points, "{}", case.name);
        }
    }
}

#[test]
fn what_is_not_text_is_refused() {
    for bytes in [&b"0,0,0\n\xff"[..], &[0xff, 0xfe, b'x', 0], b"\x89PNG\r\n"] {
        assert_eq!(read(bytes), Err(InvalidCsv::NotText));
    }
}

#[test]
fn there_is_a_most() {
    let text = "0,0,0\n".repeat(MAX_POINTS);
    assert_eq!(read(text.as_bytes()).unwrap().len(), MAX_POINTS);
    let text = text + "0,0,0\n";
    assert_eq!(read(text.as_bytes()), Err(InvalidCsv::TooManyPoints));
    let blanks = vec![b'\n'; MAX_BYTES + 1];
    assert_eq!(read(&blanks), Err(InvalidCsv::TooLarge));
    assert_eq!(read(&blanks[1..]), Err(InvalidCsv::Empty));
}

proptest! {
    #[test]
    fn what_is_written_reads_back(data in any_points()) {
        let text = write(&data);
        let again = read(text.as_bytes()).unwrap();
        prop_assert_eq!(again.len(), data.len());
        for (a, b) in again.points().iter().zip(data.points()) {
            prop_assert_eq!(a.x().to_bits(), b.x().to_bits(), "{}", text);
            prop_assert_eq!(a.y().to_bits(), b.y().to_bits(), "{}", text);
            prop_assert_eq!(a.label(), b.label());
        }
        let windows = text.replace('\n', "\r\n");
        prop_assert_eq!(read(windows.as_bytes()).unwrap(), again);
    }

    #[test]
    fn nothing_panics(text in "[-+0-9.,;\t \"xyelab#\r\né]{0,200}") {
        if let Err(error) = read(text.as_bytes()) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = read(&bytes);
    }
}
