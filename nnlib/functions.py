"""The scalar functions of a network, each beside its gradient.

All act element by element and follow NumPy's broadcasting. No finite input overflows:
exp(-x) is capped, where the sigmoid is below the smallest normal number, and for its
square once more, where the gradient is below 1e-152.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), in [0, 1]."""
    return 1 / (1 + np.exp(np.minimum(-x, 709.0)))


def sigmoid_grad(x: Array) -> Array:
    """exp(-x) / (1 + exp(-x))^2, which is sigmoid(x) (1 - sigmoid(x)), in [0, 1/4]."""
    e: Array = np.minimum(np.exp(np.minimum(-x, 709.0)), 1e152)
    return e / np.square(1 + e)


def relu(x: Array) -> Array:
    """max(0, x)."""
    return np.maximum(x, 0)


def relu_grad(x: Array) -> Array:
    """1 where x > 0, else 0, as the sign of relu(x) is: at 0, where there is no
    derivative, 0 is the choice."""
    return np.sign(relu(x))


def bce_loss(y: Array, y_hat: Array) -> Array:
    """Binary cross-entropy -(y log(y_hat) + (1 - y) log(1 - y_hat)) of labels y in {0,
    1}, probabilities y_hat.

    As on paper: where y_hat is exactly the label it is 0 log 0, which is NaN.
    """
    return -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))


def bce_loss_grad(y: Array, y_hat: Array) -> Array:
    """dL/dy_hat = (y_hat - y) / (y_hat - y_hat^2): as on paper 0 / 0, which is NaN,
    where y_hat is the label."""
    return (y_hat - y) / (y_hat - np.square(y_hat))


def bce_with_logits(y: Array, z: Array) -> Array:
    """The same loss of the logit z, where y_hat = sigmoid(z): log(1 + exp(z)) - y z,
    finite for every finite z."""
    return np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))


def bce_with_logits_grad(y: Array, z: Array) -> Array:
    """dL/dz = sigmoid(z) - y."""
    return sigmoid(z) - y


class Loss(NamedTuple):
    """A loss of labels and outputs, its gradient by the output, and the output above
    which label 1 is predicted."""

    value: Callable[[Array, Array], Array]
    gradient: Callable[[Array, Array], Array]
    threshold: float


LOSSES = {
    "bce": Loss(bce_loss, bce_loss_grad, threshold=0.5),
    "bce_with_logits": Loss(bce_with_logits, bce_with_logits_grad, threshold=0.0),
}
