//! serde for the types that check their values: they are read through their own constructors, so
//! what has been deserialised is as valid as what has been constructed.
//!
//! The plain structs (`Checkpoint`, `TrainingConfig`, …) derive it where they are defined.

use crate::{
    Activation, Architecture, ClassCount, Dataset, Distribution, Feature, HiddenLayers, Label,
    LayerSpec, OptimizerKind, Point,
};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A type that stands for one checked plain value.
macro_rules! as_checked {
    ($type:ty: $plain:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.get().serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$type>::new(<$plain>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use as_checked;

as_checked!(ClassCount: usize);
as_checked!(Label: u8);

/// A type that is written as its name.
macro_rules! named {
    ($($type:ty),* $(,)?) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

named!(Activation, OptimizerKind, Distribution, Feature);

impl Serialize for HiddenLayers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.sizes().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for HiddenLayers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// What an architecture looks like in a file.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Architecture", deny_unknown_fields)]
struct PlainArchitecture {
    features: Vec<Feature>,
    layers: Vec<LayerSpec>,
    outputs: usize,
}

impl Serialize for Architecture {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PlainArchitecture {
            features: self.features().to_vec(),
            layers: self.layers().to_vec(),
            outputs: self.outputs(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Architecture {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PlainArchitecture {
            features,
            layers,
            outputs,
        } = PlainArchitecture::deserialize(deserializer)?;
        Self::new(features, layers, outputs).map_err(D::Error::custom)
    }
}

/// What a point looks like in a file.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Point", deny_unknown_fields)]
struct PlainPoint {
    x: f32,
    y: f32,
    label: Label,
}

impl Serialize for Point {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (x, y, label) = (self.x(), self.y(), self.label());
        PlainPoint { x, y, label }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PlainPoint { x, y, label } = PlainPoint::deserialize(deserializer)?;
        Self::new(x, y, label).map_err(D::Error::custom)
    }
}

impl Serialize for Dataset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.points().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Dataset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Checkpoint, Dropout, LearningRate, Seeds, Trainer, TrainingConfig, generate_seeded,
    };
    use serde::de::DeserializeOwned;
    use std::fmt::Debug;

    fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
    }

    #[test]
    fn settings_and_points_have_a_plain_form() {
        check(
            &Architecture::uniform(
                &"7".parse().unwrap(),
                Activation::Gelu,
                Dropout::new(0.5).unwrap(),
            ),
            r#"{"features":["x","y"],"layers":[{"units":7,"activation":"gelu","dropout":0.5}],"outputs":2}"#,
        );
        check(
            &TrainingConfig::default(),
            r#"{"optimizer":"adam","learning_rate":0.01,"weight_decay":0.0,"batch_size":0}"#,
        );
        let point = Point::new(0.5, -1.0, Label::new(3).unwrap()).unwrap();
        check(
            &Dataset::new(vec![point]),
            r#"[{"x":0.5,"y":-1.0,"label":3}]"#,
        );
        check(&Distribution::VariedVariance, r#""varied_variance""#);
    }

    #[test]
    fn a_checkpoint_survives_bit_for_bit() {
        let data = generate_seeded(Distribution::Moons, ClassCount::new(2).unwrap(), 20, 1);
        let seeds = Seeds::from_master(1);
        let (network, training) = (Architecture::default(), TrainingConfig::default());
        let mut trainer = Trainer::new(network, training, seeds, data);
        trainer.train_step().unwrap();
        let checkpoint = trainer.checkpoint();
        let json = serde_json::to_string(&checkpoint).unwrap();
        assert_eq!(
            serde_json::from_str::<Checkpoint>(&json).unwrap(),
            checkpoint
        );
    }

    #[test]
    fn what_is_out_of_range_is_refused_with_the_types_own_words() {
        let error = serde_json::from_str::<LearningRate>("-1").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("Learning rate must be above 0"),
            "{error}"
        );
        assert!(serde_json::from_str::<HiddenLayers>("[10,101]").is_err());
        assert!(serde_json::from_str::<Activation>(r#""sigmoid""#).is_err());
        let no_input = r#"{"features":[],"layers":[],"outputs":2}"#;
        assert!(serde_json::from_str::<Architecture>(no_input).is_err());
        assert!(serde_json::from_str::<Point>(r#"{"x":2,"y":0,"label":0}"#).is_err());
    }
}
