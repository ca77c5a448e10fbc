//! Networks as ONNX, safetensors and JSON. What other programs make of them is checked by
//! tests/e2e/formats, with the packages that their users have.

use crate::support::{architecture, hidden, mixed_architecture};
use ::safetensors::{Dtype, SafeTensors};
use nnvisu_core::files::json::InvalidModel;
use nnvisu_core::files::{MAX_BYTES, checksum, json, onnx, safetensors};
use nnvisu_core::{Activation, HiddenLayers, Mlp};
use proptest::prelude::*;

fn any_network() -> impl Strategy<Value = Mlp> {
    let layers = proptest::collection::vec(1..20usize, 0..=10);
    let activation = proptest::sample::select(&Activation::ALL[..]);
    let activations = proptest::collection::vec(activation, 10);
    (layers, 2..=8usize, activations, any::<u64>()).prop_map(
        |(layers, n_classes, activations, seed)| {
            let layers = HiddenLayers::new(layers).unwrap();
            let architecture = mixed_architecture(&layers, &activations);
            Mlp::new(architecture.with_outputs(n_classes).unwrap(), seed)
        },
    )
}

fn small() -> Mlp {
    let parameters = [0.5, -1.5, -0.25, 0.75, 0.125, -0.125];
    Mlp::from_parameters(architecture(&hidden(""), Activation::Tanh), &parameters).unwrap()
}

/// Computed by Python's `zlib.crc32`.
#[test]
fn a_checksum_is_the_one_of_other_programs() {
    assert_eq!(format!("{:08x}", checksum(&small())), "e19e0cc4");
}

#[test]
fn json_is_for_people() {
    let text = r#"{
  "format": "nnvisu-model",
  "version": 1,
  "activation": "tanh",
  "layers": [
    {
      "weights": [
        [0.5,-0.25],
        [-1.5,0.75]
      ],
      "biases": [0.125,-0.125]
    }
  ]
}
"#;
    assert_eq!(json::write(&small()), text);
    assert_eq!(json::read(text.as_bytes()).unwrap(), small());
}

#[test]
fn json_has_an_activation_per_layer_where_they_differ() {
    let activations = [Activation::Relu, Activation::Tanh];
    let mixed = mixed_architecture(&hidden("1-1"), &activations);
    let mlp =
        Mlp::from_parameters(mixed, &[0.5, -0.25, 1.0, 2.0, 0.0, 1.0, -1.0, 0.5, 0.5]).unwrap();
    let text = r#"{
  "format": "nnvisu-model",
  "version": 2,
  "layers": [
    {
      "activation": "relu",
      "weights": [
        [0.5,-0.25]
      ],
      "biases": [1.0]
    },
    {
      "activation": "tanh",
      "weights": [
        [2.0]
      ],
      "biases": [0.0]
    },
    {
      "weights": [
        [1.0],
        [-1.0]
      ],
      "biases": [0.5,0.5]
    }
  ]
}
"#;
    assert_eq!(json::write(&mlp), text);
    assert_eq!(json::read(text.as_bytes()).unwrap(), mlp);
    let without = text.replace("      \"activation\": \"tanh\",\n", "");
    let error = json::read(without.as_bytes()).unwrap_err().to_string();
    assert!(
        error.contains("a hidden layer has no activation"),
        "{error}"
    );
}

#[test]
fn what_is_no_network_is_refused() {
    let text = json::write(&small());
    for (old, new, says) in [
        ("nnvisu-model", "nnvisu-session", "is not an nnvisu model"),
        (
            "\"format\"",
            "\"shape\"",
            "is damaged or incomplete: missing field `format`",
        ),
        ("\"version\": 1", "\"version\": 3", "has format version 3"),
        ("tanh", "sigmoid", "Activation must be tanh"),
        ("\"biases\"", "\"bias\"", "unknown field `bias`"),
        (
            "[0.5,-0.25]",
            "[0.5]",
            "Layer 1 has 2 units and needs as many biases and lists of 2",
        ),
        ("[0.125,-0.125]", "[0.125]", "Layer 1 has 2 units"),
        ("[0.125,-0.125]", "[0.125,null]", "is damaged or incomplete"),
        ("[0.125,-0.125]", "[0.125,1e39]", "must be finite"),
        ("[0.5,-0.25],", "", "needs as many biases"),
        ("\n}\n", "\n", "is damaged or incomplete: EOF"),
    ] {
        assert!(text.contains(old), "{old}");
        let error = json::read(text.replace(old, new).as_bytes()).unwrap_err();
        assert!(error.to_string().contains(says), "{new}: {error}");
    }
    let one_class = r#"{"format":"nnvisu-model","version":1,"activation":"tanh","layers":[{"weights":[[1,1]],"biases":[0]}]}"#;
    let error = json::read(one_class.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "A network has 2 to 8 output units, not 1"
    );
    let no_layers = r#"{"format":"nnvisu-model","version":1,"activation":"tanh","layers":[]}"#;
    assert!(json::read(no_layers.as_bytes()).is_err());
    let too_large = vec![b' '; MAX_BYTES + 1];
    assert_eq!(json::read(&too_large), Err(InvalidModel::TooLarge));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn json_reads_back(mlp in any_network()) {
        let again = json::read(json::write(&mlp).as_bytes()).unwrap();
        prop_assert_eq!(checksum(&again), checksum(&mlp));
        prop_assert_eq!(again, mlp);
    }

    #[test]
    fn cut_json_is_refused(mlp in any_network(), at: proptest::sample::Index) {
        let text = json::write(&mlp);
        let end = at.index(text.len() - 1);
        prop_assert!(json::read(&text.as_bytes()[..end]).is_err());
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        prop_assert!(json::read(&bytes).is_err());
    }

    #[test]
    fn safetensors_read_back_with_the_authors_crate(mlp in any_network()) {
        let file = safetensors::write(&mlp);
        prop_assert_eq!(&file, &safetensors::write(&mlp));
        let tensors = SafeTensors::deserialize(&file).unwrap();
        prop_assert_eq!(tensors.len(), 2 * mlp.n_layers());
        for layer in 0..mlp.n_layers() {
            let weights = mlp.weights(layer);
            let weight = tensors.tensor(&format!("{}.weight", 2 * layer)).unwrap();
            prop_assert_eq!(weight.dtype(), Dtype::F32);
            prop_assert_eq!(weight.shape(), [weights.nrows(), weights.ncols()]);
            prop_assert_eq!(floats(weight.data()), weights.transpose().as_slice().to_vec());
            let bias = tensors.tensor(&format!("{}.bias", 2 * layer)).unwrap();
            prop_assert_eq!(bias.shape(), [weights.nrows()]);
            prop_assert_eq!(floats(bias.data()), mlp.biases(layer).as_slice().to_vec());
        }
        let (_, header) = SafeTensors::read_metadata(&file).unwrap();
        let metadata = header.metadata().as_ref().unwrap();
        prop_assert_eq!(&metadata["activation"], &mlp.architecture().activation_names());
        let sizes: Vec<String> = mlp.layer_sizes().iter().map(usize::to_string).collect();
        prop_assert_eq!(&metadata["layer_sizes"], &sizes.join("-"));
    }

    #[test]
    fn the_same_network_is_the_same_onnx(mlp in any_network()) {
        prop_assert_eq!(onnx::write(&mlp), onnx::write(&mlp));
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let (chunks, rest) = bytes.as_chunks::<4>();
    assert!(rest.is_empty());
    chunks
        .iter()
        .map(|&chunk| f32::from_le_bytes(chunk))
        .collect()
}
