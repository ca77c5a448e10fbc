//! Keeps `web/types/wire.d.ts`, against which the page is type-checked, the same as the types
//! of this crate.

use std::fmt::Write as _;
use std::path::Path;

use ts_rs::{Config, TS};

use crate::{NumberRange, Setting, SettingValues, TakesEffect, frame, limits, settings, version};

const COMMAND: &str = "UPDATE_WIRE_TYPES=1 cargo test -p nnvisu-protocol wire_types";

/// Appends the declaration of one type with its documentation.
fn declare<T: TS>(file: &mut String, config: &Config) {
    let docs = T::docs().unwrap_or_default();
    write!(file, "\n{docs}export {}\n", T::decl(config)).unwrap();
}

macro_rules! declare_all {
    ($file:expr, $config:expr, $($name:ident),+ $(,)?) => {
        $(declare::<crate::$name>($file, $config);)+
    };
}

/// The numbers of the protocol as literal types: a constant of this type cannot have others.
fn declare_constants(file: &mut String) {
    let numbers: [(&str, u64); 14] = [
        ("MAX_HIDDEN_LAYERS", limits::MAX_HIDDEN_LAYERS as u64),
        ("MAX_UNITS", limits::MAX_UNITS as u64),
        ("MIN_CLASSES", limits::MIN_CLASSES as u64),
        ("MAX_CLASSES", limits::MAX_CLASSES as u64),
        ("MAX_SEED", limits::MAX_SEED),
        ("MAX_STEPS_PER_SECOND", limits::MAX_STEPS_PER_SECOND as u64),
        ("MIN_VIEW_SIZE", limits::MIN_VIEW_SIZE.into()),
        ("MAX_VIEW_SIZE", limits::MAX_VIEW_SIZE.into()),
        (
            "MAX_FRAMES_PER_SECOND",
            limits::MAX_FRAMES_PER_SECOND as u64,
        ),
        ("DEFAULT_MAX_POINTS", limits::DEFAULT_MAX_POINTS as u64),
        ("FRAME_TAG", frame::FRAME_TAG as u64),
        ("FRAME_PREAMBLE_BYTES", frame::FRAME_PREAMBLE_BYTES as u64),
        ("SECTION_HEADER_BYTES", frame::SECTION_HEADER_BYTES as u64),
        (
            "MAX_COMPRESSED_POSTERIORS",
            limits::MAX_COMPRESSED_POSTERIORS as u64,
        ),
    ];
    file.push_str(
        "\n/** The fixed numbers and names of the protocol, for `@type` of the page's constants. */\n\
         export type WireConstants = {\n",
    );
    for (name, value) in numbers {
        writeln!(file, "    {name}: {value},").unwrap();
    }
    let kinds = frame::SectionKind::ALL.iter();
    write_bytes(
        file,
        "SECTION_KINDS",
        kinds.map(|name| (name.as_str(), name.byte())),
    );
    let encodings = frame::PosteriorEncoding::ALL.iter();
    let encodings = encodings.map(|name| (name.as_str(), name.byte()));
    write_bytes(file, "POSTERIOR_ENCODINGS", encodings);
    writeln!(file, "    SUBPROTOCOL_V2: \"{}\",", version::SUBPROTOCOL_V2).unwrap();
    file.push_str("};\n");
}

/// The names of a kind of byte, each with its byte.
fn write_bytes(file: &mut String, constant: &str, bytes: impl Iterator<Item = (&'static str, u8)>) {
    let members: Vec<String> = bytes
        .map(|(name, byte)| format!("{name}: {byte}"))
        .collect();
    writeln!(file, "    {constant}: {{ {} }},", members.join(", ")).unwrap();
}

/// The table of settings as a literal type: a constant of this type says the same.
fn declare_settings(file: &mut String) {
    file.push_str(
        "\n/** What each setting can be, for `@type` of the page's table of settings. */\n",
    );
    file.push_str("export type WireSettings = {\n");
    for Setting {
        name,
        values,
        default,
        takes_effect,
        ..
    } in settings()
    {
        let values = match values {
            SettingValues::Number(range) => range_type("range", &range),
            SettingValues::Name(names) => format!("names: {names:?}"),
            SettingValues::HiddenLayers { max_layers, units } => {
                format!("maxLayers: {max_layers}, {}", range_type("units", &units))
            }
        };
        let takes_effect = match takes_effect {
            TakesEffect::Live => "live",
            TakesEffect::NewNetwork => "newNetwork",
        };
        writeln!(
            file,
            "    {name}: {{ {values}, default: {default}, takesEffect: \"{takes_effect}\" }},"
        )
        .unwrap();
    }
    file.push_str("};\n");
}

fn range_type(name: &str, range: &NumberRange) -> String {
    let NumberRange {
        min,
        max,
        excludes_min,
        excludes_max,
        is_whole,
        ..
    } = *range;
    format!(
        "{name}: {{ min: {min}, max: {max}, excludesMin: {excludes_min}, \
         excludesMax: {excludes_max}, isWhole: {is_whole} }}"
    )
}

fn wire_types() -> String {
    let config = Config::new().with_large_int("number");
    let mut file = format!(
        "// The messages of nnvisu's wire format, made from crates/nnvisu-protocol. Do not edit;\n\
         // after a change of the Rust types run: {COMMAND}\n"
    );
    declare_all!(
        &mut file,
        &config,
        Envelope,
        Request,
        NetworkUpdate,
        Restore,
        ServerMessage,
        Response,
        ServerInfo,
        StepMetrics,
        ArchitectureSynced,
        SyncStatus,
        SessionState,
        Checkpoint,
        OptimizerState,
        AbsentRow,
        LastGood,
        Weights,
        Floats,
        Config,
        ConfigUpdate,
        Point,
        Limits,
        ErrorCode,
        Activation,
        Optimizer,
        Distribution,
        SectionKind,
        PosteriorEncoding,
        HiddenLayers,
        Architecture,
        LayerSpec,
        Feature,
        LayerUnits,
        View,
        ViewSize,
        FramesPerSecond,
        DataEdit,
        LearningRate,
        Regularization,
        Dropout,
        BatchSize,
        Label,
        ClassCount,
        Seed,
        Seeds,
        StepsPerSecond,
    );
    declare_constants(&mut file);
    declare_settings(&mut file);
    file.lines()
        .flat_map(|line| [line.trim_end(), "\n"])
        .collect()
}

#[test]
fn wire_types_are_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/types/wire.d.ts");
    let fresh = wire_types();
    if std::env::var_os("UPDATE_WIRE_TYPES").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == fresh,
        "web/types/wire.d.ts is stale. Run: {COMMAND}"
    );
}
