"""Minibatch gradient descent: `fit` trains a net and returns the history of its metrics."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from nnlib.functions import Array, Loss
from nnlib.net import Net


class Samples(NamedTuple):
    """Inputs x (N, features) and labels y (N, 1)."""

    x: Array
    y: Array


@dataclass
class History:
    """One value an epoch; training metrics are those of the minibatches, each taken before its step."""

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)

    @property
    def diverged_at_epoch(self) -> int | None:
        """The first epoch, counted from 0, whose losses are not finite."""
        finite = np.isfinite(self.train_loss) & np.isfinite(self.test_loss)
        return None if finite.all() else int(np.argmin(finite))


def whole_minibatches(samples: Samples, minibatch_size: int) -> Samples:
    """The samples without the last ones that fill no minibatch; raises ValueError where none is full."""
    n = len(samples.x) // minibatch_size * minibatch_size
    if n == 0:
        raise ValueError(f"a minibatch of {minibatch_size} is larger than the {len(samples.x)} samples")
    return Samples(samples.x[:n], samples.y[:n])


def fit(
    net: Net,
    train: Samples,
    test: Samples,
    *,
    loss: Loss,
    epochs: int,
    learning_rate: float,
    minibatch_size: int,
    after_epoch: Callable[[Net], None] = lambda net: None,
) -> History:
    """Train `net` in place for some epochs of minibatches, taken in order.

    The gradient is summed over a minibatch. An incomplete last minibatch is left out, of the test set too, so
    that a metric is the mean over minibatches. A net that diverges is trained on: its history holds the NaN.
    """
    train, test = whole_minibatches(train, minibatch_size), whole_minibatches(test, minibatch_size)
    steps = len(train.x) // minibatch_size
    minibatches = list(zip(np.split(train.x, steps), np.split(train.y, steps), strict=True))
    history = History()
    with np.errstate(all="ignore"):  # the history records a divergence
        for _ in range(epochs):
            outputs = []
            for x, y in minibatches:
                output, trace = net.forward(x)
                net.backward(trace, loss.gradient(y, output))
                net.step(learning_rate)
                outputs.append(output)
            output = np.concatenate(outputs)
            history.train_loss.append(float(loss.value(train.y, output).mean()))
            history.train_accuracy.append(accuracy(train.y, output, loss))
            output, _ = net.forward(test.x)
            history.test_loss.append(float(loss.value(test.y, output).mean()))
            history.test_accuracy.append(accuracy(test.y, output, loss))
            after_epoch(net)
    return history


def accuracy(y: Array, output: Array, loss: Loss) -> float:
    """The share of outputs on their label's side of the threshold; an output that is NaN counts as label 0."""
    return float(((y > 0.5) == (output > loss.threshold)).mean())
