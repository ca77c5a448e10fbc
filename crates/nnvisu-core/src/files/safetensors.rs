//! Networks as safetensors, named and shaped as `PyTorch`'s `nn.Sequential` has them.
//!
//! The linear layers are the modules 0, 2, 4, … and the activations those between, so that layer
//! `l` is `{2l}.weight` (out × in, row-major) and `{2l}.bias` (out). All are 32-bit floats. The
//! metadata say `activation` (`tanh`, `relu`, `leaky_relu`, `gelu`; where hidden layers differ, one
//! for each, such as `tanh,relu`), `layer_sizes` (`2-10-5-2`) and `format` (`pt`).
//!
//! ```python
//! model = nn.Sequential(nn.Linear(2, 10), nn.Tanh(), nn.Linear(10, 5), nn.Tanh(), nn.Linear(5, 2))
//! model.load_state_dict(safetensors.torch.load_file("model.safetensors"))
//! posteriors = model(points).softmax(1)
//! ```
//!
//! The format is a length, a header in JSON and the bytes of the tensors. It is written here and
//! not by the crate of its authors because that one keeps the metadata in a hash map: the same
//! network would be another file each time. The tests read the files with the authors' crate and
//! Python package.

use super::{json_of, layer_sizes, parameter_names, row_major};
use crate::Mlp;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// Header and tensors begin at multiples of this many bytes.
const ALIGNMENT: usize = 8;

/// Writes a network as a safetensors file.
#[must_use]
pub fn write(mlp: &Mlp) -> Vec<u8> {
    let mut tensors = Vec::new();
    let mut data = Vec::new();
    let mut append = |name: String, shape: Vec<usize>, values: &[f32]| {
        let begin = data.len();
        data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        let data_offsets = [begin, data.len()];
        let tensor = Tensor {
            dtype: "F32",
            shape,
            data_offsets,
        };
        tensors.push((name, tensor));
    };
    for layer in 0..mlp.n_layers() {
        let (weight, bias) = parameter_names(layer);
        let (n_out, n_in) = mlp.weights(layer).shape();
        append(weight, vec![n_out, n_in], &row_major(mlp, layer));
        append(bias, vec![n_out], mlp.biases(layer).as_slice());
    }
    let header = Header {
        metadata: Metadata {
            activation: mlp.architecture().activation_names(),
            format: "pt",
            layer_sizes: layer_sizes(mlp),
        },
        tensors,
    };
    let mut header = json_of(&header).into_bytes();
    header.resize(header.len().next_multiple_of(ALIGNMENT), b' ');
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend(data);
    file
}

struct Header {
    metadata: Metadata,
    tensors: Vec<(String, Tensor)>,
}

#[derive(Serialize)]
struct Metadata {
    activation: String,
    format: &'static str,
    layer_sizes: String,
}

#[derive(Serialize)]
struct Tensor {
    dtype: &'static str,
    shape: Vec<usize>,
    /// From the first to behind the last byte, counted from the end of the header.
    data_offsets: [usize; 2],
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1 + self.tensors.len()))?;
        map.serialize_entry("__metadata__", &self.metadata)?;
        for (name, tensor) in &self.tensors {
            map.serialize_entry(name, tensor)?;
        }
        map.end()
    }
}
