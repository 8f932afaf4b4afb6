"""The scalar functions of a network, each beside its gradient.

All act element by element and follow NumPy's broadcasting.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@np.errstate(over="ignore")  # where exp(-x) is inf, 1 / inf is 0, as it should be
def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), in [0, 1]."""
    return 1 / (1 + np.exp(-x))


def sigmoid_grad(x: Array) -> Array:
    """sigmoid(x) (1 - sigmoid(x)), in [0, 1/4]: 1 - sigmoid(x) is sigmoid(-x), which is
    not rounded to 0 where sigmoid(x) is rounded to 1, from x = 37 on."""
    return sigmoid(x) * sigmoid(-x)


def relu(x: Array) -> Array:
    """max(0, x)."""
    return np.maximum(0, x)


def relu_grad(x: Array) -> Array:
    """1 where x > 0, else 0: at 0, where there is no derivative, 0 is the choice."""
    return (x > 0).astype(float)


def bce_loss(y: Array, y_hat: Array) -> Array:
    """Binary cross-entropy -(y log(y_hat) + (1 - y) log(1 - y_hat)) of labels y in {0,
    1}, probabilities y_hat.

    As on paper: where y_hat is exactly the label it is 0 log 0, which is NaN.
    """
    return -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))


def bce_loss_grad(y: Array, y_hat: Array) -> Array:
    """dL/dy_hat = (y_hat - y) / (y_hat (1 - y_hat)): as on paper 0 / 0, which is NaN,
    where y_hat is the label."""
    return (y_hat - y) / (y_hat * (1 - y_hat))


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
