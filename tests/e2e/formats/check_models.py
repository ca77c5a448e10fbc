"""Reads the models that mod.rs has written, as their users would, and checks that
onnxruntime and safetensors find in them what is expected."""

import json
import math
import sys
import zlib
from pathlib import Path

import numpy as np
import onnxruntime
import safetensors
from safetensors.numpy import load_file

TOLERANCE = 1e-5

ACTIVATIONS = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "gelu": lambda z: z * 0.5 * (1 + np.vectorize(math.erf)(z / math.sqrt(2))),
}


def activations(model):
    """The activation after each hidden layer."""
    names = model["activation"].split(",")
    n_hidden = len(model["layer_sizes"]) - 2
    return names if len(names) > 1 else names * n_hidden


def check_onnx(path, model, points, expected):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    [points_input] = session.get_inputs()
    n_classes = model["layer_sizes"][-1]
    assert (points_input.name, points_input.type) == ("points", "tensor(float)")
    assert points_input.shape == ["N", 2], points_input.shape
    outputs = [(output.name, output.shape) for output in session.get_outputs()]
    assert outputs == [("posteriors", ["N", n_classes]), ("logits", ["N", n_classes])], outputs
    metadata = session.get_modelmeta().custom_metadata_map
    assert metadata["activation"] == model["activation"]
    assert metadata["layer_sizes"] == "-".join(map(str, model["layer_sizes"]))
    posteriors, logits = session.run(None, {"points": points})
    again = np.exp(logits - logits.max(1, keepdims=True))
    again /= again.sum(1, keepdims=True)
    assert np.abs(again - posteriors).max() < TOLERANCE
    [one] = session.run(["posteriors"], {"points": points[:1]})
    assert np.abs(one - posteriors[:1]).max() < TOLERANCE
    return np.abs(posteriors - expected).max()


def check_safetensors(path, model, points, expected):
    sizes = model["layer_sizes"]
    tensors = load_file(path)
    shapes = {}
    for layer, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
        shapes[f"{2 * layer}.weight"] = (n_out, n_in)
        shapes[f"{2 * layer}.bias"] = (n_out,)
    assert {name: tensor.shape for name, tensor in tensors.items()} == shapes
    assert all(tensor.dtype == np.float32 for tensor in tensors.values())
    with safetensors.safe_open(path, framework="numpy") as file:
        assert file.metadata() == {
            "activation": model["activation"],
            "format": "pt",
            "layer_sizes": "-".join(map(str, sizes)),
        }
    crc = 0
    values = points.astype(np.float64)
    for layer in range(len(sizes) - 1):
        weight, bias = tensors[f"{2 * layer}.weight"], tensors[f"{2 * layer}.bias"]
        crc = zlib.crc32(weight.T.astype("<f4").tobytes() + bias.astype("<f4").tobytes(), crc)
        values = values @ weight.T + bias
        if layer + 2 < len(sizes):
            values = ACTIVATIONS[activations(model)[layer]](values)
    assert crc == model["checksum"], f"{crc:08x}"
    posteriors = np.exp(values - values.max(1, keepdims=True))
    posteriors /= posteriors.sum(1, keepdims=True)
    return tensors, np.abs(posteriors - expected).max()


def check_json(path, model, tensors):
    file = json.loads(path.read_text())
    if file["version"] == 1:
        assert file["activation"] == model["activation"]
    else:
        hidden = file["layers"][:-1]
        assert [layer["activation"] for layer in hidden] == activations(model)
    for layer, values in enumerate(file["layers"]):
        assert np.array_equal(np.float32(values["weights"]), tensors[f"{2 * layer}.weight"])
        assert np.array_equal(np.float32(values["biases"]), tensors[f"{2 * layer}.bias"])
    assert len(file["layers"]) == len(model["layer_sizes"]) - 1


def main(directory):
    models = json.loads((directory / "expected.json").read_text())
    assert len(models) == 17, len(models)
    for model in models:
        points = np.float32([entry["point"] for entry in model["expected"]])
        expected = np.float32([entry["posteriors"] for entry in model["expected"]])
        assert np.ptp(expected, axis=0).max() > 0.1, "the posteriors are too flat to tell anything"
        path = str(directory / model["name"])
        by_onnx = check_onnx(path + ".onnx", model, points, expected)
        tensors, by_numpy = check_safetensors(path + ".safetensors", model, points, expected)
        check_json(directory / f"{model['name']}.json", model, tensors)
        print(
            f"{model['name']:<14} posteriors differ by {by_onnx:.1e} (onnxruntime), "
            f"{by_numpy:.1e} (numpy from safetensors)"
        )
        assert max(by_onnx, by_numpy) < TOLERANCE


main(Path(sys.argv[1]))
