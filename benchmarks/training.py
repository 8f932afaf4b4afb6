"""Measure the speed of training and of the build: `make bench`.

Training is the work of the run `two_layer`, with its settings as constants below. A time includes the set-up, training
with its loss and accuracy, and the loss and accuracy of the test set after each epoch. The assignment's loop evaluates
by minibatch, the others in one pass; scikit-learn takes no training accuracy and is spared it. The networks of a stack
differ in their initial weights and in the split and order of their samples. What is compiled is, before.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # read when NumPy is imported
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"  # and JAX

import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from benchmarks import build as builds
from benchmarks import frameworks
from nnlib.digits import label, split, standardize
from nnlib.functions import LOSSES, bce_loss
from nnlib.net import Net, build
from nnlib.stack import fit_stack
from nnlib.training import Samples, fit

LAYERS = ["Linear 64x32", "ReLU", "Linear 32x1", "Sigmoid"]
EPOCHS, STEP_SIZE, MINIBATCH, STACK, ROUNDS = 20, 0.01, 15, 32, 15


def build_nets(n: int) -> list[Net]:
    return [build(LAYERS, np.random.default_rng(seed)) for seed in range(n)]


def scikit_learn(train: Samples, test: Samples) -> None:
    """Its gradient is a mean over the minibatch, not a sum, which the step makes up for."""
    n = len(train.x) // MINIBATCH * MINIBATCH
    model = MLPClassifier((32,), solver="sgd", momentum=0, alpha=0, shuffle=False, batch_size=MINIBATCH)
    model.set_params(learning_rate_init=STEP_SIZE * MINIBATCH, max_iter=EPOCHS, n_iter_no_change=EPOCHS, random_state=0)
    model.fit(train.x[:n], train.y[:n, 0])
    for _ in range(EPOCHS):  # at the end, which takes as long as after each epoch
        p = model.predict_proba(test.x)[:, 1:]
        bce_loss(test.y, p).mean()
        ((test.y > 0.5) == (p > 0.5)).mean()


class TextbookLinear:
    def __init__(self, n_in: int, n_out: int, rng: np.random.Generator) -> None:
        a = np.sqrt(6 / (n_in * n_out))
        self.W, self.b = rng.uniform(-a, a, size=(n_in, n_out)), np.zeros(n_out)

    def forward(self, x: Any) -> Any:
        return x @ self.W + self.b

    def backward(self, x: Any, dy: Any) -> Any:
        self.dW = x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.W.T

    def step(self, step_size: float) -> None:
        self.W = self.W - step_size * self.dW
        self.b = self.b - step_size * self.db


class TextbookFunction:
    def __init__(self, function: Callable[[Any], Any], gradient: Callable[[Any], Any]) -> None:
        self.function, self.gradient = function, gradient

    def forward(self, x: Any) -> Any:
        return self.function(x)

    def backward(self, x: Any, dy: Any) -> Any:
        return self.gradient(x) * dy

    def step(self, step_size: float) -> None:
        pass


def textbook(train: Samples, test: Samples) -> None:
    """The assignment's loop: layer by layer, each formula as on paper, loss and accuracy by minibatch."""
    rng = np.random.default_rng(0)
    relu = TextbookFunction(lambda x: np.maximum(0, x), lambda x: (x > 0) * 1)
    sigmoid = TextbookFunction(lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2)
    net: list[Any] = [TextbookLinear(64, 32, rng), relu, TextbookLinear(32, 1, rng), sigmoid]
    for _ in range(EPOCHS):
        for samples in (train, test):
            loss, accuracy = np.float64(0), np.float64(0)
            steps = len(samples.x) // MINIBATCH
            for i in range(0, steps * MINIBATCH, MINIBATCH):
                p, y = samples.x[i : i + MINIBATCH], samples.y[i : i + MINIBATCH]
                trace = []
                for layer in net:
                    trace.append((layer, p))
                    p = layer.forward(p)
                loss += np.mean(-(y * np.log(p) + (1 - y) * np.log(1 - p))) / steps
                accuracy += np.mean((y > 0.5) == (p > 0.5)) / steps
                if samples is train:
                    dy = (p - y) / (p - p**2)
                    for layer, x in reversed(trace):
                        dy = layer.backward(x, dy)
                    for layer in net:
                        layer.step(STEP_SIZE)


def training() -> None:
    """Print the milliseconds an epoch a network, the median of interleaved rounds, and how fast that is."""
    digits = load_digits()
    x, y = standardize(digits.data), label(digits.target)
    splits = [split(0.5, np.random.default_rng(12345 + seed)) for seed in range(STACK)]
    sets = [(Samples(x[train], y[train]), Samples(x[test], y[test])) for train, test in splits]
    train, test = (list(part) for part in zip(*sets, strict=True))
    rule: dict[str, Any] = {"epochs": EPOCHS, "learning_rate": STEP_SIZE, "minibatch_size": MINIBATCH}
    works: dict[str, Callable[[], object] | None] = {
        "the assignment's loop": lambda: textbook(*sets[0]),
        "nnlib's fit": lambda: fit(build_nets(1)[0], *sets[0], loss=LOSSES["bce"], **rule),
        "nnlib's fit, a stack": lambda: fit_stack(build_nets(STACK), train, test, loss=LOSSES["bce"], **rule),
        "scikit-learn's MLPClassifier": lambda: scikit_learn(*sets[0]),
        **frameworks.works(build_nets(STACK), sets, rule),
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(ROUNDS + 1):
        for name, work in works.items():
            if work:
                start = time.perf_counter()
                work()
                if turn > 0:  # the first compiles
                    networks = STACK if name.endswith("a stack") else 1
                    times[name].append((time.perf_counter() - start) / EPOCHS / networks * 1e3)
    print(f"two_layer, {EPOCHS} epochs; the median of {ROUNDS} interleaved rounds; a stack is {STACK} networks")
    print(f"{'':30}{'ms an epoch a network':>22}{'times as fast as the loop':>27}")
    loop = median(times["the assignment's loop"])
    for name, of_rounds in times.items():
        if of_rounds:
            took = median(of_rounds)
            print(f"{name:30}{took:22.2f}{loop / took:27.2f}")
        else:
            print(f"{name:30}{'not installed':>22}")


if __name__ == "__main__":
    with warnings.catch_warnings(action="ignore"):  # scikit-learn would train on until it converges
        training()
    builds.building()
