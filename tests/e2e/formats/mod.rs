//! What other programs make of the files: Python's onnxruntime and safetensors, whose versions
//! `cargo xtask test --only formats` pins and installs.

use nnvisu_core::files::{checksum, json, onnx, safetensors};
use nnvisu_core::{Activation, Architecture, Dropout, Feature, LayerSpec, Mlp};
use std::path::Path;
use std::process::Command;

/// Hidden layers of 0, 1, 2 and 10.
const SHAPES: [&str; 4] = ["", "12", "10-5", "20-19-18-17-16-16-17-18-19-20"];

/// Fresh parameters made larger, so that a signal gets through ten layers and there are
/// probabilities of all sizes. (Trained ones would be others on each processor, and a few so steep
/// that single precision itself is not good to 1e-5.)
fn network(architecture: Architecture) -> Mlp {
    const GAIN: f32 = 3.0;
    let architecture = architecture.with_outputs(4).unwrap();
    let fresh = Mlp::new(architecture.clone(), 1);
    let parameters: Vec<f32> = fresh.parameters().iter().map(|p| GAIN * p).collect();
    Mlp::from_parameters(architecture, &parameters).unwrap()
}

/// Every activation with every shape, and one network with a different one in each layer.
fn architectures() -> Vec<(String, Architecture)> {
    let mut all = Vec::new();
    for activation in Activation::ALL {
        for (shape, layers) in SHAPES.iter().enumerate() {
            let layers = layers.parse().unwrap();
            let architecture = Architecture::uniform(&layers, activation, Dropout::default());
            all.push((format!("{activation}-{shape}"), architecture));
        }
    }
    let layer = |activation| LayerSpec {
        units: 9,
        activation,
        dropout: Dropout::default(),
    };
    let layers = Activation::ALL.map(layer).to_vec();
    let mixed = Architecture::new(Feature::ALL.to_vec(), layers, 4).unwrap();
    all.push(("mixed".to_owned(), mixed));
    all
}

/// Points all over the square, and what the reference says there.
fn posteriors(mlp: &Mlp) -> serde_json::Value {
    let side = |i: u8| f32::from(i) / 10.0 - 1.0;
    let points = (0..=20).flat_map(|i| (0..=20).map(move |j| (side(i), side(j))));
    let pairs = points.map(|(x, y)| {
        let posteriors: Vec<f32> = mlp.posteriors(x, y).iter().copied().collect();
        serde_json::json!({ "point": [x, y], "posteriors": posteriors })
    });
    pairs.collect()
}

fn write(directory: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    std::fs::write(directory.join(name), bytes).unwrap();
}

#[test]
fn give_the_same_posteriors() {
    let python = std::env::var_os("NNVISU_PYTHON")
        .expect("run this by cargo xtask test --only formats, which sets NNVISU_PYTHON");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("models");
    std::fs::create_dir_all(&directory).unwrap();
    let mut models = Vec::new();
    for (name, architecture) in architectures() {
        let mlp = network(architecture);
        write(&directory, &format!("{name}.onnx"), onnx::write(&mlp));
        let tensors = safetensors::write(&mlp);
        write(&directory, &format!("{name}.safetensors"), tensors);
        write(&directory, &format!("{name}.json"), json::write(&mlp));
        models.push(serde_json::json!({
            "name": name,
            "activation": mlp.architecture().activation_names(),
            "layer_sizes": mlp.layer_sizes(),
            "checksum": checksum(&mlp),
            "expected": posteriors(&mlp),
        }));
    }
    let models = serde_json::to_vec(&models).unwrap();
    write(&directory, "expected.json", models);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/formats/check_models.py");
    let status = Command::new(python).arg(script).arg(&directory).status();
    assert!(status.expect("Python starts").success());
}
