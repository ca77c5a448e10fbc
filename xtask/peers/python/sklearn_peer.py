"""The maps in scikit-learn: MLPClassifier.predict_proba with the same weights.

Its training loop cannot start from given weights and moments, so it takes no part in T1–T4.
"""

import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

import peer


def classifier(work):
    layers = peer.layers(work)
    n_classes = work["layer_sizes"][-1]
    model = MLPClassifier(
        hidden_layer_sizes=work["layer_sizes"][1:-1], activation=work["activation"], max_iter=1
    )
    labels = np.arange(n_classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has not converged; it is not meant to
        model.fit(np.zeros((n_classes, 2), np.float32), labels)
    if n_classes == 2:
        # Two classes have one logit there: the difference of ours.
        weights, biases = layers[-1]
        layers[-1] = (weights[:, 1:] - weights[:, :1], biases[1:] - biases[:1])
    model.coefs_ = [np.ascontiguousarray(weights) for weights, _ in layers]
    model.intercepts_ = [biases for _, biases in layers]
    return model


def measure_for(work):
    if work["task"]["kind"] != "map":
        return None
    model = classifier(work)
    samples = peer.grid(work["task"])

    def measure(at_least):
        per_unit, posteriors = peer.repeat(
            at_least, 1, lambda: None, lambda _: model.predict_proba(samples)
        )
        assert posteriors.dtype == np.float32
        return per_unit, peer.samples(posteriors)

    measure(0.1)
    return measure


peer.serve(sklearn.__version__, measure_for)
