//! Lists of numbers inside JSON: base64 (RFC 4648, with padding) of little-endian IEEE 754 single
//! precision, exact and less than half as long as digits. The wire format has the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Floats(pub(super) Vec<f32>);

impl Serialize for Floats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|v| v.to_le_bytes()).collect();
        serializer.serialize_str(&STANDARD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Floats {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let bytes = STANDARD
            .decode(&*text)
            .map_err(|_| D::Error::custom("a list of numbers is not base64 with padding"))?;
        let (numbers, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(D::Error::custom(format!(
                "{} bytes are not a list of numbers of 4 bytes each",
                bytes.len()
            )));
        }
        Ok(Self(
            numbers.iter().map(|&b| f32::from_le_bytes(b)).collect(),
        ))
    }
}
