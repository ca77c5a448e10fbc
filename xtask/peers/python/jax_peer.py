"""The workloads in JAX: the whole training loop is one compiled program, and so is a map.

As one writes it: a row per sample, a matrix and a vector per layer. With `--columns`, tuned for
small networks: a column per sample, all parameters in one vector, maps block by block.
"""

import sys

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.flatten_util import ravel_pytree

import peer

COLUMNS = "--columns" in sys.argv
CLASS_AXIS = 0 if COLUMNS else 1
ACTIVATIONS = {"tanh": jnp.tanh, "relu": lambda z: jnp.maximum(z, 0)}
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


def network(work):
    """The first parameters, and the function from parameters and samples to logits."""
    layers = peer.layers(work)
    if COLUMNS:
        layers = [(weights.T, biases[:, None]) for weights, biases in layers]
    layers = jax.tree.map(jnp.array, layers)
    parameters, unflatten = ravel_pytree(layers) if COLUMNS else (layers, lambda layers: layers)
    activation = ACTIVATIONS[work["activation"]]

    def logits(parameters, x):
        layers = unflatten(parameters)
        for index, (weights, biases) in enumerate(layers):
            x = (weights @ x if COLUMNS else x @ weights) + biases
            if index + 1 < len(layers):
                x = activation(x)
        return x

    return parameters, logits


def samples_in_layout(x):
    """Samples × features becomes features × samples where columns are wanted."""
    return jnp.array(x.swapaxes(-1, -2) if COLUMNS else x)


def adam(learning_rate, step, parameters, gradient, moments):
    t = step.astype(jnp.float32) + 1
    first, second = moments
    first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradient)
    second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradient)
    step_size = learning_rate / (1 - BETA1**t)
    correction = 1 / jnp.sqrt(1 - BETA2**t)
    parameters = jax.tree.map(
        lambda p, m, v: p - step_size * m / (jnp.sqrt(v) * correction + EPS),
        parameters,
        first,
        second,
    )
    return parameters, (first, second)


def sgd(learning_rate, _step, parameters, gradient, moments):
    parameters = jax.tree.map(lambda p, g: p - learning_rate * g, parameters, gradient)
    return parameters, moments


def training(work):
    task = work["task"]
    x, labels = peer.points(task)
    one_hot = np.eye(work["layer_sizes"][-1], dtype=np.float32)[labels]
    batches = peer.batches(task)
    if batches is not None:
        # Every batch lies ready in memory: no indirect access in the loop.
        x, one_hot = x[batches], one_hot[batches]
    x, one_hot = samples_in_layout(x), samples_in_layout(one_hot)
    update = {"adam": adam, "sgd": sgd}[task["optimizer"]]
    start, logits = network(work)
    zeros = jax.tree.map(jnp.zeros_like, start)
    moments = (zeros, zeros) if task["optimizer"] == "adam" else ()

    def loss(parameters, x, one_hot):
        log_posteriors = jax.nn.log_softmax(logits(parameters, x), axis=CLASS_AXIS)
        return -jnp.mean(jnp.sum(one_hot * log_posteriors, axis=CLASS_AXIS))

    @jax.jit
    def run(parameters, moments, x, one_hot):
        def body(step, state):
            parameters, moments, _ = state
            data = (x, one_hot) if batches is None else (x[step], one_hot[step])
            value, gradient = jax.value_and_grad(loss)(parameters, *data)
            return *update(task["learning_rate"], step, parameters, gradient, moments), value

        state = (parameters, moments, jnp.float32(0))
        return lax.fori_loop(0, task["n_steps"], body, state)

    run(start, moments, x, one_hot)[2].block_until_ready()

    def measure(at_least):
        per_unit, last_loss = peer.repeat(
            at_least,
            task["n_steps"],
            lambda: None,
            lambda _: run(start, moments, x, one_hot)[2].block_until_ready(),
        )
        return per_unit, [float(last_loss)]

    return measure


def map_of(work):
    parameters, logits = network(work)
    samples = peer.grid(work["task"])
    # Whole rows of the map, some thousand samples; plain JAX does best with all at once.
    block = 1024 // work["task"]["side"] * work["task"]["side"] if COLUMNS else len(samples)
    samples = samples_in_layout(samples.reshape(-1, block, 2))

    @jax.jit
    def posteriors(parameters, samples):
        def of_block(x):
            return jax.nn.softmax(logits(parameters, x), axis=CLASS_AXIS)

        return lax.map(of_block, samples) if COLUMNS else of_block(samples[0])

    posteriors(parameters, samples).block_until_ready()

    def measure(at_least):
        per_unit, result = peer.repeat(
            at_least, 1, lambda: None, lambda _: posteriors(parameters, samples).block_until_ready()
        )
        result = np.array(result)
        if COLUMNS:
            result = np.concatenate(result.swapaxes(1, 2))
        return per_unit, peer.samples(result)

    return measure


def measure_for(work):
    return training(work) if work["task"]["kind"] == "train" else map_of(work)


peer.serve(jax.__version__, measure_for)
