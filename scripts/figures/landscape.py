"""Draw the contours of f with its minima and saddles."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from reporting.drawing.plotting import RED, WIDTH, number, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.contours import depths

if TYPE_CHECKING:
    from scripts.experiments.landscape import Landscape


def main(landscape: str, svg: str, png: str, pdf: str) -> None:
    save(draw_landscape(read_json(landscape)), svg, png, pdf)


def draw_landscape(facts: "Landscape") -> Figure:
    figure = Figure(figsize=(0.62 * WIDTH, 0.54 * WIDTH))
    axes = figure.subplots()
    ground = depths(axes, facts)
    for minimum in facts["minima"]:  # the saddles are on the sides of the global one
        side = int(np.sign(minimum["x"] - facts["global"]["x"]))
        axes.annotate(
            number(minimum["f"], 2),
            (minimum["x"], minimum["y"]),
            xytext=(6 * side, -6 * (side == 0)),
            textcoords="offset points",
            ha={-1: "right", 0: "center", 1: "left"}[side],
            va="center" if side else "top",
            zorder=5,
            bbox={"facecolor": "#c2d4e9", "edgecolor": "none", "pad": 0.5},
        )
    for saddle in facts["saddles"]:
        axes.plot(saddle["x"], saddle["y"], "x", color=RED, markersize=4.5, zorder=4)
    bar = figure.colorbar(ground, label="$f(x, y)$", shrink=0.9, ticks=[0, 10, 20, 40, 60, 80])
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
