"""Draw the sweep over learning rate and minibatch size as heat maps: the test accuracy, and the share that was lost."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.job import run
from scripts.plotting import INK, WIDTH, save


def main(sweep: str, svg: str, png: str) -> None:
    save(draw_sweep(read_json(sweep)), svg, png)


def draw_sweep(facts: dict[str, Any]) -> Figure:
    rates, sizes = facts["learning_rates"], facts["minibatch_sizes"]
    figure = Figure(figsize=(WIDTH, 3.5))
    grid = figure.subplots(2, 2, sharex=True, sharey=True)
    for row, gradient in zip(grid, ("sum", "mean"), strict=True):
        cells = {(c["minibatch_size"], c["learning_rate"]): c for c in facts["cells"] if c["gradient"] == gradient}
        accuracy = table(cells, sizes, rates, lambda cell: cell["test_accuracy"]["mean"])
        lost = table(cells, sizes, rates, lambda cell: cell["share_lost"])
        for axes, values, name, cmap, limits in (
            (row[0], accuracy, "test accuracy", "viridis", (0.5, 1)),
            (row[1], lost, "share diverged or dead", "Reds", (0, 1)),
        ):
            mesh = axes.pcolormesh(values, cmap=cmap, vmin=limits[0], vmax=limits[1], edgecolors="white", linewidth=0.6)
            for (i, j), value in np.ndenumerate(values):
                dark = (value - limits[0]) / (limits[1] - limits[0]) > 0.55
                colour = INK if dark == (cmap == "viridis") else "white"
                text = "" if np.isnan(value) else f"{value:.3f}" if name == "test accuracy" else f"{100 * value:.0f} %"
                axes.text(j + 0.5, i + 0.5, text, ha="center", va="center", fontsize=7.5, color=colour)
            axes.set_title(f"{gradient} over the minibatch: {name}", fontsize=8.5)
            axes.set_xticks(np.arange(len(rates)) + 0.5, [f"{rate:g}" for rate in rates])
            axes.set_yticks(np.arange(len(sizes)) + 0.5, [str(size) for size in sizes])
            axes.grid(False)
            axes.tick_params(length=0)
            del mesh
        row[0].set_ylabel("minibatch size")
    for axes in grid[1]:
        axes.set_xlabel("learning rate")
    return figure


def table(cells: dict[Any, Any], sizes: list[int], rates: list[float], value: Any) -> Any:
    return np.array([[value(cells[size, rate]) for rate in rates] for size in sizes], float)


if __name__ == "__main__":
    run(main, snakemake)
