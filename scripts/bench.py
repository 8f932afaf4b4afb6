"""Measure the speed of training and of the build: `make bench`.

Training is the work of the run `two_layer`, with its settings as constants below. A time includes the set-up, training
with its loss and accuracy, and the loss and accuracy of the test set after each epoch. The assignment's loop evaluates
by minibatch, the others in one pass; scikit-learn takes no training accuracy and is spared it.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # read when NumPy is imported

import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from nnlib.digits import label, split, standardize  # noqa: E402
from nnlib.functions import LOSSES, bce_loss  # noqa: E402
from nnlib.net import build  # noqa: E402
from nnlib.training import Samples, fit  # noqa: E402

LAYERS = ["Linear 64x32", "ReLU", "Linear 32x1", "Sigmoid"]
EPOCHS, STEP_SIZE, MINIBATCH, ROUNDS = 20, 0.01, 15, 15


def nnlib(train: Samples, test: Samples) -> None:
    net = build(LAYERS, np.random.default_rng(0))
    fit(net, train, test, loss=LOSSES["bce"], epochs=EPOCHS, learning_rate=STEP_SIZE, minibatch_size=MINIBATCH)


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
        self.db = np.ones(len(dy)) @ dy
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
    """Print the milliseconds an epoch: the median of interleaved rounds, and how many times that of nnlib it is."""
    digits = load_digits()
    x, y = standardize(digits.data), label(digits.target)
    train, test = (Samples(x[part], y[part]) for part in split(0.5, np.random.default_rng(12345)))
    works = {"nnlib's fit": nnlib, "the assignment's loop": textbook, "scikit-learn's MLPClassifier": scikit_learn}
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = time.perf_counter()
            work(train, test)
            times[name].append((time.perf_counter() - start) / EPOCHS * 1e3)
    print(f"two_layer, {EPOCHS} epochs; the median of {ROUNDS} interleaved rounds\n{'':30}ms an epoch   against fit")
    fit_takes = median(times["nnlib's fit"])
    for name, of_rounds in times.items():
        print(f"{name:30}{median(of_rounds):11.2f}{median(of_rounds) / fit_takes:14.2f}")


def building() -> None:
    """Print the seconds of a build from nothing, and of the one after a run's learning rate changed."""
    with tempfile.TemporaryDirectory() as folder:
        files = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for file in files.splitlines():
            (Path(folder) / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, Path(folder) / file)
        first = snakemake(folder)
        config = Path(folder) / "config" / "config.yaml"
        old = config.read_text(encoding="utf-8")
        new = re.sub(r"(\n  two_layer_fast:\n(?:    .*\n)*?    learning_rate: )[^\s#]+", r"\g<1>0.0123", old)
        if new == old:
            raise SystemExit(f"no learning_rate of networks.two_layer_fast in {config.name}")
        config.write_text(new, encoding="utf-8")
        again = snakemake(folder)
    print(f"\n{'':30}{'seconds':>11}{'against the first':>20}\n{'build from nothing':30}{first:11.1f}")
    print(f"{'one learning rate changed':30}{again:11.1f}{again / first:20.2f}")


def snakemake(folder: str) -> float:
    start = time.perf_counter()
    run = subprocess.run([sys.executable, "-m", "snakemake"], cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"the build failed:\n{run.stdout}{run.stderr}")
    return time.perf_counter() - start


if __name__ == "__main__":
    with warnings.catch_warnings(action="ignore"):  # scikit-learn would train on until it converges
        training()
    building()
