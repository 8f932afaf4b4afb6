"""What is measured of a network beside its losses: the units that died, and how long it stood still."""

from itertools import pairwise
from typing import Any

import numpy as np

from nnlib.functions import Array
from nnlib.layers import Linear, ReLU
from nnlib.net import Net

PLATEAU = 0.01  # as near to ln 2 as this the training loss stands still


def hidden_units(net: Net) -> int:
    """How many ReLU units a network has."""
    linear = (layer for layer, after in pairwise(net.layers) if isinstance(after, ReLU))
    return sum(layer.W.shape[-1] for layer in linear if isinstance(layer, Linear))


def dead_units(net: Net, x: Array) -> Any:
    """How many of them put out 0 for all samples x (N, I); of each network of a stack (R,), for x (R, N, I)."""
    with np.errstate(all="ignore"):
        output, trace = net.forward(x)
    outputs = [*(x for _, x in trace[1:]), output]
    relu = (y for (layer, _), y in zip(trace, outputs, strict=True) if isinstance(layer, ReLU))
    return sum(((y == 0).all(axis=-2).sum(axis=-1) for y in relu), np.zeros(net.axes, int))


def plateau_epochs(train_loss: Array) -> Any:
    """For how many epochs the training loss (epochs,) is that of always answering 1/2; of each of a stack, (epochs,
    R)."""
    off = ~(np.abs(train_loss - np.log(2)) < PLATEAU)
    return np.where(off.any(axis=0), off.argmax(axis=0), len(off))
