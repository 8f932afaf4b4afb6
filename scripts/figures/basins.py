"""Draw which minimum of f each start descends to."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from reporting.drawing.plotting import RED, WIDTH, number, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.contours import contours, minimum_names

if TYPE_CHECKING:
    from scripts.experiments.basins import Basins
    from scripts.experiments.landscape import Landscape

COLOURS = ["#bfd3ea", "#f3d9b1", "#cfe3d4", "#ecd0dc"]


def main(landscape: str, basins: str, svg: str, png: str, pdf: str) -> None:
    save(draw_basins(read_json(landscape), read_json(basins)), svg, png, pdf)


def draw_basins(facts: "Landscape", ends: "Basins") -> Figure:
    figure = Figure(figsize=(0.84 * WIDTH, 0.38 * WIDTH))
    axes, key_axes = figure.subplots(1, 2, width_ratios=[1, 0.9])
    colours = ListedColormap(COLOURS[: len(facts["minima"])])
    side = ends["side"]
    axes.pcolormesh(side, side, np.array(ends["reached"]), cmap=colours, rasterized=True, vmin=0, vmax=colours.N - 1)
    edges = -ends["extent"], ends["extent"]
    contours(axes, facts, edges, edges)
    start = axes.plot(*ends["start"], "s", color=RED, markersize=5, label="the start of the runs")
    named = zip(minimum_names(facts), facts["minima"], ends["shares"], COLOURS, strict=False)
    key = [
        Patch(color=colour, label=f"to the {name} {number(minimum['f'], 2)}: {100 * share:.0f} %")
        for name, minimum, share, colour in named
    ]
    key_axes.legend(handles=[*key, *start], loc="center left")
    key_axes.axis("off")
    return figure


if __name__ == "__main__":
    run(main, snakemake)
