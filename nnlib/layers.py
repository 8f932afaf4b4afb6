"""Layers: what a network is made of.

A layer has `forward(x)`, which gives y; `backward(x, dy)`, which takes dL/dy, keeps the
gradients of the layer's parameters and gives dL/dx; and `step(step_size)`, which moves
the parameters against them. x is a minibatch (N, I) of row vectors. A gradient is
summed over the minibatch, as the chain rule gives it.
"""

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.random import Generator

from nnlib.functions import Array, relu, relu_grad, sigmoid, sigmoid_grad


def symmetric(a: float) -> tuple[float, float]:
    return -a, a


# The bounds of the uniform distribution of a layer's first weights. Glorot's are
# equation 16 of Glorot and Bengio (2010); equal bounds make equal weights.
SCHEMES: dict[str, Callable[[int, int], tuple[float, float]]] = {
    "assignment": lambda n_in, n_out: symmetric(math.sqrt(6 / (n_in * n_out))),
    "glorot": lambda n_in, n_out: symmetric(math.sqrt(6 / (n_in + n_out))),
    "zeros": lambda n_in, n_out: (0.0, 0.0),
    "constant": lambda n_in, n_out: (0.1, 0.1),
}


def descend(parameter: Array, gradient: Array, step_size: Array | float) -> None:
    """Gradient descent: move the parameter, in place, against its gradient."""
    parameter -= step_size * gradient


class Layer(Protocol):
    """What `Net` asks of a layer."""

    def forward(self, x: Array) -> Array: ...
    def backward(self, x: Array, dy: Array) -> Array: ...
    def step(self, step_size: float) -> None: ...


class Linear:
    """y = x W + b; x (N, I), W (I, O), b (O,), y (N, O).

    Raises ValueError, naming both shapes, where x or dy does not fit W; or for an
    unknown scheme.
    """

    def __init__(
        self, n_in: int, n_out: int, rng: Generator, scheme: str = "assignment"
    ) -> None:
        if scheme not in SCHEMES:
            raise ValueError(
                f"unknown scheme {scheme!r}; known are {', '.join(SCHEMES)}"
            )
        low, high = SCHEMES[scheme](n_in, n_out)
        self.W = rng.uniform(low, high, size=(n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, x: Array) -> Array:
        self.check(x)
        return x @ self.W + self.b[..., None, :]

    def backward(self, x: Array, dy: Array) -> Array:
        self.check(x)
        if dy.shape[-2:] != (x.shape[-2], self.W.shape[-1]):
            raise ValueError(f"dy {dy.shape} does not fit x {x.shape} W {self.W.shape}")
        self.dW = x.mT @ dy
        self.db = np.ones(dy.shape[-2]) @ dy
        return dy @ self.W.mT

    def check(self, x: Array) -> None:
        if len(x.shape) < 2 or x.shape[-1] != self.W.shape[-2]:
            raise ValueError(f"x {x.shape} does not fit W {self.W.shape}")

    def step(self, step_size: float) -> None:
        descend(self.W, self.dW, step_size)
        descend(self.b, self.db, step_size)

    def __str__(self) -> str:
        return "Linear {}x{}".format(*self.W.shape[-2:])


def check_same(x: Array, dy: Array) -> None:
    """Raise ValueError, naming both shapes, where dy has not the shape of x."""
    if dy.shape != x.shape:
        raise ValueError(f"dy {dy.shape} does not fit x {x.shape}")


class Sigmoid:
    """y = 1 / (1 + exp(-x))."""

    def forward(self, x: Array) -> Array:
        return sigmoid(x)

    def backward(self, x: Array, dy: Array) -> Array:
        check_same(x, dy)
        return sigmoid_grad(x) * dy

    def step(self, step_size: float) -> None:
        """There is nothing to move."""

    def __str__(self) -> str:
        return "Sigmoid"


class ReLU:
    """y = max(0, x)."""

    def forward(self, x: Array) -> Array:
        return relu(x)

    def backward(self, x: Array, dy: Array) -> Array:
        check_same(x, dy)
        return relu_grad(x) * dy

    def step(self, step_size: float) -> None:
        """There is nothing to move."""

    def __str__(self) -> str:
        return "ReLU"
