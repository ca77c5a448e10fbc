//! Holds PROTOCOL.md to the code: its examples are read by it, and nothing is left out.

use nnvisu_protocol::{
    Activation, Distribution, ErrorCode, FrameEncoder, FrameInfo, FrameMetrics, Limits, Metrics,
    Optimizer, PosteriorEncoding, Precision, ProtocolVersion, REQUEST_TYPES, RESPONSE_TYPES,
    SUBPROTOCOL_V2, ServerMessage, Setting, SettingValues, TakesEffect, decode_frame, decode_map,
    limits, parse_request, parse_response, settings,
};
use serde_json::Value;

use crate::support::{parse_v1, parse_v2};

const DOCUMENT: &str = include_str!("../../PROTOCOL.md");

/// The fenced blocks with this information line.
fn blocks(info: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        let Some(found) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if found == info {
            blocks.push(block.join("\n"));
        }
    }
    assert!(!blocks.is_empty(), "no block of {info}");
    blocks
}

fn hex(info: &str) -> Vec<u8> {
    let [block] = &blocks(info)[..] else {
        panic!("there is one block of {info}");
    };
    block
        .split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn requests_are_understood() {
    for text in blocks("json client") {
        parse_v1(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        parse_v2(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    for text in blocks("json client v2") {
        let envelope = parse_v2(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(envelope.id.is_some(), "{text}");
    }
}

#[test]
fn messages_of_the_server_are_as_it_would_write_them() {
    for text in blocks("json server") {
        let message = parse_response(&text)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .expect("a known type");
        assert_eq!(json(&message.to_json()), json(&text));
    }
}

#[test]
fn refusals_are_as_it_would_write_them() {
    let refused_v1 = blocks("json client v1 refused");
    let refused_v2 = blocks("json client v2 refused");
    let mut refusals: Vec<Value> = blocks("json refusal")
        .iter()
        .map(|text| json(text))
        .collect();
    for (version, texts) in [
        (ProtocolVersion::V1, refused_v1),
        (ProtocolVersion::V2, refused_v2),
    ] {
        for text in texts {
            let error = parse_request(version, &text, &Limits::default()).expect_err(&text);
            let refusal = json(&ServerMessage::from(error).to_json());
            let place = refusals.iter().position(|written| *written == refusal);
            let place = place.unwrap_or_else(|| panic!("not in the document: {refusal}"));
            refusals.remove(place);
        }
    }
    assert_eq!(refusals, [] as [Value; 0], "no request has this refusal");
}

#[test]
fn every_message_has_a_section_and_an_example() {
    let has_example = |infos: &[&str], name: &str| {
        infos
            .iter()
            .flat_map(|info| blocks(info))
            .any(|text| json(&text)["type"] == name)
    };
    for (name, version) in REQUEST_TYPES {
        assert!(DOCUMENT.contains(&format!("\n### `{name}`\n")), "{name}");
        let infos: &[&str] = match version {
            ProtocolVersion::V1 => &["json client"],
            ProtocolVersion::V2 => &["json client v2"],
        };
        assert!(has_example(infos, name), "{name}");
    }
    for name in RESPONSE_TYPES {
        assert!(DOCUMENT.contains(&format!("\n### `{name}`\n")), "{name}");
        assert!(has_example(&["json server"], name), "{name}");
    }
}

#[test]
fn every_name_is_explained() {
    for code in ErrorCode::ALL {
        assert!(DOCUMENT.contains(&format!("\n| `{code}` | ")), "{code}");
    }
    let list = |names: Vec<&str>| format!("| `{}` |", names.join("`, `"));
    for names in [
        list(Activation::ALL.iter().map(|name| name.as_str()).collect()),
        list(Optimizer::ALL.iter().map(|name| name.as_str()).collect()),
        list(Distribution::ALL.iter().map(|name| name.as_str()).collect()),
    ] {
        assert!(DOCUMENT.contains(&names), "{names}");
    }
    assert!(DOCUMENT.contains(SUBPROTOCOL_V2));
}

#[test]
fn frames_are_read() {
    let bytes = hex("hex map");
    let map = decode_map(&bytes).unwrap();
    assert_eq!((map.width, map.height), (2, 2));
    assert_eq!(map.rgb, [0x34, 0x98, 0xdb].repeat(4));
}

#[test]
fn frames_of_sections_are_read() {
    let bytes = hex("hex frame");
    let frame = decode_frame(&bytes).unwrap();
    let info = FrameInfo {
        running: true,
        run: 0,
        generation: 3,
        step: 250,
    };
    let metrics = FrameMetrics {
        metrics: Metrics::new(0.5, 1.0).ok(),
        steps_per_second: Some(60.0),
        epoch: 7,
    };
    assert_eq!(frame.info, info);
    assert_eq!(frame.metrics(), Some(metrics));
    let posteriors = frame.posteriors().unwrap();
    assert_eq!(*posteriors.planes, [255, 0, 255, 0, 0, 255, 0, 255]);

    let mut written = Vec::new();
    FrameEncoder::new()
        .start(&info, &mut written)
        .posteriors(
            posteriors.size,
            PosteriorEncoding::Planes,
            Precision::FULL,
            &posteriors.planes,
        )
        .unwrap();
    assert!(written.ends_with(&hex("hex planes")), "{written:02x?}");
}

#[test]
fn settings_are_listed() {
    for Setting {
        name,
        values,
        default,
        takes_effect,
        ..
    } in settings()
    {
        let allowed = match values {
            SettingValues::Number(range) => range.to_string(),
            SettingValues::Name(names) => format!("`{}`", names.join("`, `")),
            SettingValues::HiddenLayers { max_layers, units } => {
                format!("at most {max_layers} layers of {units} units")
            }
            other => panic!("the document has no form for {other:?}"),
        };
        let acts = match takes_effect {
            TakesEffect::Live => "at once",
            TakesEffect::NewNetwork => "on the next network",
            other => panic!("the document has no words for {other:?}"),
        };
        let row = format!("\n| `{name}` | {allowed} | `{default}` | {acts} |\n");
        assert!(DOCUMENT.contains(&row), "{row}");
    }
}

#[test]
fn limits_are_told() {
    let grouped = |number: usize| {
        let digits = number.to_string();
        let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
        String::from_utf8(groups.join(&b","[..])).unwrap()
    };
    let limit = format!(
        "at most {} posteriors",
        grouped(limits::MAX_COMPRESSED_POSTERIORS)
    );
    assert!(DOCUMENT.contains(&limit), "{limit}");
}
