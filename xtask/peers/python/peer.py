"""What the Python peers of `cargo xtask bench` share: the file of workloads and the conversation.

The counterpart of ../protocol/src/lib.rs, which says what the fields mean.
"""

import json
import sys
import time

import numpy as np


def layers(work):
    """The parameters of each layer: weights (in × out) and biases, float32."""
    parameters = np.array(work["parameters"], np.float32)
    sizes, start, result = work["layer_sizes"], 0, []
    for n_in, n_out in zip(sizes, sizes[1:]):
        end = start + n_in * n_out
        # Stored out × in, column-major: the same bytes as in × out, row-major.
        weights = parameters[start:end].reshape(n_in, n_out)
        result.append((weights, parameters[end : end + n_out]))
        start = end + n_out
    return result


def points(task):
    """The points of a training task (n × 2, float32) and their labels (n)."""
    return np.array(task["points"], np.float32), np.array(task["labels"], np.int64)


def batches(task):
    """The indices of each step's points (steps × batch size), or None for all points."""
    return np.array(task["batches"], np.int64) if task["batches"] else None


def grid(task):
    """The samples of a map (side² × 2, float32), rows from y = +1 down."""
    axis = np.linspace(-1, 1, task["side"], dtype=np.float32)
    x, y = np.meshgrid(axis, -axis)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def samples(posteriors):
    """The posteriors (pixels × classes) at 64 places, as nnvisu's engine reports them."""
    n_pixels = posteriors.shape[0]
    rows = [i * (n_pixels - 1) // 63 for i in range(64)]
    return [float(p) for row in rows for p in posteriors[row]]


def repeat(at_least, n_units, prepare, run):
    """Prepares (outside the clock) and runs until the runs have taken `at_least` seconds.

    Returns the time per step or map, of which each run makes `n_units`, and what the last run
    returned.
    """
    elapsed, on_cpu, n_runs = 0.0, 0.0, 0
    while elapsed < at_least:
        state = prepare()
        start, start_on_cpu = time.perf_counter(), time.process_time()
        output = run(state)
        elapsed += time.perf_counter() - start
        on_cpu += time.process_time() - start_on_cpu
        n_runs += 1
    per_unit = {"seconds": elapsed / (n_runs * n_units), "cpu_share": on_cpu / elapsed}
    return per_unit, output


def serve(version, measure_of):
    """Answers requests until the input ends.

    `measure_of` maps a workload to a function from seconds to (time per unit, result), or to None where
    the library has no such thing. It is called once per workload, before the first clock
    runs, so that it can compile.
    """
    # Libraries that print must not disturb the conversation.
    out, sys.stdout = sys.stdout, sys.stderr

    def answer(value):
        print(json.dumps(value), file=out, flush=True)

    with open(sys.argv[-1], encoding="utf-8") as file:
        workloads = json.load(file)
    measures = {work["name"]: measure_of(work) for work in workloads}
    measures = {name: measure for name, measure in measures.items() if measure}
    answer({"version": version, "workloads": list(measures)})
    for line in sys.stdin:
        name, seconds = line.split()
        try:
            per_unit, result = measures[name](float(seconds))
            answer({**per_unit, "result": result})
        except Exception as error:  # whatever it is, the others go on
            answer({"error": f"{type(error).__name__}: {error}"})
