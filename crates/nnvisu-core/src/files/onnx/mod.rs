//! Networks as ONNX, for programs in any language to evaluate.
//!
//! | name | shape | what |
//! | --- | --- | --- |
//! | input `points` | N × inputs, float | x and y of any number of points |
//! | output `posteriors` | N × classes, float | the probability of each class |
//! | output `logits` | N × classes, float | the same before the softmax |
//! | `0.weight`, `0.bias`, `2.weight`, … | out × in, out | the parameters, named as in [`safetensors`](super::safetensors) |
//!
//! ```python
//! session = onnxruntime.InferenceSession("model.onnx")
//! posteriors, logits = session.run(None, {"points": points.astype(numpy.float32)})
//! ```
//!
//! The operators are those of opset 17 (ONNX 1.12 of 2022 and later): Gemm, Softmax, and Tanh, Relu
//! or `LeakyRelu`; the exact GELU is put together from Erf, since it is an operator of its own only
//! from opset 20 on.

mod messages;

use super::parameter_names;
use crate::{Activation, Mlp};
use messages::{
    Attribute, Dimension, Graph, Model, Node, OperatorSet, StringEntry, Tensor, TensorShape,
    TensorType, Type, ValueInfo,
};
use prost::Message as _;

/// The first of ONNX 1.12.
const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;

const POINTS: &str = "points";
const LOGITS: &str = "logits";
const POSTERIORS: &str = "posteriors";

/// Writes a network as an ONNX model.
#[must_use]
pub fn write(mlp: &Mlp) -> Vec<u8> {
    let mut graph = Graph {
        name: "nnvisu".to_owned(),
        input: vec![matrix(POINTS, mlp.layer_sizes()[0])],
        output: vec![
            matrix(POSTERIORS, mlp.n_classes()),
            matrix(LOGITS, mlp.n_classes()),
        ],
        ..Graph::default()
    };
    let mut values = POINTS.to_owned();
    for layer in 0..mlp.n_layers() {
        values = append_layer(&mut graph, mlp, layer, &values);
    }
    let softmax = Node {
        attribute: vec![Attribute::int("axis", -1)],
        ..Node::new("Softmax", &[LOGITS], POSTERIORS)
    };
    graph.node.push(softmax);
    let metadata = [
        ("activation", mlp.architecture().activation_names()),
        ("layer_sizes", super::layer_sizes(mlp)),
    ];
    let model = Model {
        ir_version: IR_VERSION,
        producer_name: "nnvisu".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph),
        opset_import: vec![OperatorSet {
            domain: String::new(),
            version: OPSET,
        }],
        metadata_props: metadata
            .map(|(key, value)| StringEntry {
                key: key.to_owned(),
                value,
            })
            .to_vec(),
    };
    model.encode_to_vec()
}

/// Appends a layer of the network that takes `input`; gives the name of its output.
fn append_layer(graph: &mut Graph, mlp: &Mlp, layer: usize, input: &str) -> String {
    let (weight, bias) = parameter_names(layer);
    let weights = mlp.weights(layer);
    let dimensions = [weights.nrows(), weights.ncols()];
    graph.initializer.extend([
        Tensor::new(&weight, &dimensions, &super::row_major(mlp, layer)),
        Tensor::new(&bias, &dimensions[..1], mlp.biases(layer).as_slice()),
    ]);
    let hidden = mlp.architecture().layers().get(layer);
    let sums = match hidden {
        Some(_) => format!("sums.{layer}"),
        None => LOGITS.to_owned(),
    };
    graph.node.push(Node {
        attribute: vec![Attribute::int("transB", 1)],
        ..Node::new("Gemm", &[input, &weight, &bias], &sums)
    });
    let Some(hidden) = hidden else { return sums };
    let output = format!("activations.{layer}");
    append_activation(graph, hidden.activation, &sums, &output);
    output
}

fn append_activation(graph: &mut Graph, activation: Activation, input: &str, output: &str) {
    let node = match activation {
        Activation::Tanh => Node::new("Tanh", &[input], output),
        Activation::Relu => Node::new("Relu", &[input], output),
        Activation::LeakyRelu => Node {
            attribute: vec![Attribute::float("alpha", Activation::LEAKY_SLOPE)],
            ..Node::new("LeakyRelu", &[input], output)
        },
        Activation::Gelu => return append_gelu(graph, input, output),
    };
    graph.node.push(node);
}

/// x · (1 + erf(x / √2)) / 2
fn append_gelu(graph: &mut Graph, input: &str, output: &str) {
    let constants = [
        ("half", 0.5),
        ("one", 1.0),
        ("sqrt_half", std::f32::consts::FRAC_1_SQRT_2),
    ];
    if graph.initializer.iter().all(|tensor| tensor.name != "half") {
        let scalars = constants.map(|(name, value)| Tensor::new(name, &[], &[value]));
        graph.initializer.extend(scalars);
    }
    let part = |name: &str| format!("{output}.{name}");
    let [scaled, erf, above, halved] = ["scaled", "erf", "above", "halved"].map(part);
    graph.node.extend([
        Node::new("Mul", &[input, "sqrt_half"], &scaled),
        Node::new("Erf", &[&scaled], &erf),
        Node::new("Add", &[&erf, "one"], &above),
        Node::new("Mul", &[input, "half"], &halved),
        Node::new("Mul", &[&halved, &above], output),
    ]);
}

/// A float matrix of any number of rows.
fn matrix(name: &str, n_columns: usize) -> ValueInfo {
    let rows = Dimension {
        parameter: "N".to_owned(),
        ..Dimension::default()
    };
    let columns = Dimension {
        value: n_columns as u64,
        ..Dimension::default()
    };
    ValueInfo {
        name: name.to_owned(),
        r#type: Some(Type {
            tensor_type: Some(TensorType {
                element_type: messages::FLOAT,
                shape: Some(TensorShape {
                    dimensions: vec![rows, columns],
                }),
            }),
        }),
    }
}
