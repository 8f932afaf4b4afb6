"""The checks of shapes: of what a layer is given, and of layers in a row.

Each raises ValueError, which names the shapes.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from itertools import pairwise
from typing import Any, TypeVar, cast

from nnlib.functions import Array

Method = TypeVar("Method", bound=Callable[..., Array])


def checked(method: Method) -> Method:
    """A layer's forward or backward that first checks the shapes of what it is
    given."""

    @wraps(method)
    def checking(layer: Any, x: Array, *dy: Array) -> Array:
        check_shapes(layer, x, *dy)
        return method(layer, x, *dy)

    return cast(Method, checking)


def check_shapes(layer: Any, x: Array, *dy: Array) -> None:
    """x (N, I) must fit the layer's W (I, O), and dy must have the shape of y (N, O);
    without W, y has that of x."""
    W = getattr(layer, "W", None)
    if W is not None and (x.ndim != 2 or x.shape[1] != W.shape[0]):
        raise ValueError(f"x {x.shape} does not fit W {W.shape}")
    y = x.shape if W is None else (x.shape[0], W.shape[1])
    for gradient in dy:
        if gradient.shape != y:
            fits = f"x {x.shape}" if W is None else f"x {x.shape} W {W.shape}"
            raise ValueError(f"dy {gradient.shape} does not fit {fits}")


def check_chain(layers: Sequence[Any]) -> None:
    """A linear layer must take as many features as the one before it gives."""
    linear = [layer for layer in layers if hasattr(layer, "W")]
    for before, after in pairwise(linear):
        given, taken = before.W.shape[1], after.W.shape[0]
        if given != taken:
            raise ValueError(f"{before} gives {given} features, {after} takes {taken}")
