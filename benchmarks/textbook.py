"""The assignment's loop: layer by layer, each formula as on paper, loss and accuracy by minibatch."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.tasks import Task, parameters
from nnlib.functions import Array
from nnlib.training import Samples


class Linear:
    def __init__(self, W: Array, b: Array) -> None:
        self.W, self.b = W, b

    def forward(self, x: Any) -> Any:
        return x @ self.W + self.b

    def backward(self, x: Any, dy: Any) -> Any:
        self.dW = x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.W.T

    def step(self, step_size: float) -> None:
        self.W = self.W - step_size * self.dW
        self.b = self.b - step_size * self.db


class Function:
    def __init__(self, function: Callable[[Any], Any], gradient: Callable[[Any], Any]) -> None:
        self.function, self.gradient = function, gradient

    def forward(self, x: Any) -> Any:
        return self.function(x)

    def backward(self, x: Any, dy: Any) -> Any:
        return self.gradient(x) * dy

    def step(self, step_size: float) -> None:
        pass


def relu() -> Function:
    return Function(lambda x: np.maximum(0, x), lambda x: (x > 0) * 1)


def sigmoid() -> Function:
    return Function(lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2)


# The loss and its gradient by the output, which is a probability or a logit; and above which output the label is 1.
LOSSES: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any], float]] = {
    "bce": (lambda y, p: -(y * np.log(p) + (1 - y) * np.log(1 - p)), lambda y, p: (p - y) / (p - p**2), 0.5),
    "bce_with_logits": (
        lambda y, z: np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))),
        lambda y, z: 1 / (1 + np.exp(-z)) - y,
        0.0,
    ),
}


def prepare(task: Task) -> Callable[[], Array]:
    """The work of training the networks, one after the other."""
    return lambda: np.array([trained(task, r) for r in range(len(task.nets))])


@np.errstate(all="ignore")
def trained(task: Task, r: int) -> tuple[float, float]:
    """Train one network: its loss and accuracy of the test set after the last epoch."""
    W1, b1, W2, b2 = parameters(task.nets[r])
    net: list[Any] = [Linear(W1, b1), relu(), Linear(W2, b2), *([sigmoid()] if task.loss == "bce" else [])]
    metrics = np.float64("nan"), np.float64("nan")
    for _ in range(task.epochs):
        epoch(net, task, task.train[r], task.rates[r])
        metrics = epoch(net, task, task.test[r], None)
    return float(metrics[0]), float(metrics[1])


def epoch(net: list[Any], task: Task, samples: Samples, step_size: float | None) -> tuple[Any, Any]:
    """The mean loss and accuracy of an epoch; each minibatch is a step, where a step has a size."""
    value, gradient, threshold = LOSSES[task.loss]
    loss, accuracy = np.float64(0), np.float64(0)
    steps = len(samples.x) // task.minibatch_size
    for i in range(0, steps * task.minibatch_size, task.minibatch_size):
        p, y = samples.x[i : i + task.minibatch_size], samples.y[i : i + task.minibatch_size]
        trace = []
        for layer in net:
            trace.append((layer, p))
            p = layer.forward(p)
        loss += np.mean(value(y, p)) / steps
        accuracy += np.mean((y > 0.5) == (p > threshold)) / steps
        if step_size is not None:
            dy = gradient(y, p)
            for layer, x in reversed(trace):
                dy = layer.backward(x, dy)
            for layer in net:
                layer.step(step_size)
    return loss, accuracy
