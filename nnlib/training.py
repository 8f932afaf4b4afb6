"""Minibatch gradient descent: `fit` trains a net and returns the history of its
metrics."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import cycle
from typing import NamedTuple

import numpy as np

from nnlib.functions import Array, Loss
from nnlib.layers import Linear
from nnlib.net import Net, unstack
from nnlib.tape import Tape

# The test set passes a net so many rows at a time: what is between two layers then
# stays in the processor's cache.
ROWS = 448


class Samples(NamedTuple):
    """Inputs x (N, features) and labels y (N, 1); or (R, N, features) and (R, N, 1),
    for each net of a stack its own."""

    x: Array
    y: Array


@dataclass(frozen=True, eq=False)
class History:
    """Metrics (epochs,), or (epochs, R) of a stack; those of training are of the
    minibatches, each taken before its step."""

    train_loss: Array
    train_accuracy: Array
    test_loss: Array
    test_accuracy: Array

    def of(self, r: int) -> "History":
        """The history of net r of a stack."""
        return History(*(values[:, r] for values in vars(self).values()))

    @property
    def diverged_at_epoch(self) -> int | None:
        """The first epoch, counted from 0, whose losses are not finite.

        Raises ValueError for a stack: ask `of(r)`.
        """
        finite = np.isfinite(self.train_loss) & np.isfinite(self.test_loss)
        if finite.ndim != 1:
            raise ValueError(
                "the nets of a stack diverge one by one: ask history.of(r)"
            )
        return None if finite.all() else int(np.argmin(finite))


def whole_minibatches(samples: Samples, minibatch_size: int) -> Samples:
    """The samples without the last ones that fill no minibatch.

    Raises ValueError where no minibatch is full, or where labels and inputs do not fit.
    """
    x, y = samples
    if y.shape != (*x.shape[:-1], 1):
        raise ValueError(f"y has shape {y.shape}, which does not fit x {x.shape}")
    if minibatch_size < 1:
        raise ValueError(f"a minibatch of {minibatch_size} samples")
    if minibatch_size > (n := x.shape[-2]):
        raise ValueError(
            f"a minibatch of {minibatch_size} is larger than the {n} samples"
        )
    n = n // minibatch_size * minibatch_size
    return Samples(x[..., :n, :], y[..., :n, :])


def fit(
    net: Net,
    train: Samples,
    test: Samples,
    *,
    loss: Loss,
    epochs: int,
    learning_rate: float | Array,
    minibatch_size: int,
    after_epoch: Callable[[Net], None] = lambda net: None,
) -> History:
    """Train `net` in place for some epochs of minibatches, taken in order.

    The gradient is summed over a minibatch. An incomplete last minibatch is left out,
    of the test set too, so that a metric is the mean over minibatches. A net that
    diverges is trained on: its history holds the NaN.

    The R nets of a stack train side by side, each bit for bit as it does alone. They
    share samples and learning rate, or each has its own, with axis R in front.
    """
    rate = np.asarray(learning_rate, dtype=float)
    check_axes(net, train.x.shape[:-2], test.x.shape[:-2], rate.shape)
    train = whole_minibatches(train, minibatch_size)
    test = whole_minibatches(test, minibatch_size)
    x, y = (np.ascontiguousarray(in_minibatches(a, minibatch_size)) for a in train)
    history = np.empty((4, epochs, *net.axes))
    with np.errstate(all="ignore"):  # the history records a divergence
        step = recorded_step(net, x[0], y[0], loss, rate[..., None, None])
        nets, outputs = unstack(net), net.forward(x[0])[0].shape[-1]
        output = np.empty((*net.axes, train.y.shape[-2], outputs))
        test_output = np.empty((*net.axes, test.y.shape[-2], outputs))
        minibatches = list(
            zip(x, y, in_minibatches(output, minibatch_size), strict=True)
        )
        for epoch in range(epochs):
            for minibatch in minibatches:
                step(*minibatch)
            evaluate(nets, test.x, test_output)
            history[:2, epoch] = loss_and_accuracy(train.y, output, loss)
            history[2:, epoch] = loss_and_accuracy(test.y, test_output, loss)
            after_epoch(net)
    return History(*history)


def check_axes(net: Net, *given: tuple[int, ...]) -> None:
    """Raise ValueError where samples or learning rates are not for these nets."""
    for axes in given:
        if axes not in ((), net.axes):
            raise ValueError(
                f"samples or learning rates with axes {axes} in front do not fit nets "
                f"with {net.axes}"
            )


def in_minibatches(a: Array, minibatch_size: int) -> Array:
    """The rows of a (..., N, I), taken apart: (N / B, ..., B, I)."""
    rows = a.reshape(*a.shape[:-2], -1, minibatch_size, a.shape[-1])
    return np.moveaxis(rows, -3, 0)


def evaluate(nets: Sequence[Net], x: Array, output: Array) -> None:
    """Write what the nets put out for x into `output`, one net after the other."""
    inputs = cycle(x.reshape(-1, *x.shape[-2:]))  # one for all nets, or one for each
    outputs = output.reshape(-1, *output.shape[-2:])
    for net, rows, out in zip(nets, inputs, outputs, strict=False):
        for i in range(0, len(rows), ROWS):
            out[i : i + ROWS], _ = net.forward(rows[i : i + ROWS])


def loss_and_accuracy(y: Array, output: Array, loss: Loss) -> tuple[Array, Array]:
    """The mean loss of each net, and the share of outputs on their label's side of the
    threshold; an output that is NaN counts as label 0."""
    right = (y > 0.5) == (output > loss.threshold)
    per_net = (*output.shape[:-2], -1)
    return (
        loss.value(y, output).reshape(per_net).mean(axis=-1),
        right.reshape(per_net).mean(axis=-1),
    )


def recorded_step(
    net: Net, x: Array, y: Array, loss: Loss, learning_rate: Array
) -> Callable[..., None]:
    """A function of x, y and an array for the output that takes one step of descent
    with `net`.

    The net's parameters become parts of one vector, for all to move at once. What they
    move by is the gradient of learning rate times loss, in parts of another.
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
    # The twin keeps dW and db as recorded.
    tape, twin = Tape(), Net([copy(layer) for layer in net.layers])
    x, y = tape.array(x), tape.array(y)
    output, trace = twin.forward(x)
    twin.backward(trace, tape.array(learning_rate) * loss.gradient(y, output))
    for (i, name), part in zip(names, parts(gradient, arrays), strict=True):
        tape.place(getattr(twin.layers[i], f"d{name}"), part)
    tape.record(np.subtract, (parameters, gradient), parameters)
    return tape.function(x=x, y=y, output=output)


def parts(vector: Array, like: list[Array]) -> list[Array]:
    """The vector, cut into views of the given arrays' shapes."""
    ends = np.cumsum([a.size for a in like])[:-1]
    return [
        part.reshape(a.shape)
        for part, a in zip(np.split(vector, ends), like, strict=True)
    ]
