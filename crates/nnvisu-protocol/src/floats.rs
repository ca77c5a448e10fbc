//! Lists of finite numbers as base64 text, which is exact and less than half as long as digits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Finite numbers that stand in JSON as base64 (RFC 4648, with padding) of their
/// little-endian IEEE 754 single-precision bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(test, ts(type = "string"))]
pub struct Floats(Vec<f32>);

/// Why a text or a list is not [`Floats`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidFloats {
    /// A value is NaN or infinite.
    #[error("must be finite numbers; number {index} is not")]
    NotFinite {
        /// Position in the list, from 0.
        index: usize,
    },
    /// The text is not base64 with padding.
    #[error("must be base64 with padding")]
    NotBase64,
    /// The bytes do not divide into numbers of four bytes.
    #[error("must be numbers of 4 bytes each, not {n_bytes} bytes")]
    NotWhole {
        /// How many bytes the base64 text holds.
        n_bytes: usize,
    },
}

impl Floats {
    /// # Errors
    ///
    /// When a value is NaN or infinite.
    pub fn new(values: Vec<f32>) -> Result<Self, InvalidFloats> {
        match values.iter().position(|value| !value.is_finite()) {
            Some(index) => Err(InvalidFloats::NotFinite { index }),
            None => Ok(Self(values)),
        }
    }

    /// Reads the base64 text.
    ///
    /// # Errors
    ///
    /// When the text is not base64 of a whole number of finite values.
    pub fn from_base64(text: &str) -> Result<Self, InvalidFloats> {
        let bytes = STANDARD
            .decode(text)
            .map_err(|_| InvalidFloats::NotBase64)?;
        let (chunks, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(InvalidFloats::NotWhole {
                n_bytes: bytes.len(),
            });
        }
        Self::new(
            chunks
                .iter()
                .map(|&chunk| f32::from_le_bytes(chunk))
                .collect(),
        )
    }

    /// The base64 text.
    #[must_use]
    pub fn to_base64(&self) -> String {
        let bytes: Vec<u8> = self
            .0
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        STANDARD.encode(bytes)
    }

    /// The values.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// The values, taken out.
    #[must_use]
    pub fn into_values(self) -> Vec<f32> {
        self.0
    }
}

impl TryFrom<String> for Floats {
    type Error = InvalidFloats;

    fn try_from(text: String) -> Result<Self, InvalidFloats> {
        Self::from_base64(&text)
    }
}

impl From<Floats> for String {
    fn from(floats: Floats) -> Self {
        floats.to_base64()
    }
}
