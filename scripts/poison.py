"""How a network comes to NaN: the first sample whose loss has no finite gradient."""

from typing import TypedDict

import numpy as np

from nnlib.functions import Array, Loss, sigmoid
from nnlib.layers import Linear
from nnlib.net import Net
from nnlib.training import Samples

Parameters = list[tuple[Array, Array]]


class Cause(TypedDict):
    """A sample whose loss has no finite gradient."""

    minibatch: int
    label: float
    logit: float
    output: float


def parameters(net: Net) -> Parameters:
    """Copies of the weights and biases of its linear layers."""
    return [(layer.W.copy(), layer.b.copy()) for layer in net.layers if isinstance(layer, Linear)]


def put(net: Net, values: Parameters) -> None:
    linear = [layer for layer in net.layers if isinstance(layer, Linear)]
    for layer, (W, b) in zip(linear, values, strict=True):
        layer.W, layer.b = W.copy(), b.copy()


def poison(net: Net, train: Samples, loss: Loss, learning_rate: float, minibatch_size: int) -> Cause | None:
    """Train the net for one more epoch, up to the first sample without a finite gradient; None if there is none.

    The logit is null where it is not finite itself.
    """
    on_logits = loss.threshold == 0
    with np.errstate(all="ignore"):
        for minibatch in range(len(train.x) // minibatch_size):
            x, y = (part[minibatch * minibatch_size : (minibatch + 1) * minibatch_size] for part in train)
            output, trace = net.forward(x)
            dy = loss.gradient(y, output)
            if not np.isfinite(dy).all():
                row, column = np.argwhere(~np.isfinite(dy))[0]
                logit = (output if on_logits else trace[-1][1])[row, column]
                return {"minibatch": minibatch, "label": y[row, 0], "logit": logit, "output": float(sigmoid(logit))}
            net.backward(trace, dy)
            net.step(learning_rate)
    return None
