"""Draw a descent: its path on the contours of f, and f at each step."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.contours import contours
from scripts.job import run
from scripts.plotting import INK, MUTE, RED, WIDTH, save

EXTENT = 5


def main(landscape: str, descent: str, svg: str, png: str) -> None:
    save(draw_descent(read_json(landscape), read_json(descent)["path"]), svg, png)


def draw_descent(facts: dict[str, Any], path: Any) -> Figure:
    figure = Figure(figsize=(WIDTH, 1.85))
    map_axes, curve_axes = figure.subplots(1, 2, width_ratios=[1, 1.45])
    contours(map_axes, facts["minima"], EXTENT)
    x, y = (np.array(path[name], float) for name in ("x", "y"))
    map_axes.plot(x, y, ".-", color=RED, markersize=4, linewidth=0.9)
    map_axes.plot(x[0], y[0], "s", color=INK, markersize=3.5)
    map_axes.set(xlim=(-EXTENT, EXTENT), ylim=(-EXTENT, EXTENT))
    curve_axes.axhline(facts["global"]["f"], color=MUTE, linewidth=0.8, linestyle="--")
    curve_axes.plot(np.array(path["f"], float), ".-", color=RED, markersize=4)
    curve_axes.annotate(
        "global minimum",
        (1, facts["global"]["f"]),
        xycoords=("axes fraction", "data"),
        xytext=(0, -2),
        textcoords="offset points",
        ha="right",
        va="top",
        color=MUTE,
        fontsize=8,
    )
    low, high = curve_axes.get_ylim()
    curve_axes.set_ylim(low - 0.14 * (high - low), high)
    curve_axes.set(xlabel="step", ylabel="$f(x, y)$")
    curve_axes.xaxis.get_major_locator().set_params(integer=True)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
