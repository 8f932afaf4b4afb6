"""The contours of f, under the figures of section 1.1."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm

from nnlib.descent import f
from reporting.drawing.plotting import INK, MUTE, label_ends, number

if TYPE_CHECKING:
    from scripts.experiments.landscape import Landscape

LEVELS = 18
HIGHEST_LEVEL = 90.0  # of the contours, above the global minimum
DEPTHS = LinearSegmentedColormap.from_list("depths", ["#a9c3e0", "#dfe9f4", "#f8fafc"])


def contours(axes: Axes, facts: "Landscape", x: tuple[float, float] = (-5, 5), y: tuple[float, float] = (-5, 5)) -> Any:
    """The contour lines of f, closer together where f is low, with those through its saddles, and its minima."""
    grid = np.meshgrid(np.linspace(*x, 121), np.linspace(*y, 121))
    lowest = facts["global"]["f"]
    evenly = lowest + HIGHEST_LEVEL * np.linspace(0, 1, LEVELS) ** 2
    levels = sorted({*evenly, *(saddle["f"] for saddle in facts["saddles"])})
    axes.contour(*grid, f(*grid), levels=levels, colors="#8a99a8", linewidths=0.45, linestyles="solid")
    for minimum in facts["minima"]:
        marker, size = ("*", 8) if minimum["f"] == lowest else ("o", 3.5)
        axes.plot(minimum["x"], minimum["y"], marker, color=INK, markersize=size, zorder=4)
    axes.set(xlabel="$x$", ylabel="$y$", aspect="equal", xlim=x, ylim=y)
    axes.grid(False)
    return levels


def depths(axes: Axes, facts: "Landscape", x: tuple[float, float] = (-5, 5), y: tuple[float, float] = (-5, 5)) -> Any:
    """The contour lines with the ground between them, darker where f is lower."""
    levels = contours(axes, facts, x, y)
    grid = np.meshgrid(np.linspace(*x, 121), np.linspace(*y, 121))
    scale = PowerNorm(0.5, levels[0], levels[-1])
    return axes.contourf(*grid, f(*grid), levels=levels, cmap=DEPTHS, norm=scale, zorder=0)


def minimum_names(facts: "Landscape") -> list[str]:
    """What the minima are called, in order."""
    return ["global minimum", *["local minimum"] * (len(facts["minima"]) - 1)]


def label_minima(axes: Axes, facts: "Landscape") -> None:
    """Lines at the minima's values of f, where the axes are of f, with their names."""
    for minimum in facts["minima"]:
        axes.axhline(minimum["f"], color=MUTE, linewidth=0.7, linestyle="--", zorder=1)
    named = zip(minimum_names(facts), facts["minima"], strict=True)
    label_ends(axes, [(minimum["f"], f"{name} {number(minimum['f'], 2)}", MUTE) for name, minimum in named])
