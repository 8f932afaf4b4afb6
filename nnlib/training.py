"""Minibatch gradient descent: `fit` trains a net and returns the history of its
metrics.

An incomplete last minibatch is left out, of the test set too, so that a metric is the
mean over minibatches. A net that diverges is trained on: its history holds the NaN.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nnlib.functions import Array, Loss
from nnlib.net import Net


class Samples(NamedTuple):
    """Inputs x (N, features) and labels y (N, 1)."""

    x: Array
    y: Array


@dataclass(frozen=True, eq=False)
class History:
    """Metrics (epochs,); those of training are of the minibatches, each taken before
    its step."""

    train_loss: Array
    train_accuracy: Array
    test_loss: Array
    test_accuracy: Array

    @property
    def diverged_at_epoch(self) -> int | None:
        """The first epoch, counted from 0, whose losses are not finite."""
        finite = np.isfinite(self.train_loss) & np.isfinite(self.test_loss)
        return None if finite.all() else int(np.argmin(finite))


def ignore(_: object) -> None:
    """Nothing is done after an epoch, unless `fit` is told what."""


def train_step(net: Net, loss: Loss, step_size: float, x: Array, y: Array) -> Array:
    """One step of descent on a minibatch; gives the output from before the step."""
    output, trace = net.forward(x)
    dy = loss.gradient(y, output)
    net.backward(trace, dy)
    net.step(step_size)
    return output


@np.errstate(all="ignore")  # the history records a divergence
def fit(
    net: Net,
    train: Samples,
    test: Samples,
    *,
    loss: Loss,
    epochs: int,
    learning_rate: float,
    minibatch_size: int,
    after_epoch: Callable[[Net], None] = ignore,
) -> History:
    """Train `net` in place for some epochs of minibatches, taken in order."""
    train, test = (whole_minibatches(part, minibatch_size) for part in (train, test))
    minibatches = in_minibatches(train, minibatch_size)
    history = np.empty((epochs, 4))
    for epoch in range(epochs):
        outputs = [train_step(net, loss, learning_rate, x, y) for x, y in minibatches]
        history[epoch, :2] = loss_and_accuracy(loss, train.y, np.concatenate(outputs))
        history[epoch, 2:] = loss_and_accuracy(loss, test.y, net.forward(test.x)[0])
        after_epoch(net)
    return History(*history.T)


def whole_minibatches(samples: Samples, minibatch_size: int) -> Samples:
    """The samples without the last ones that fill no minibatch.

    Raises ValueError where no minibatch is full, or where labels and inputs do not fit.
    """
    x, y = samples
    if y.shape != (len(x), 1):
        raise ValueError(f"y has shape {y.shape}, which does not fit x {x.shape}")
    if minibatch_size < 1:
        raise ValueError(f"a minibatch of {minibatch_size} samples")
    if minibatch_size > len(x):
        raise ValueError(
            f"a minibatch of {minibatch_size} is larger than the {len(x)} samples"
        )
    n = len(x) // minibatch_size * minibatch_size
    return Samples(np.ascontiguousarray(x[:n]), np.ascontiguousarray(y[:n]))


def in_minibatches(samples: Samples, minibatch_size: int) -> list[Samples]:
    """The samples, in order, so many at a time."""
    starts = range(0, len(samples.x), minibatch_size)
    return [Samples(*(a[i : i + minibatch_size] for a in samples)) for i in starts]


def loss_and_accuracy(loss: Loss, y: Array, output: Array) -> tuple[float, float]:
    """The mean loss, and the share of outputs on their label's side of the threshold;
    an output that is NaN counts as label 0."""
    right = (y > 0.5) == (output > loss.threshold)
    return float(loss.value(y, output).mean()), float(right.mean())
