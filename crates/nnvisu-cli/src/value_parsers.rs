//! Values of command line options: names out of a list, and numbers in the core's ranges.

use std::fmt;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use nnvisu_core::files::MAX_POINTS;
use nnvisu_core::{
    Activation, BatchSize, ClassCount, Distribution, Dropout, Grid, LearningRate, OptimizerKind,
    Palette, WeightDecay,
};

/// Reads one of `names`, which completions and help then list.
fn named<T>(names: impl IntoIterator<Item = &'static str>) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: fmt::Debug> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).map(|name| name.parse().expect("a name from the list"))
}

pub(crate) fn activation() -> impl TypedValueParser<Value = Activation> {
    named(Activation::ALL.map(Activation::name))
}

pub(crate) fn optimizer() -> impl TypedValueParser<Value = OptimizerKind> {
    named(OptimizerKind::ALL.map(OptimizerKind::name))
}

pub(crate) fn distribution() -> impl TypedValueParser<Value = Distribution> {
    named(Distribution::ALL.map(Distribution::name))
}

/// The names of the page's palettes that the core has.
pub(crate) const PALETTES: [&str; 2] = ["petroff", "classic"];

pub(crate) fn palette() -> impl TypedValueParser<Value = Palette> {
    PossibleValuesParser::new(PALETTES).map(|name| match name.as_str() {
        "classic" => Palette::CLASSIC,
        _ => Palette::PETROFF,
    })
}

pub(crate) fn learning_rate(text: &str) -> Result<LearningRate, String> {
    LearningRate::new(number(text)?).map_err(|error| error.to_string())
}

pub(crate) fn weight_decay(text: &str) -> Result<WeightDecay, String> {
    WeightDecay::new(number(text)?).map_err(|error| error.to_string())
}

pub(crate) fn dropout(text: &str) -> Result<Dropout, String> {
    Dropout::new(number(text)?).map_err(|error| error.to_string())
}

pub(crate) fn batch_size(text: &str) -> Result<BatchSize, String> {
    BatchSize::new(whole_number(text)?).map_err(|error| error.to_string())
}

pub(crate) fn class_count(text: &str) -> Result<ClassCount, String> {
    ClassCount::new(whole_number(text)?).map_err(|error| error.to_string())
}

/// A number of points to generate.
pub(crate) fn point_count(text: &str) -> Result<usize, String> {
    in_range(text, 1, MAX_POINTS)
}

/// One side of an image.
pub(crate) fn side(text: &str) -> Result<usize, String> {
    in_range(text, Grid::MIN_SIDE, Grid::MAX_SIDE)
}

/// A whole number from `least` to `greatest`.
pub(crate) fn in_range(text: &str, least: usize, greatest: usize) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (least..=greatest).contains(&n) => Ok(n),
        _ => Err(format!(
            "it must be a whole number from {least} to {greatest}"
        )),
    }
}

/// Any finite number.
pub(crate) fn number(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("it must be a number, such as 0.01 or 1e-3".to_owned()),
    }
}

fn whole_number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| "it must be a whole number, such as 32".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_explained() {
        for (refused, explanation) in [
            (learning_rate("0").map(|_| ()), "above 0 and at most 10"),
            (learning_rate("fast").map(|_| ()), "must be a number"),
            (learning_rate("nan").map(|_| ()), "must be a number"),
            (weight_decay("-1").map(|_| ()), "at least 0"),
            (dropout("1").map(|_| ()), "below 1"),
            (batch_size("1.5").map(|_| ()), "whole number"),
            (class_count("9").map(|_| ()), "2 to 8"),
            (point_count("0").map(|_| ()), "from 1 to"),
            (side("5000").map(|_| ()), "from 2 to 4096"),
        ] {
            let error = refused.unwrap_err();
            assert!(error.contains(explanation), "{error}");
        }
    }
}
