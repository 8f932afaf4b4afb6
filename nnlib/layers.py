"""Layers: what a network is made of.

A layer has `forward(x)`, which gives y; `backward(x, dy)`, which takes dL/dy, keeps the
gradients of the layer's parameters and gives dL/dx; and `step(step_size)`, which moves
the parameters against them. x is a minibatch (N, I) of row vectors. A gradient is
summed over the minibatch, as the chain rule gives it. Where shapes do not fit, a layer
raises ValueError, which names them.
"""

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.random import Generator

from nnlib.functions import Array, relu, relu_grad, sigmoid, sigmoid_grad
from nnlib.shapes import checked

# Initial weights are uniform in [-a, a]; this is a, by the numbers of inputs and
# outputs. Glorot's is equation 16 of Glorot and Bengio (2010).
SCHEMES: dict[str, Callable[[int, int], float]] = {
    "assignment": lambda n_in, n_out: math.sqrt(6 / (n_in * n_out)),
    "glorot": lambda n_in, n_out: math.sqrt(6 / (n_in + n_out)),
    "zeros": lambda n_in, n_out: 0,
}


class Layer(Protocol):
    """What `Net` asks of a layer."""

    def forward(self, x: Array) -> Array: ...
    def backward(self, x: Array, dy: Array) -> Array: ...
    def step(self, step_size: float) -> None: ...


class Linear:
    """y = x W + b; x (N, I), W (I, O), b (O,), y (N, O)."""

    def __init__(
        self, n_in: int, n_out: int, rng: Generator, scheme: str = "assignment"
    ) -> None:
        if scheme not in SCHEMES:
            raise ValueError(
                f"unknown scheme {scheme!r}; known are {', '.join(SCHEMES)}"
            )
        a = SCHEMES[scheme](n_in, n_out)
        self.W = rng.uniform(-a, a, size=(n_in, n_out))
        self.b = np.zeros(n_out)

    @checked
    def forward(self, x: Array) -> Array:
        return x @ self.W + self.b

    @checked
    def backward(self, x: Array, dy: Array) -> Array:
        self.dW = x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.W.T

    def step(self, step_size: float) -> None:
        self.W -= step_size * self.dW
        self.b -= step_size * self.db

    def __str__(self) -> str:
        return "Linear {}x{}".format(*self.W.shape)


class Sigmoid:
    """y = 1 / (1 + exp(-x))."""

    def forward(self, x: Array) -> Array:
        return sigmoid(x)

    @checked
    def backward(self, x: Array, dy: Array) -> Array:
        return sigmoid_grad(x) * dy

    def step(self, step_size: float) -> None:
        """There is nothing to move."""

    def __str__(self) -> str:
        return "Sigmoid"


class ReLU:
    """y = max(0, x)."""

    def forward(self, x: Array) -> Array:
        return relu(x)

    @checked
    def backward(self, x: Array, dy: Array) -> Array:
        return relu_grad(x) * dy

    def step(self, step_size: float) -> None:
        """There is nothing to move."""

    def __str__(self) -> str:
        return "ReLU"
