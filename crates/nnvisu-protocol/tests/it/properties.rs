//! What holds for every request, every answer, every frame, and any bytes at all.

use nnvisu_protocol::{
    Envelope, Floats, REQUEST_TYPES, RESPONSE_TYPES, Request, Response, decode_frame, decode_map,
    encode_map, parse_response,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::strategies::{finite, request, response};
use crate::support::{parse_v1, parse_v2, restore_text};

/// The request's name on the wire; without this, a new request would not compile.
fn request_type(request: &Request) -> &'static str {
    match request {
        Request::StartTraining => "start_training",
        Request::StopTraining => "stop_training",
        Request::Reset { .. } => "reset",
        Request::UpdateConfig { .. } => "update_config",
        Request::UpdateArchitecture { .. } => "update_architecture",
        Request::UpdateData { .. } => "update_data",
        Request::GenerateData { .. } => "generate_data",
        Request::TrainStep { .. } => "train_step",
        Request::Restore(_) => "restore",
        Request::SetSpeed { .. } => "set_speed",
        Request::Step => "step",
        Request::View(_) => "view",
        Request::EditData(_) => "edit_data",
    }
}

/// What a server says.
fn response_type(response: &Response) -> &'static str {
    match response {
        Response::Config { .. } => "config",
        Response::StepResult { .. } => "step_result",
        Response::ArchitectureSynced { .. } => "architecture_synced",
        Response::DataGenerated { .. } => "data_generated",
        Response::Error { .. } => "error",
        Response::State { .. } => "state",
        Response::Checkpoint { .. } => "checkpoint",
        unlisted => panic!("{unlisted:?} has no name here"),
    }
}

proptest! {
    #[test]
    fn a_request_is_read_as_it_was_written(id in option::of(any::<u32>()), request in request()) {
        let name = request_type(&request);
        prop_assert!(REQUEST_TYPES.iter().any(|&(listed, _)| listed == name));
        let envelope = Envelope { id, request };
        let text = envelope.to_json();
        let has_name = text.contains(&format!(r#""type":"{name}""#));
        prop_assert!(has_name, "{}", text);
        prop_assert_eq!(parse_v2(&text), Ok(envelope));
    }

    #[test]
    fn a_response_is_read_as_it_was_written(message in response()) {
        let name = response_type(&message.response);
        prop_assert!(RESPONSE_TYPES.contains(&name));
        let text = message.to_json();
        let has_name = text.contains(&format!(r#""type":"{name}""#));
        prop_assert!(has_name, "{}", text);
        prop_assert_eq!(parse_response(&text).unwrap(), Some(message));
    }

    #[test]
    fn no_text_upsets_the_reader(text in any::<String>()) {
        prop_assert!(parse_v1(&text).is_err());
        prop_assert!(parse_v2(&text).is_err());
        let _ = parse_response(&text);
    }

    /// Cuts, doubles and overwrites parts of good requests: most are refused, none upsets the
    /// reader, and what is accepted can be written and read again.
    #[test]
    fn no_spoilt_request_upsets_the_reader(
        request in prop_oneof![request().prop_map(|r| Envelope::from(r).to_json()), Just(restore_text())],
        from in any::<prop::sample::Index>(),
        len in 0..12_usize,
        instead in prop_oneof![
            Just(String::new()),
            r#"[\[\]{}",:0-9eE.+-]{0,6}"#,
            select(&["null", "true", "1e999", "-1", "NaN", "\"x\"", "[[[", "}}"][..]).prop_map(str::to_owned),
        ],
    ) {
        let mut chars: Vec<char> = request.chars().collect();
        let from = from.index(chars.len());
        let to = (from + len).min(chars.len());
        chars.splice(from..to, instead.chars());
        let text: String = chars.into_iter().collect();
        let _ = parse_v1(&text);
        match parse_v2(&text) {
            Ok(envelope) => prop_assert_eq!(parse_v2(&envelope.to_json()), Ok(envelope)),
            Err(error) => prop_assert!(!error.message.is_empty()),
        }
    }

    #[test]
    fn floats_are_kept_to_the_bit(values in vec(finite(), 0..50)) {
        let floats = Floats::new(values.clone()).unwrap();
        let read = Floats::from_base64(&floats.to_base64()).unwrap().into_values();
        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&read), bits(&values));
    }

    #[test]
    fn only_base64_that_would_be_written_is_read(text in "[A-Za-z0-9+/=_ -]{0,40}") {
        if let Ok(floats) = Floats::from_base64(&text) {
            prop_assert_eq!(floats.to_base64(), text);
        }
    }

    #[test]
    fn a_map_is_read_as_it_was_written(width in 2..40_u16, height in 2..40_u16, byte in any::<u8>()) {
        let rgb: Vec<u8> = (0..width as usize * height as usize * 3)
            .map(|idx| byte.wrapping_mul(idx as u8))
            .collect();
        let mut bytes = Vec::new();
        encode_map(width, height, &rgb, &mut bytes).unwrap();
        let map = decode_map(&bytes).unwrap();
        prop_assert_eq!((map.width, map.height, map.rgb), (width, height, &rgb[..]));
    }

    #[test]
    fn no_bytes_upset_the_decoders(mut bytes in vec(any::<u8>(), 0..200), tag in 0..4_u8) {
        let _ = decode_map(&bytes);
        let _ = decode_frame(&bytes);
        if let Some(first) = bytes.first_mut() {
            *first = tag;
        }
        let _ = decode_map(&bytes);
        let _ = decode_frame(&bytes);
    }
}
