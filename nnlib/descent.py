"""Gradient descent on a function of two variables, with a step size that may decay."""

from typing import NamedTuple

import numpy as np

from nnlib.functions import Array

# A descent whose step is too large leaves every bound: inf and NaN are its result, not
# a fault.
unbounded = np.errstate(over="ignore", invalid="ignore")


@unbounded
def f(x: Array | float, y: Array | float) -> Array:
    """x^2 + y^2 + x (y + 2) + cos(3 x): the assignment's test function, with several
    local minima."""
    return x * x + y * y + x * (y + 2) + np.cos(3 * x)


@unbounded
def f_grad(x: Array | float, y: Array | float) -> tuple[Array | float, Array | float]:
    """df/dx and df/dy."""
    return 2 * x - 3 * np.sin(3 * x) + y + 2, x + 2 * y


@unbounded
def f_hessian(x: float, y: float) -> Array:
    """The second derivatives (2, 2). Descent is stable at a minimum for steps below 2 /
    the largest eigenvalue."""
    return np.array([[2 - 9 * np.cos(3 * x), 1], [1, 2]])


class Path(NamedTuple):
    """The points of a descent and the function's values there, each (steps + 1,
    ...)."""

    x: Array
    y: Array
    f: Array


@unbounded
def gradient_descent(
    x: Array | float,
    y: Array | float,
    step_size: Array | float,
    steps: int,
    decay: Array | float = 1.0,
) -> Path:
    """Descend from (x, y); step t, counted from 0, has size step_size * decay^t.

    Arrays descend side by side, broadcast to one shape.
    """
    x, y, step_size, decay = (
        a.astype(float) for a in np.broadcast_arrays(x, y, step_size, decay)
    )
    xs, ys = [x], [y]
    for t in range(steps):
        dx, dy = f_grad(x, y)
        x = x - step_size * decay**t * dx
        y = y - step_size * decay**t * dy
        xs.append(x)
        ys.append(y)
    return Path(np.array(xs), np.array(ys), f(np.array(xs), np.array(ys)))
