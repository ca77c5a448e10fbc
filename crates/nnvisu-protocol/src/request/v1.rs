//! The requests of version 1, taken as its pages have always sent them: what they get a little
//! wrong is made right where it is clear what was meant, since they show no errors. Everything
//! then goes the same way as in version 2.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Request;
use super::parse::{
    GenerateData, TrainStep, UpdateData, one_of, read_set_speed, read_update_architecture,
    unknown_type,
};
use super::refusal::read;
use crate::error::RequestError;
use crate::limits::{Limits, MIN_CLASSES};
use crate::numbers::Label;
use crate::objects::only_read_from_objects;
use crate::point::{Point, check_coordinate, clamp_edge};
use crate::settings::{ConfigUpdate, Setting, SettingValues, present, settings};
use crate::version::ProtocolVersion;

pub(super) fn read_request(
    name: &str,
    text: &str,
    limits: &Limits,
) -> Result<Request, RequestError> {
    match name {
        "start_training" => Ok(Request::StartTraining),
        "stop_training" => Ok(Request::StopTraining),
        "reset" => Ok(Request::Reset { seeds: None }),
        "update_config" => read_update_config(text),
        "update_architecture" => read_network(text),
        "update_data" => read::<UpdateData<EdgePoint>>(text)?.within(limits),
        "generate_data" => read_generate_data(text),
        "train_step" => {
            let step: TrainStep<RawSettings<'_>, EdgePoint> = read(text)?;
            let (config, refused) = step.config.read("config.");
            match refused {
                Some(error) => Err(error),
                None => step.with_config(config).within(limits),
            }
        }
        "set_speed" => read_set_speed(text),
        unknown => Err(unknown_type(ProtocolVersion::V1, unknown)),
    }
}

/// The settings that are right act even where others of the same message are refused.
fn read_update_config(text: &str) -> Result<Request, RequestError> {
    #[derive(Deserialize)]
    struct UpdateConfig<'a> {
        #[serde(borrow, default, deserialize_with = "present")]
        payload: Option<RawSettings<'a>>,
        #[serde(borrow, default, deserialize_with = "present")]
        config: Option<RawSettings<'a>>,
    }
    let UpdateConfig { payload, config } = read(text)?;
    let (payload, refused) = one_of(payload, config)?.read("");
    let request = Request::UpdateConfig { payload };
    match refused {
        None => Ok(request),
        Some(error) => Err(RequestError {
            accepted: Some(Box::new(request)),
            ..error
        }),
    }
}

fn read_network(text: &str) -> Result<Request, RequestError> {
    #[derive(Deserialize)]
    struct UpdateArchitecture<'a> {
        /// A map, since a struct would be read from a list too.
        #[serde(borrow)]
        payload: BTreeMap<String, &'a RawValue>,
    }
    let UpdateArchitecture { payload } = read(text)?;
    let given = |name: &str| payload.get(name).filter(|given| given.get() != "null");
    let by_table = |name: &str| {
        let table = settings();
        let setting = table.iter().find(|setting| setting.name == name);
        let nearest_to = |given: &&RawValue| {
            setting.map_or_else(|| given.get().to_owned(), |setting| nearest(setting, given))
        };
        given(name).map(nearest_to)
    };
    let hidden_layers = given("hidden_layers").map(|layers| without_zero_layer(layers.get()));
    let (activation, dropout) = (by_table("activation"), by_table("dropout"));
    let network = object(&[
        ("hidden_layers", hidden_layers),
        ("activation", activation),
        ("dropout", dropout),
    ]);
    read_update_architecture(&object(&[("payload", Some(network))]))
}

fn read_generate_data(text: &str) -> Result<Request, RequestError> {
    #[derive(Deserialize)]
    struct Generate<'a> {
        #[serde(borrow, default)]
        distribution: Option<&'a RawValue>,
        #[serde(borrow, default)]
        num_classes: Option<&'a RawValue>,
    }
    let Generate {
        distribution,
        num_classes,
    } = read(text)?;
    let num_classes = num_classes.map_or_else(|| MIN_CLASSES.to_string(), |n| n.get().to_owned());
    let request = object(&[
        (
            "distribution",
            distribution.map(|name| name.get().to_ascii_lowercase()),
        ),
        ("num_classes", Some(num_classes)),
    ]);
    read::<GenerateData>(&request).map(Request::from)
}

/// The text of an object with those of these fields that are there.
fn object(fields: &[(&str, Option<String>)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .filter_map(|(name, value)| Some(format!(r#""{name}":{}"#, value.as_ref()?)))
        .collect();
    format!("{{{}}}", fields.join(","))
}

/// The JSON text of a setting or, where that is plainly meant, of the nearest value that is
/// allowed: the largest number in place of a larger one, a name in small letters, no layers in
/// place of one without units, all points in place of no batch size.
fn nearest(setting: &Setting, given: &RawValue) -> String {
    let given = given.get();
    match setting.values {
        SettingValues::Number(range) => match given.parse::<f64>() {
            Ok(number) if number >= range.max && !range.contains(number) => {
                let max = range.max as f32;
                let largest = if range.excludes_max {
                    max.next_down()
                } else {
                    max
                };
                largest.to_string()
            }
            Err(_) if given == "null" && setting.name == "batchSize" => "0".to_owned(),
            _ => given.to_owned(),
        },
        SettingValues::Name(_) => given.to_ascii_lowercase(),
        SettingValues::HiddenLayers { max_layers, units } => {
            let given = without_zero_layer(given);
            let Ok(mut layers) = serde_json::from_str::<Vec<f64>>(&given) else {
                return given;
            };
            if layers.len() <= max_layers && layers.iter().all(|&n| n <= units.max) {
                return given;
            }
            layers.truncate(max_layers);
            let layers: Vec<f64> = layers.iter().map(|n| n.min(units.max)).collect();
            serde_json::to_string(&layers).expect("numbers are JSON")
        }
    }
}

/// `[0]` stands for no hidden layers.
fn without_zero_layer(given: &str) -> String {
    match serde_json::from_str::<[f64; 1]>(given) {
        Ok([0.0]) => "[]".to_owned(),
        _ => given.to_owned(),
    }
}

/// The JSON text of the known settings that a message names.
struct RawSettings<'a>(Vec<(Setting, &'a RawValue)>);

impl RawSettings<'_> {
    /// The settings that are allowed, and an error that names the others.
    fn read(&self, prefix: &str) -> (ConfigUpdate, Option<RequestError>) {
        let mut accepted = ConfigUpdate::default();
        let mut refused: Option<RequestError> = None;
        for (setting, given) in &self.0 {
            let text = object(&[(setting.name, Some(nearest(setting, given)))]);
            match (read::<ConfigUpdate>(&text), &mut refused) {
                (Ok(update), _) => accepted.merge(update),
                (Err(error), Some(first)) => {
                    first.message = format!("{}; {}", first.message, error.message);
                }
                (Err(error), None) => {
                    let field = format!("{prefix}{}", error.field.as_deref().unwrap_or_default());
                    refused = Some(error.with_field(field));
                }
            }
        }
        (accepted, refused)
    }
}

impl<'de> Deserialize<'de> for RawSettings<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = RawSettings<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
                let mut known = settings();
                let mut given = Vec::new();
                while let Some(key) = fields.next_key::<String>()? {
                    match known.iter().position(|setting| setting.name == key) {
                        Some(idx) => given.push((known.swap_remove(idx), fields.next_value()?)),
                        None => {
                            fields.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(RawSettings(given))
            }
        }

        from.deserialize_map(Fields)
    }
}

/// A point whose coordinates may be a little outside their range.
#[derive(Deserialize)]
#[serde(remote = "Self")]
struct EdgePoint {
    #[serde(deserialize_with = "edge_x")]
    x: f32,
    #[serde(deserialize_with = "edge_y")]
    y: f32,
    label: Label,
}
only_read_from_objects!(EdgePoint);

impl From<EdgePoint> for Point {
    fn from(EdgePoint { x, y, label }: EdgePoint) -> Self {
        Self::new(x, y, label).expect("the coordinates were clamped")
    }
}

fn edge_x<'de, D: Deserializer<'de>>(from: D) -> Result<f32, D::Error> {
    check_coordinate("x", clamp_edge(f64::deserialize(from)?)).map_err(D::Error::custom)
}

fn edge_y<'de, D: Deserializer<'de>>(from: D) -> Result<f32, D::Error> {
    check_coordinate("y", clamp_edge(f64::deserialize(from)?)).map_err(D::Error::custom)
}
