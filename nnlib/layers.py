"""Layers: what a network is made of.

A layer has `forward(x)`, which gives y; `backward(x, dy)`, which takes dL/dy, keeps the gradients of the
layer's parameters and gives dL/dx; and `step(step_size)`, which moves the parameters against them. x is a
minibatch (N, I) of row vectors. A gradient is summed over the minibatch, as the chain rule gives it.
"""

from typing import Protocol

import numpy as np

from nnlib.functions import Array, relu, relu_grad, sigmoid, sigmoid_grad

# Half the width a of the uniform distribution U(-a, a) from which a layer's first weights are drawn.
SCHEMES = {
    "assignment": lambda n_in, n_out: np.sqrt(6 / (n_in * n_out)),
    "glorot": lambda n_in, n_out: np.sqrt(6 / (n_in + n_out)),  # Glorot and Bengio (2010), equation 16
    "zeros": lambda n_in, n_out: 0.0,
}


class Layer(Protocol):
    """What `Net` asks of a layer."""

    def forward(self, x: Array) -> Array: ...
    def backward(self, x: Array, dy: Array) -> Array: ...
    def step(self, step_size: float) -> None: ...


class Linear:
    """y = x W + b; x (N, I), W (I, O), b (O,), y (N, O).

    Raises ValueError, naming both shapes, where x or dy does not fit W; or for an unknown scheme.
    """

    def __init__(self, n_in: int, n_out: int, rng: np.random.Generator, scheme: str = "assignment") -> None:
        if scheme not in SCHEMES:
            raise ValueError(f"unknown scheme {scheme!r}; known are {', '.join(SCHEMES)}")
        a = SCHEMES[scheme](n_in, n_out)
        self.W = rng.uniform(-a, a, size=(n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, x: Array) -> Array:
        if x.shape[-1] != self.W.shape[-2]:
            raise ValueError(f"x has shape {x.shape}, which does not fit W of shape {self.W.shape}")
        return x @ self.W + self.b

    def backward(self, x: Array, dy: Array) -> Array:
        if dy.shape[-2:] != (x.shape[-2], self.W.shape[-1]):
            raise ValueError(f"dy has shape {dy.shape}, which does not fit x {x.shape} and W {self.W.shape}")
        self.dW = x.swapaxes(-1, -2) @ dy
        self.db = dy.sum(axis=-2)
        return dy @ self.W.swapaxes(-1, -2)

    def step(self, step_size: float) -> None:
        self.W -= step_size * self.dW
        self.b -= step_size * self.db

    def __str__(self) -> str:
        return "Linear {}x{}".format(*self.W.shape[-2:])


class Sigmoid:
    """y = 1 / (1 + exp(-x))."""

    def forward(self, x: Array) -> Array:
        return sigmoid(x)

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

    def backward(self, x: Array, dy: Array) -> Array:
        return relu_grad(x) * dy

    def step(self, step_size: float) -> None:
        """There is nothing to move."""

    def __str__(self) -> str:
        return "ReLU"
