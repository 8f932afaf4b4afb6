"""Draw a descent: its path on the contours of f, and f at each step."""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reporting.drawing.plotting import RED, WIDTH, number, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.contours import depths, label_minima

if TYPE_CHECKING:
    from scripts.experiments.descents import Points
    from scripts.experiments.landscape import Landscape

X, Y = (-3.8, 3.5), (-1.5, 2.6)  # with the minima, and the start
TICKS = [-2, 0, 2, 5, 10, 20]  # of f
END: dict[str, Any] = {"marker": "o", "markersize": 8, "markerfacecolor": "none", "markeredgewidth": 1.2, "zorder": 5}


def main(landscape: str, descent: str, svg: str, png: str, pdf: str) -> None:
    save(draw_descent(read_json(landscape), read_json(descent)["path"]), svg, png, pdf)


def draw_descent(facts: "Landscape", path: "Points") -> Figure:
    figure = Figure(figsize=(WIDTH, 1.75))
    map_axes, curve_axes = figure.subplots(1, 2, width_ratios=[1.55, 1])
    x, y, height = (np.array(path[name], float) for name in ("x", "y", "f"))
    depths(map_axes, facts, X, Y)
    map_axes.plot(x, y, ".-", color=RED, markersize=4, linewidth=0.9)
    map_axes.plot(x[0], y[0], "s", color=RED, markersize=5)
    map_axes.plot(x[-1], y[-1], color=RED, **END)
    name_in_line(map_axes, "$x$", 0, "right")
    draw_heights(curve_axes, facts, height)
    return figure


def draw_heights(axes: Axes, facts: "Landscape", height: Any) -> None:
    """f at each step, on a scale of the root of the height above the global minimum, which is wide where f is low."""
    lowest = facts["global"]["f"]

    def root(f: Any) -> Any:
        return np.sign(f - lowest) * np.sqrt(np.abs(f - lowest))

    def square(root: Any) -> Any:
        return lowest + np.sign(root) * root**2

    axes.set_yscale("function", functions=(root, square))
    axes.plot(height, ".-", color=RED, markersize=4)
    axes.plot(len(height) - 1, height[-1], color=RED, **END)
    axes.set(ylabel="$f(x, y)$", ylim=(lowest - 0.1, 27))
    axes.set_yticks(TICKS, [number(tick) for tick in TICKS])
    axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
    axes.grid(False)
    label_minima(axes, facts)
    name_in_line(axes, "step", 16, "left")


def name_in_line(axes: Axes, name: str, beside: float, side: Literal["left", "right"]) -> None:
    """Name the horizontal axis in the line of its numbers, this many points beside its end."""
    axes.set_xlabel("")
    axes.annotate(
        name, (1, 0), xycoords="axes fraction", xytext=(beside, -5), textcoords="offset points", va="top", ha=side
    )


if __name__ == "__main__":
    run(main, snakemake)
