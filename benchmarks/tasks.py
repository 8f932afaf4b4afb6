"""What is trained, and nnlib's way to train it.

Whatever trains a task has a function `prepare`, which takes the task and gives the work, to be done once or more often:
it trains with the loss and accuracy of the training set and, after each epoch, of the test set, and gives those of the
test set after the last one, (R, 2).
"""

from collections.abc import Callable
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from nnlib.functions import LOSSES, Array
from nnlib.layers import Linear
from nnlib.net import Net, build
from nnlib.stack import fit_stack
from nnlib.training import History, Samples, fit

STACK = 32  # so many networks train at once, as in scripts/chunks.py
Work = Callable[[], Array]


class Task(NamedTuple):
    """R networks of two layers with ReLU between, alike but for their weights, samples and learning rates (R,)."""

    layers: list[str]
    scheme: str
    loss: str
    epochs: int
    minibatch_size: int
    nets: list[Net]
    train: list[Samples]
    test: list[Samples]
    rates: list[float]

    def part(self, first: int, last: int) -> "Task":
        """Of these networks some."""
        each = {name: getattr(self, name)[first:last] for name in ("nets", "train", "test", "rates")}
        return self._replace(**each)


def parameters(net: Net) -> list[Array]:
    """W and b of the linear layers, of which there are two, with ReLU between."""
    return [a for layer in net.layers if isinstance(layer, Linear) for a in (layer.W, layer.b)]


def copies(task: Task) -> list[Net]:
    """The networks, to be trained in place."""
    nets = [build(task.layers, np.random.default_rng(), task.scheme) for _ in task.nets]
    for net, own in zip(nets, task.nets, strict=True):
        for a, b in zip(parameters(net), parameters(own), strict=True):
            a[...] = b
    return nets


def prepare(task: Task) -> Work:
    """One network by `fit`, several of one learning rate in stacks, as the report trains them."""
    rule: dict[str, Any] = {"loss": LOSSES[task.loss], "epochs": task.epochs, "minibatch_size": task.minibatch_size}

    def work() -> Array:
        nets = copies(task)
        if len(nets) == 1:
            histories = [fit(nets[0], task.train[0], task.test[0], learning_rate=task.rates[0], **rule)]
        else:
            histories = []
            for rate, group in groupby(range(len(nets)), key=task.rates.__getitem__):
                alike = list(group)
                for first in alike[::STACK]:
                    own = np.s_[first : min(first + STACK, alike[-1] + 1)]
                    histories += fit_stack(nets[own], task.train[own], task.test[own], learning_rate=rate, **rule)
        return np.array(list(map(last, histories)))

    return work


def last(history: History) -> tuple[float, float]:
    return history.test_loss[-1], history.test_accuracy[-1]
