"""The contours of f, under the figures of section 1.1."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from nnlib.descent import f
from scripts.plotting import INK


def contours(axes: Axes, minima: list[dict[str, Any]], extent: float = 5) -> Any:
    """The contour lines of f over [-extent, extent]^2, closer together where f is low, with its minima."""
    side = np.linspace(-extent, extent, 81)
    x, y = np.meshgrid(side, side)
    z = f(x, y)
    levels = z.min() + (z.max() - z.min()) * np.linspace(0.0, 1, 18) ** 2
    lines = axes.contour(x, y, z, levels=levels, cmap="viridis", linewidths=0.6)
    lowest = min(minimum["f"] for minimum in minima)
    for minimum in minima:
        marker = "*" if minimum["f"] == lowest else "o"
        axes.plot(minimum["x"], minimum["y"], marker, color=INK, markersize=8 if marker == "*" else 4, zorder=4)
    axes.set(xlabel="$x$", ylabel="$y$", aspect="equal")
    axes.grid(False)
    return lines
