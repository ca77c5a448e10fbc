//! Errors that several modules share: a number outside its range, a name that
//! does not exist. Every `Display` is a sentence for the person who typed it.

use crate::{Activation, Distribution, Feature, InstructionSet, OptimizerKind};
use std::fmt;

/// A number outside its range (NaN and infinities included).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{name} must be {allowed}, not {value}")]
pub struct OutOfRange {
    name: &'static str,
    allowed: String,
    value: String,
}

impl OutOfRange {
    /// `allowed` is part of a sentence: "above 0 and at most 10".
    pub(crate) fn new(name: &'static str, allowed: String, value: impl Spelled) -> Self {
        Self {
            name,
            allowed,
            value: value.spelled(),
        }
    }
}

/// A number as it stands in sentences.
pub(crate) trait Spelled {
    fn spelled(self) -> String;
}

impl Spelled for f32 {
    fn spelled(self) -> String {
        Number(self).to_string()
    }
}

impl Spelled for u32 {
    fn spelled(self) -> String {
        self.to_string()
    }
}

impl Spelled for usize {
    fn spelled(self) -> String {
        self.to_string()
    }
}

/// A name that stands for none of the possible values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownName {
    /// See [`Activation`](crate::Activation).
    #[error("Activation must be {names}, not \"{0}\"", names = OneOf(&Activation::ALL))]
    Activation(Quoted),
    /// See [`OptimizerKind`](crate::OptimizerKind).
    #[error("Optimizer must be {names}, not \"{0}\"", names = OneOf(&OptimizerKind::ALL))]
    Optimizer(Quoted),
    /// See [`Distribution`](crate::Distribution).
    #[error("Distribution must be {names}, not \"{0}\"", names = OneOf(&Distribution::ALL))]
    Distribution(Quoted),
    /// See [`Feature`](crate::Feature).
    #[error("Input feature must be {names}, not \"{0}\"", names = OneOf(&Feature::ALL))]
    Feature(Quoted),
    /// See [`InstructionSet`](crate::InstructionSet).
    #[error(
        "Instruction set must be {names} on this machine, not \"{0}\"",
        names = OneOf(&InstructionSet::available())
    )]
    InstructionSet(Quoted),
}

/// Names in a sentence: `a, b or c`.
struct OneOf<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for OneOf<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            let before = match i {
                0 => "",
                _ if i + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{before}{name}")?;
        }
        Ok(())
    }
}

/// What the person typed, kept short enough to be repeated in a sentence.
///
/// Longer text is cut after [`Quoted::MAX_CHARS`] characters, with an ellipsis;
/// control characters (line breaks among them) become `\u{fffd}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted(String);

impl Quoted {
    /// Longest quotation, in characters, before the ellipsis.
    pub const MAX_CHARS: usize = 40;

    /// Quotes the beginning of `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        let mut quoted: String = text.chars().take(Self::MAX_CHARS).map(printable).collect();
        if text.chars().nth(Self::MAX_CHARS).is_some() {
            quoted.push('…');
        }
        Self(quoted)
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes ordinary numbers plainly and those of many digits in powers of ten.
struct Number(f32);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.abs();
        if magnitude.is_infinite() {
            f.write_str(if self.0 > 0.0 {
                "infinity"
            } else {
                "-infinity"
            })
        } else if magnitude.is_nan() {
            f.write_str("NaN (not a number)")
        } else if magnitude == 0.0 {
            f.write_str("0")
        } else if (1e-4..1e9).contains(&magnitude) {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:e}", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let cases = [
            (-1.0, "-1"),
            (0.25, "0.25"),
            (10.5, "10.5"),
            (-0.0, "0"),
            (3.0e38, "3e38"),
            (-1.0e-9, "-1e-9"),
            (f32::INFINITY, "infinity"),
            (f32::NEG_INFINITY, "-infinity"),
            (f32::NAN, "NaN (not a number)"),
        ];
        for (value, expected) in cases {
            assert_eq!(Number(value).to_string(), expected);
        }
    }

    #[test]
    fn quotations_are_short_and_printable() {
        assert_eq!(Quoted::new("rel\nu").to_string(), "rel\u{fffd}u");
        let quoted = Quoted::new(&"é".repeat(1_000)).to_string();
        assert_eq!(quoted.chars().count(), Quoted::MAX_CHARS + 1);
        assert!(quoted.ends_with('…'));
    }
}
