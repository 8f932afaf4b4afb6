"""Minibatch gradient descent: `fit` trains a net and returns the history of its
metrics."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from nnlib.functions import Array, Loss
from nnlib.layers import Linear, descend
from nnlib.net import Net
from nnlib.tape import Tape


class Samples(NamedTuple):
    """Inputs x (N, features) and labels y (N, 1)."""

    x: Array
    y: Array


@dataclass
class History:
    """One value an epoch; training metrics are those of the minibatches, each taken
    before its step."""

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
    """The samples without the last ones that fill no minibatch.

    Raises ValueError where no minibatch is full, or where labels and inputs do not fit.
    """
    if samples.y.shape != (len(samples.x), 1):
        raise ValueError(
            f"y has shape {samples.y.shape}, which does not fit x {samples.x.shape}"
        )
    if minibatch_size < 1:
        raise ValueError(f"a minibatch of {minibatch_size} samples")
    if minibatch_size > (n := len(samples.x)):
        raise ValueError(
            f"a minibatch of {minibatch_size} is larger than the {n} samples"
        )
    n = len(samples.x) // minibatch_size * minibatch_size
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

    The gradient is summed over a minibatch. An incomplete last minibatch is left out,
    of the test set too, so that a metric is the mean over minibatches. A net that
    diverges is trained on: its history holds the NaN.
    """
    train = whole_minibatches(train, minibatch_size)
    test = whole_minibatches(test, minibatch_size)
    minibatches = Samples(*(a.reshape(-1, minibatch_size, a.shape[-1]) for a in train))
    history = History()
    with np.errstate(all="ignore"):  # the history records a divergence
        step = recorded_step(
            net, minibatches.x[0], minibatches.y[0], loss, learning_rate
        )
        outputs = np.empty(
            (len(minibatches.x), *net.forward(minibatches.x[0])[0].shape)
        )
        arguments = list(zip(*minibatches, outputs, strict=True))
        for _ in range(epochs):
            for x, y, output in arguments:
                step(x, y, output)
            output = outputs.reshape(len(train.y), -1)
            history.train_loss.append(float(loss.value(train.y, output).mean()))
            history.train_accuracy.append(accuracy(train.y, output, loss))
            output, _ = net.forward(test.x)
            history.test_loss.append(float(loss.value(test.y, output).mean()))
            history.test_accuracy.append(accuracy(test.y, output, loss))
            after_epoch(net)
    return history


def accuracy(y: Array, output: Array, loss: Loss) -> float:
    """The share of outputs on their label's side of the threshold; an output that is
    NaN counts as label 0."""
    return float(((y > 0.5) == (output > loss.threshold)).mean())


def recorded_step(
    net: Net, x: Array, y: Array, loss: Loss, learning_rate: float
) -> Callable[..., None]:
    """A function of x, y and an array for the output that takes one step of descent
    with `net`.

    The net's parameters become parts of one vector, and their gradients of another, for
    all to move at once.
    """
    names = [
        (i, name)
        for i, layer in enumerate(net.layers)
        if isinstance(layer, Linear)
        for name in ("W", "b")
    ]
    arrays = [getattr(net.layers[i], name) for i, name in names]
    parameters = np.concatenate([a.ravel() for a in arrays])
    gradient = np.empty_like(parameters)
    for (i, name), part in zip(names, parts(parameters, arrays), strict=True):
        setattr(net.layers[i], name, part)
    tape, twin = (
        Tape(),
        Net([copy(layer) for layer in net.layers]),
    )  # the twin keeps dW and db as recorded
    x, y = tape.array(x), tape.array(y)
    output, trace = twin.forward(x)
    twin.backward(trace, loss.gradient(y, output))
    for (i, name), part in zip(names, parts(gradient, arrays), strict=True):
        tape.place(getattr(twin.layers[i], f"d{name}"), part)
    descend(parameters, gradient, tape.array(learning_rate))
    return tape.function(x=x, y=y, output=output)


def parts(vector: Array, like: list[Array]) -> list[Array]:
    """The vector, cut into views of the given arrays' shapes."""
    ends = np.cumsum([a.size for a in like])[:-1]
    return [
        part.reshape(a.shape)
        for part, a in zip(np.split(vector, ends), like, strict=True)
    ]
