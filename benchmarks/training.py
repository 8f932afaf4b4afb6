"""Measure the speed of training and of the build: `make bench`.

After the table of `benchmarks/end_to_end.py` it prints what training itself takes once all is imported and compiled,
for the network of the run `two_layer`. A time includes the set-up, training with its loss and accuracy, and the loss
and accuracy of the test set after each epoch. The assignment's loop evaluates by minibatch, the others in one pass;
scikit-learn takes no training accuracy and is spared it. The networks of a stack differ in their initial weights and in
the split and order of their samples. The products alone are those of matrices that the work has, which no way of
writing it in NumPy is faster than.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # read when NumPy is imported
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"  # and JAX

import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import build as builds
from benchmarks import end_to_end, frameworks, growth, tasks, textbook
from benchmarks.cell import Row
from benchmarks.cell import tasks as tasks_of
from benchmarks.tasks import STACK, Task, Work, parameters
from nnlib.functions import Array
from reporting.pipeline.settings import read
from scripts.experiments.digits import main as write_digits

ROUNDS = 15
# What prepares each row, for how many networks, and what must be installed.
WORKS: dict[str, tuple[Callable[[Task], Work], int, str]] = {
    "the assignment's loop": (textbook.prepare, 1, "nnlib"),
    "nnlib's fit": (tasks.prepare, 1, "nnlib"),
    "nnlib's fit, a stack": (tasks.prepare, STACK, "nnlib"),
    "scikit-learn's MLPClassifier": (frameworks.scikit_learn, 1, "scikit-learn"),
    "PyTorch, eager": (frameworks.pytorch, 1, "PyTorch"),
    "PyTorch, a stack": (frameworks.pytorch_stack, STACK, "PyTorch"),
    "JAX, compiled": (frameworks.xla, 1, "JAX"),
    "JAX, a stack": (frameworks.xla, STACK, "JAX"),
}


def main() -> None:
    settings = read("config/config.yaml")
    with tempfile.TemporaryDirectory() as folder:
        digits, facts = (str(Path(folder, name)) for name in ("digits.npz", "digits.json"))
        write_digits(digits, facts, settings["digits"]["train_fraction"], settings["seed"])
        end_to_end.end_to_end(settings, digits)
        training(settings, digits)
    builds.building()
    growth.growing()


def training(settings: Mapping[str, Any], digits: str) -> None:
    """Print the milliseconds an epoch a network, the median of interleaved rounds, and how fast that is."""
    row = Row("two_layer", [settings["networks"]["two_layer"]], STACK)
    (stack,) = tasks_of(row, digits, settings["seed"], settings["digits"]["train_fraction"])
    works: dict[str, tuple[Work, int]] = {}
    for name, (prepare, count, needed) in WORKS.items():
        if end_to_end.installed(needed):
            works[name] = prepare(stack.part(0, count)), count
    for name, count in (("the products alone", 1), ("the products alone, a stack", STACK)):
        works[name] = products(stack.part(0, count)), count
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(ROUNDS + 1):
        for name, (work, count) in works.items():
            start = time.perf_counter()
            work()
            if turn > 0:  # the first compiles
                times[name].append((time.perf_counter() - start) / stack.epochs / count * 1e3)
    print(
        f"\nAfter compilation: {row.what}, {stack.epochs} epochs; the median of {ROUNDS} interleaved rounds; ", end=""
    )
    print(f"a stack is {STACK} networks")
    print(f"{'':30}{'ms an epoch a network':>22}{'times as fast as the loop':>27}")
    loop = median(times["the assignment's loop"])
    for name in [*WORKS, *(name for name in works if name not in WORKS)]:
        if name in works:
            print(f"{name:30}{median(times[name]):22.2f}{loop / median(times[name]):27.2f}")
        else:
            print(f"{name:30}{'not installed':>22}")


def products(task: Task) -> Work:
    """The products of training and evaluation, with whatever numbers, each into an array that is there."""
    W1, _, W2, _ = (np.stack(a) for a in zip(*map(parameters, task.nets), strict=True))
    x, _, x_test, _ = frameworks.arrays(task)
    if len(task.nets) == 1:
        W1, W2, x, x_test = W1[0], W2[0], x[0], x_test[0]
    minibatch = x[..., 0, :, :].copy()
    hidden = minibatch @ W1
    output = hidden @ W2
    pairs = [(minibatch, W1), (hidden, W2), (hidden.mT, output), (output, W2.mT), (minibatch.mT, hidden)]
    of_step = [(a, b, a @ b) for a, b in pairs]
    hidden_test = x_test @ W1
    of_epoch = [(x_test, W1, hidden_test), (hidden_test, W2, hidden_test @ W2)]
    steps = x.shape[-3]

    def work() -> Array:
        for _ in range(task.epochs):
            for _ in range(steps):
                for a, b, out in of_step:
                    np.matmul(a, b, out=out)
            for a, b, out in of_epoch:
                np.matmul(a, b, out=out)
        return np.asarray(output)

    return work


if __name__ == "__main__":
    main()
