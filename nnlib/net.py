"""A network is a list of layers: forward through them, backward in reverse."""

import re
from collections.abc import Sequence
from copy import copy
from itertools import pairwise

import numpy as np

from nnlib.functions import Array
from nnlib.layers import Layer, Linear, ReLU, Sigmoid

Trace = list[tuple[Layer, Array]]


class Net:
    """Layers in a row.

    Raises ValueError where a linear layer does not take as many features as the one
    before it gives.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)
        linear = [layer for layer in self.layers if isinstance(layer, Linear)]
        for before, after in pairwise(linear):
            if before.W.shape[-1] != after.W.shape[-2]:
                given, taken = before.W.shape[-1], after.W.shape[-2]
                raise ValueError(
                    f"{before} gives {given} features, {after} takes {taken}"
                )

    @property
    def axes(self) -> tuple[int, ...]:
        """(R,) of a stack of R nets, () of a single one: what the shape of W begins
        with."""
        linear = (layer for layer in self.layers if isinstance(layer, Linear))
        return next((layer.W.shape[:-2] for layer in linear), ())

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


def stack(nets: Sequence[Net]) -> Net:
    """R nets as one, which computes what they do side by side: its linear layers hold
    W (R, I, O) and b (R, O).

    Raises ValueError where a net's layers are not those of the first.
    """
    if not nets:
        raise ValueError("no nets to stack")
    for r, net in enumerate(nets):
        if str(net) != str(nets[0]):
            first, other = (", ".join(map(str, a.layers)) for a in (nets[0], net))
            raise ValueError(f"net 0 is {first}; net {r} is {other}")

    def stacked(layers: Sequence[Layer]) -> Layer:
        layer = copy(layers[0])
        if isinstance(layer, Linear):
            alike = [a for a in layers if isinstance(a, Linear)]
            layer.W = np.stack([a.W for a in alike])
            layer.b = np.stack([a.b for a in alike])
        return layer

    return Net(
        [stacked(layers) for layers in zip(*(net.layers for net in nets), strict=True)]
    )


def unstack(net: Net) -> list[Net]:
    """The nets of a stack, whose parameters they share; of a single net, itself."""

    def part(layer: Layer, r: int) -> Layer:
        layer = copy(layer)
        if isinstance(layer, Linear):
            layer.W, layer.b = layer.W[r], layer.b[r]
        return layer

    if not net.axes:
        return [net]
    return [Net([part(layer, r) for layer in net.layers]) for r in range(*net.axes)]
