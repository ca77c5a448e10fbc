"""The workloads in PyTorch, eager, with its fused optimizers."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy

import peer

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}


def network(work):
    modules = []
    for weights, biases in peer.layers(work):
        linear = nn.Linear(*weights.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights.T))
            linear.bias.copy_(torch.from_numpy(biases))
        modules += [linear, ACTIVATIONS[work["activation"]]()]
    return nn.Sequential(*modules[:-1])


def training(work):
    task = work["task"]
    x, labels = map(torch.from_numpy, peer.points(task))
    batches = peer.batches(task)
    if batches is None:
        steps = [(x, labels)] * task["n_steps"]
    else:
        # Every batch lies ready in memory.
        steps = [(x[batch], labels[batch]) for batch in batches]
    optimizers = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}

    def prepare():
        model = network(work)
        optimizer = optimizers[task["optimizer"]]
        return model, optimizer(model.parameters(), lr=task["learning_rate"], fused=True)

    def run(state):
        model, optimizer = state
        for x, labels in steps:
            optimizer.zero_grad()
            loss = cross_entropy(model(x), labels)
            loss.backward()
            optimizer.step()
        return loss

    def measure(at_least):
        per_unit, loss = peer.repeat(at_least, task["n_steps"], prepare, run)
        return per_unit, [loss.item()]

    measure(0.1)
    return measure


def map_of(work):
    model = network(work)
    samples = torch.from_numpy(peer.grid(work["task"]))

    def run(_):
        with torch.inference_mode():
            return torch.softmax(model(samples), dim=1)

    def measure(at_least):
        per_unit, posteriors = peer.repeat(at_least, 1, lambda: None, run)
        return per_unit, peer.samples(posteriors)

    measure(0.1)
    return measure


def measure_for(work):
    return training(work) if work["task"]["kind"] == "train" else map_of(work)


torch.set_num_threads(1)
peer.serve(torch.__version__, measure_for)
