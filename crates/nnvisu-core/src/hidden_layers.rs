//! The hidden layers of a network and their text form, `10-5`.

use std::{fmt, str::FromStr};

use crate::LayerSpec;
use crate::error::Quoted;

/// The number of units of each hidden layer, input side first.
///
/// At most [`HiddenLayers::MAX_LAYERS`] layers of 1 to [`HiddenLayers::MAX_UNITS`]
/// units; none at all is a linear model. The default is `10-5`.
///
/// The text form is the sizes joined by hyphens; no hidden layer is `0` or
/// empty text.
///
/// ```
/// use nnvisu_core::HiddenLayers;
///
/// let layers: HiddenLayers = "10-5".parse()?;
/// assert_eq!(layers.sizes(), [10, 5]);
/// assert!("0".parse::<HiddenLayers>()?.sizes().is_empty());
/// # Ok::<(), nnvisu_core::InvalidHiddenLayers>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HiddenLayers(Vec<usize>);

impl HiddenLayers {
    /// Greatest number of hidden layers.
    pub const MAX_LAYERS: usize = 10;
    /// Greatest number of units in one hidden layer.
    pub const MAX_UNITS: usize = 100;

    /// Checks the sizes of the hidden layers, input side first.
    ///
    /// # Errors
    /// When there are too many layers, or a layer has no unit or too many.
    pub fn new(sizes: Vec<usize>) -> Result<Self, InvalidHiddenLayers> {
        if sizes.len() > Self::MAX_LAYERS {
            return Err(InvalidHiddenLayers::TooManyLayers(sizes.len()));
        }
        let allowed = 1..=Self::MAX_UNITS;
        match sizes.iter().position(|units| !allowed.contains(units)) {
            Some(index) => Err(InvalidHiddenLayers::UnitsOutOfRange {
                layer: index + 1,
                units: Quoted::new(&sizes[index].to_string()),
            }),
            None => Ok(Self(sizes)),
        }
    }

    /// The network without hidden layers, a linear model.
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Those of layers that have been checked.
    pub(crate) fn of_layers(layers: &[LayerSpec]) -> Self {
        Self(layers.iter().map(|layer| layer.units).collect())
    }

    /// The number of units of each layer, input side first.
    #[must_use]
    pub fn sizes(&self) -> &[usize] {
        &self.0
    }
}

impl Default for HiddenLayers {
    fn default() -> Self {
        Self(vec![10, 5])
    }
}

impl fmt::Display for HiddenLayers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.0.split_first() else {
            return f.write_str("0");
        };
        write!(f, "{first}")?;
        rest.iter().try_for_each(|units| write!(f, "-{units}"))
    }
}

impl FromStr for HiddenLayers {
    type Err = InvalidHiddenLayers;

    /// Reads sizes joined by hyphens; white space around the whole is ignored.
    fn from_str(text: &str) -> Result<Self, InvalidHiddenLayers> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::none());
        }
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !text.split('-').all(is_number) {
            return Err(InvalidHiddenLayers::Syntax(Quoted::new(text)));
        }
        if text.bytes().all(|b| b == b'0') {
            return Ok(Self::none());
        }
        let n_layers = text.split('-').count();
        if n_layers > Self::MAX_LAYERS {
            return Err(InvalidHiddenLayers::TooManyLayers(n_layers));
        }
        let sizes = text.split('-').enumerate().map(|(index, part)| {
            // Only digits are left, so parsing fails for numbers too big alone.
            part.parse()
                .map_err(|_| InvalidHiddenLayers::UnitsOutOfRange {
                    layer: index + 1,
                    units: Quoted::new(part),
                })
        });
        Self::new(sizes.collect::<Result<_, _>>()?)
    }
}

/// Why hidden layers were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHiddenLayers {
    /// More layers than [`HiddenLayers::MAX_LAYERS`].
    #[error(
        "There can be at most {max} hidden layers, not {0}",
        max = HiddenLayers::MAX_LAYERS
    )]
    TooManyLayers(usize),
    /// A layer without units or with more than [`HiddenLayers::MAX_UNITS`].
    #[error(
        "Each hidden layer must have 1 to {} units, but layer {layer} has {units}",
        HiddenLayers::MAX_UNITS
    )]
    UnitsOutOfRange {
        /// The layer, counted from 1 at the input side.
        layer: usize,
        /// The number of units asked for.
        units: Quoted,
    },
    /// Something other than digits joined by hyphens.
    #[error("Hidden layers must be numbers joined by hyphens, such as 10-5, not \"{0}\"")]
    Syntax(Quoted),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refusal(text: &str) -> String {
        text.parse::<HiddenLayers>().unwrap_err().to_string()
    }

    #[test]
    fn text_is_read() {
        let sizes = |text: &str| text.parse::<HiddenLayers>().unwrap().sizes().to_vec();
        assert_eq!(sizes("10-5"), [10, 5]);
        assert_eq!(sizes(" 7 "), [7]);
        assert_eq!(sizes("007"), [7]);
        assert_eq!(sizes("100-100-100-100-100-100-100-100-100-100"), [100; 10]);
        for none in ["", "  ", "0", "00"] {
            assert!(sizes(none).is_empty());
        }
        assert_eq!(HiddenLayers::default(), "10-5".parse().unwrap());
    }

    #[test]
    fn refusals_say_what_is_allowed() {
        let units = "Each hidden layer must have 1 to 100 units, but layer";
        assert_eq!(refusal("10-0"), format!("{units} 2 has 0"));
        assert_eq!(refusal("101"), format!("{units} 1 has 101"));
        assert_eq!(
            refusal("5-99999999999999999999999"),
            format!("{units} 2 has 99999999999999999999999")
        );
        assert_eq!(
            refusal("1-1-1-1-1-1-1-1-1-1-1"),
            "There can be at most 10 hidden layers, not 11"
        );
        for text in [
            "10,5", "10-", "-5", "--", "ten", "+5", "10 - 5", "1.5", "١٠",
        ] {
            assert_eq!(
                refusal(text),
                format!(
                    "Hidden layers must be numbers joined by hyphens, such as 10-5, not \"{text}\""
                )
            );
        }
    }

    #[test]
    fn zero_units_are_refused_in_a_list() {
        assert!(HiddenLayers::new(vec![0]).is_err());
        assert!(HiddenLayers::new(vec![5, 0, 5]).is_err());
        assert!(HiddenLayers::new(vec![1; 11]).is_err());
        assert_eq!(HiddenLayers::new(vec![]), Ok(HiddenLayers::none()));
    }

    proptest! {
        #[test]
        fn display_is_read_back(sizes in prop::collection::vec(1_usize..=100, 0..=10)) {
            let layers = HiddenLayers::new(sizes).unwrap();
            prop_assert_eq!(layers.to_string().parse(), Ok(layers));
        }

        #[test]
        fn any_text_is_answered(text in "[-0-9 a,]{0,40}|\\PC{0,60}") {
            match text.parse::<HiddenLayers>() {
                Ok(layers) => {
                    prop_assert!(layers.sizes().len() <= HiddenLayers::MAX_LAYERS);
                    prop_assert!(layers.sizes().iter().all(|n| (1..=100).contains(n)));
                }
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }
}
