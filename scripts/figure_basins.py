"""Draw which minimum of f each start descends to."""

from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.contours import contours
from scripts.job import run
from scripts.plotting import WIDTH, save

COLOURS = ["#bfd3ea", "#f3c9bf", "#cfe3d4", "#ecdcb4"]


def main(landscape: str, basins: str, svg: str, png: str) -> None:
    save(draw_basins(read_json(landscape), read_json(basins)), svg, png)


def draw_basins(facts: dict[str, Any], ends: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(0.5 * WIDTH, 0.46 * WIDTH))
    axes = figure.subplots()
    colours = ListedColormap(COLOURS[: len(facts["minima"])])
    side = ends["side"]
    axes.pcolormesh(side, side, np.array(ends["reached"]), cmap=colours, rasterized=True, vmin=0, vmax=colours.N - 1)
    contours(axes, facts["minima"], ends["extent"])
    axes.plot(*ends["start"], "s", color="black", markersize=3.5)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
