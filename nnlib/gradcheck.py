"""Finite differences, and gradients checked against them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nnlib.functions import Array


def forward_difference(f: Callable[[Array], Array], x: Array, eps: float) -> Array:
    """(f(x + eps) - f(x)) / eps for an f that acts element by element: its error falls
    as eps, then rises as 1 / eps."""
    return (f(x + eps) - f(x)) / eps


def central_difference(f: Callable[[Array], Array], x: Array, eps: float) -> Array:
    """(f(x + eps/2) - f(x - eps/2)) / eps for an f that acts element by element: its
    error falls as eps^2."""
    return (f(x + eps / 2) - f(x - eps / 2)) / eps


def numerical_gradient(f: Callable[[Array], float], x: Array, eps: float) -> Array:
    """df/dx by central differences, entry by entry, for a scalar f of an array x; the
    shape of x."""
    x = x.astype(float)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = eps / 2
        gradient[index] = (f(x + nudge) - f(x - nudge)) / eps
    return gradient


class GradientCheck(NamedTuple):
    """The largest relative error |symbolic - numerical| / max(1, |numerical|), and the
    entry that has it."""

    error: float
    entry: tuple[int, ...]


def check_gradient(
    f: Callable[[Array], float], gradient: Array, x: Array, eps: float = 1e-5
) -> GradientCheck:
    """Compare `gradient`, claimed to be df/dx at x, with central differences.

    Raises ValueError, naming both shapes, where the gradient has not the shape of x.
    """
    if gradient.shape != x.shape:
        raise ValueError(
            f"the gradient has shape {gradient.shape}, x has shape {x.shape}"
        )
    numerical = numerical_gradient(f, x, eps)
    error = np.abs(gradient - numerical) / np.maximum(1, np.abs(numerical))
    entry = np.unravel_index(np.argmax(error), error.shape)
    return GradientCheck(float(error[entry]), tuple(int(i) for i in entry))
