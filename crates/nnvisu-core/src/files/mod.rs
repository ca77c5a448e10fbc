//! Sessions, data sets and models as files: pure functions between bytes and this crate's types.
//!
//! | module | what | for |
//! | --- | --- | --- |
//! | [`csv`] | a [`Dataset`](crate::Dataset) | spreadsheets, scripts |
//! | [`session`] | a whole [`Trainer`](crate::Trainer): settings, seeds, points, weights, optimizer, step | continuing later, here or in the page |
//! | [`onnx`] | a [`Mlp`] | onnxruntime and everything else that evaluates ONNX |
//! | [`safetensors`] | a [`Mlp`] | `PyTorch`, and whatever reads safetensors |
//! | [`json`] | a [`Mlp`] | people, scripts |
//!
//! Nothing here opens, reads or writes a file: that is the caller's part. Readers take bytes as
//! they come, hold them to a limit before they make room for anything, never panic, and either
//! give a valid value or say what is wrong in a sentence for a person.
//!
//! ```
//! use nnvisu_core::files::{checksum, csv, session};
//! use nnvisu_core::{Architecture, Seeds, Trainer, TrainingConfig};
//!
//! let data = csv::read(b"x,y,label\n-0.5,0.25,0\n0.5,-0.25,1\n")?;
//! let (network, training) = (Architecture::default(), TrainingConfig::default());
//! let mut trainer = Trainer::new(network, training, Seeds::from_master(1), data);
//! trainer.train_step()?;
//!
//! let file: Vec<u8> = session::write(&trainer); // for example to xor.nnvisu
//! let mut again = session::read(&file)?;
//! assert_eq!(again.train_step()?, trainer.train_step()?);
//! assert_eq!(checksum(again.mlp()), checksum(trainer.mlp()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod csv;
mod floats;
pub mod json;
pub mod onnx;
pub mod safetensors;
pub mod session;

use crate::Mlp;

/// Most points that a file may hold.
pub const MAX_POINTS: usize = 1_000_000;

/// Largest file that is read: 64 MiB, twice what [`MAX_POINTS`] and the largest network need.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// CRC-32 (IEEE 802.3, as in zlib and PNG) of a network's parameters: their little-endian bytes in
/// the order of [`Mlp::parameters`]. People compare it as eight hexadecimal digits (`{:08x}`): the
/// command line and the page show the same for the same weights.
#[must_use]
pub fn checksum(mlp: &Mlp) -> u32 {
    checksum_of(mlp.parameters())
}

fn checksum_of(values: &[f32]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    for value in values {
        crc.update(&value.to_le_bytes());
    }
    crc.finalize()
}

/// A format for a network alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelFormat {
    /// [`onnx`].
    Onnx,
    /// [`safetensors`].
    Safetensors,
    /// [`json`].
    Json,
}

impl ModelFormat {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Onnx, Self::Safetensors, Self::Json];

    /// The name, which is also how names of such files end.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Onnx => "onnx",
            Self::Safetensors => "safetensors",
            Self::Json => "json",
        }
    }

    /// The media type of such a file.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Onnx | Self::Safetensors => "application/octet-stream",
            Self::Json => "application/json",
        }
    }

    /// The file with this network.
    #[must_use]
    pub fn write(self, mlp: &Mlp) -> Vec<u8> {
        match self {
            Self::Onnx => onnx::write(mlp),
            Self::Safetensors => safetensors::write(mlp),
            Self::Json => json::write(mlp).into_bytes(),
        }
    }
}

/// The weights of a layer, out × in, row-major as everywhere outside of this crate.
fn row_major(mlp: &Mlp, layer: usize) -> Vec<f32> {
    mlp.weights(layer).transpose().as_slice().to_vec()
}

/// The names of a layer's weights and biases: those of `PyTorch`'s `nn.Sequential`, in which the
/// activations are modules too.
fn parameter_names(layer: usize) -> (String, String) {
    let module = 2 * layer;
    (format!("{module}.weight"), format!("{module}.bias"))
}

/// Input, hidden and output units as text: `2-10-5-2`.
fn layer_sizes(mlp: &Mlp) -> String {
    let sizes: Vec<String> = mlp.layer_sizes().iter().map(usize::to_string).collect();
    sizes.join("-")
}

/// The JSON of names and finite numbers.
fn json_of(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("names and finite numbers have a JSON form")
}

/// Whether what is not whole JSON began as a file of this format.
fn begins_with_format(bytes: &[u8], format: &str) -> bool {
    const NEAR_THE_BEGINNING: usize = 200;
    let beginning = &bytes[..bytes.len().min(NEAR_THE_BEGINNING)];
    beginning
        .windows(format.len())
        .any(|window| window == format.as_bytes())
}
