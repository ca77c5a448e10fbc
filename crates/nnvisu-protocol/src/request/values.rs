//! How each kind of value in a request is read: numbers, names, points, weights, checkpoints.

use super::NetworkUpdate;
use super::read::{Excerpt, Object, Read, Value};
use crate::checkpoint::{Checkpoint, OptimizerState};
use crate::config::{Config, ConfigUpdate};
use crate::error::{ErrorCode, RequestError};
use crate::floats::Floats;
use crate::limits::{Limits, MAX_HIDDEN_LAYERS, MAX_SEED, MAX_UNITS};
use crate::point::{Point, is_coordinate, refuse_coordinate};
use crate::settings::{
    Activation, BatchSize, ClassCount, Distribution, Dropout, HiddenLayers, Label, LearningRate,
    Optimizer, Regularization, Seed, Seeds, StepsPerSecond,
};
use crate::weights::{self, Weights};

macro_rules! read_number {
    ($($name:ident),+) => {
        $(impl Read for $name {
            fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
                Self::from_number(value.number()?, Excerpt(value.text))
                    .map_err(|error| value.out_of_range(&error))
            }
        })+
    };
}
read_number!(
    LearningRate,
    Regularization,
    Dropout,
    BatchSize,
    Label,
    ClassCount,
    Seed,
    StepsPerSecond
);

macro_rules! read_name {
    ($($name:ident: $what:literal),+) => {
        $(impl Read for $name {
            fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
                let given = value.string()?;
                Self::from_name(&given).ok_or_else(|| {
                    let allowed: Vec<&str> = Self::ALL.iter().map(|name| name.as_str()).collect();
                    value.refuse(
                        ErrorCode::OutOfRange,
                        format!(
                            "{} must be one of {}, not “{}”",
                            $what,
                            allowed.join(", "),
                            Excerpt(&given)
                        ),
                    )
                })
            }
        })+
    };
}
read_name!(
    Activation: "Activation",
    Optimizer: "Optimizer",
    Distribution: "Distribution"
);

/// A whole number from 0 to `max`.
pub(super) fn whole(value: Value<'_, '_>, max: u64) -> Result<u64, RequestError> {
    let number: f64 = value.number()?;
    if number.fract() == 0.0 && number >= 0.0 && number <= max as f64 {
        Ok(number as u64)
    } else {
        Err(value.refuse(
            ErrorCode::OutOfRange,
            format!(
                "“{}” must be a whole number from 0 to {max}, not {}",
                value.path,
                Excerpt(value.text)
            ),
        ))
    }
}

impl Read for f32 {
    fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
        let number: f32 = value.number()?;
        if number.is_finite() {
            Ok(number)
        } else {
            Err(value.refuse(
                ErrorCode::OutOfRange,
                format!(
                    "“{}” must be a finite number of single precision, not {}",
                    value.path,
                    Excerpt(value.text)
                ),
            ))
        }
    }
}

impl Read for HiddenLayers {
    fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
        let mut sizes = Vec::new();
        let n_layers = value.each(|idx, size| {
            let units: f64 = size.number()?;
            if units.fract() != 0.0 || !(1.0..=MAX_UNITS as f64).contains(&units) {
                let refused = Self::refuse_size(Excerpt(size.text));
                return Err(size.out_of_range(&refused));
            }
            if idx < MAX_HIDDEN_LAYERS {
                sizes.push(units as usize);
            }
            Ok(())
        })?;
        if n_layers > MAX_HIDDEN_LAYERS {
            return Err(value.out_of_range(&Self::refuse_count(n_layers)));
        }
        Self::new(sizes).map_err(|error| value.out_of_range(&error))
    }
}

impl Read for Seeds {
    fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
        let object = Object::read(value)?;
        Ok(Self {
            init: object.required("init")?,
            batches: object.required("batches")?,
            dropout: object.required("dropout")?,
        })
    }
}

impl Read for Config {
    /// All seven settings have to be there.
    fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
        let object = Object::read(value)?;
        Ok(Self {
            learning_rate: object.required("learningRate")?,
            architecture: object.required("architecture")?,
            activation: object.required("activation")?,
            optimizer: object.required("optimizer")?,
            regularization: object.required("regularization")?,
            batch_size: object.required("batchSize")?,
            dropout: object.required("dropout")?,
        })
    }
}

/// The settings that are there.
pub(super) fn config_update(object: &Object<'_, '_>) -> Result<ConfigUpdate, RequestError> {
    Ok(ConfigUpdate {
        learning_rate: object.optional("learningRate")?,
        architecture: object.optional("architecture")?,
        activation: object.optional("activation")?,
        optimizer: object.optional("optimizer")?,
        regularization: object.optional("regularization")?,
        batch_size: object.optional("batchSize")?,
        dropout: object.optional("dropout")?,
    })
}

/// The network of an `update_architecture`.
pub(super) fn network_update(object: &Object<'_, '_>) -> Result<NetworkUpdate, RequestError> {
    Ok(NetworkUpdate {
        hidden_layers: object.required("hidden_layers")?,
        activation: object.optional("activation")?,
        dropout: object.optional("dropout")?,
    })
}

impl Read for Point {
    fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
        let object = Object::read(value)?;
        let x = object.required_with("x", |x| coordinate("x", x))?;
        let y = object.required_with("y", |y| coordinate("y", y))?;
        let label = object.required("label")?;
        Self::new(x, y, label).map_err(|error| value.out_of_range(&error))
    }
}

fn coordinate(name: &str, value: Value<'_, '_>) -> Result<f32, RequestError> {
    if is_coordinate(value.number()?) {
        value.number()
    } else {
        Err(value.out_of_range(&refuse_coordinate(name, Excerpt(value.text))))
    }
}

/// A data set within the server's limit.
pub(super) fn points(value: Value<'_, '_>, limits: &Limits) -> Result<Vec<Point>, RequestError> {
    let max = limits.max_points;
    let mut points = Vec::new();
    let n_points = value.each(|idx, point| {
        if idx < max {
            points.push(Point::read(point)?);
        }
        Ok(())
    })?;
    if n_points > max {
        return Err(value.refuse(
            ErrorCode::TooManyPoints,
            format!("There can be at most {max} points, not {n_points}"),
        ));
    }
    Ok(points)
}

impl<T: Read> Read for Vec<T> {
    /// A list inside the weights: a layer has at most 100 units, and so many inputs.
    fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
        value.list(MAX_UNITS)
    }
}

/// The weights that `train_step` starts from; `None` when both lists are empty.
pub(super) fn model(
    value: Value<'_, '_>,
    configured: Option<&HiddenLayers>,
) -> Result<Option<Weights>, RequestError> {
    const MAX_LAYERS: usize = MAX_HIDDEN_LAYERS + 1;
    let object = Object::read(value)?;
    let weights: Vec<Vec<Vec<f32>>> =
        object.required_with("weights", |weights| weights.list(MAX_LAYERS))?;
    let biases: Vec<Vec<f32>> = object.required_with("biases", |biases| biases.list(MAX_LAYERS))?;
    if weights.is_empty() && biases.is_empty() {
        return Ok(None);
    }
    weights::from_nested(weights, biases, configured)
        .map(Some)
        .map_err(|error| {
            RequestError::new(ErrorCode::OutOfRange, error.message)
                .with_field(format!("{}.{}", value.path, error.field))
        })
}

impl Read for Floats {
    fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
        Self::from_base64(&value.string()?).map_err(|error| {
            value.refuse(ErrorCode::OutOfRange, format!("“{}”: {error}", value.path))
        })
    }
}

impl Read for OptimizerState {
    fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
        let object = Object::read(value)?;
        Ok(Self {
            kind: object.required("kind")?,
            steps: object.required_with("steps", |steps| whole(steps, MAX_SEED))?,
            first_moment: object.required("firstMoment")?,
            second_moment: object.required("secondMoment")?,
        })
    }
}

impl Read for Checkpoint {
    fn read(value: Value<'_, '_>) -> Result<Self, RequestError> {
        let object = Object::read(value)?;
        let checkpoint = Self {
            generation: object.required_with("generation", |generation| {
                whole(generation, u32::MAX as u64)
            })? as u32,
            step: object.required_with("step", |step| whole(step, MAX_SEED))?,
            hidden_layers: object.required("hiddenLayers")?,
            classes: object.required("classes")?,
            activation: object.required("activation")?,
            parameters: object.required("parameters")?,
            optimizer: object.required("optimizer")?,
            seeds: object.required("seeds")?,
        };
        checkpoint.check().map_err(|error| {
            RequestError::new(ErrorCode::CheckpointMismatch, error.message)
                .with_field(format!("{}.{}", value.path, error.field))
        })?;
        Ok(checkpoint)
    }
}
