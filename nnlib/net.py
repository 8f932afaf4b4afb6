"""A network is a list of layers: forward through them, backward in reverse."""

import re
from collections.abc import Sequence

import numpy as np

from nnlib.functions import Array
from nnlib.layers import Layer, Linear, ReLU, Sigmoid
from nnlib.shapes import check_chain

Trace = list[tuple[Layer, Array]]


class Net:
    """Layers in a row."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        check_chain(layers)
        self.layers = list(layers)

    def forward(self, x: Array) -> tuple[Array, Trace]:
        """The output, and each layer with its input, which is what `backward` needs."""
        trace: Trace = []
        for layer in self.layers:
            trace.append((layer, x))
            x = layer.forward(x)
        return x, trace

    def backward(self, trace: Trace, dy: Array) -> Array:
        """dL/dx of the network's input, given dL/dy of its output; each layer keeps its
        own gradients."""
        for layer, x in reversed(trace):
            dy = layer.backward(x, dy)
        return dy

    def step(self, step_size: float) -> None:
        for layer in self.layers:
            layer.step(step_size)

    def __str__(self) -> str:
        return "\n".join(map(str, self.layers))


def build(
    layers: Sequence[str], rng: np.random.Generator, scheme: str = "assignment"
) -> Net:
    """The net whose layers print as the given ones: `Linear 64x32`, `ReLU`, `Sigmoid`.

    Weights are drawn layer by layer from `rng`. Raises ValueError for an unknown layer
    or layers that do not chain.
    """

    def layer(name: str) -> Layer:
        if name == "ReLU":
            return ReLU()
        if name == "Sigmoid":
            return Sigmoid()
        if match := re.fullmatch(r"Linear ([1-9][0-9]*)x([1-9][0-9]*)", name):
            return Linear(int(match[1]), int(match[2]), rng, scheme)
        raise ValueError(f"unknown layer {name!r}; known are Linear IxO, ReLU, Sigmoid")

    return Net([layer(name) for name in layers])
