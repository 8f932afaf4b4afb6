"""Draw the sweep over learning rate and minibatch size, and what scaling the rate with the minibatch does."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reporting.drawing.plotting import BLUE, INK, RED, WIDTH, label_ends, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run

if TYPE_CHECKING:
    from scripts.experiments.sweep import Sweep

FEWEST, MOST = 0.02, 0.5  # errors on the test set, as shares: the best there are, and those of chance
SHOWN_ACCURACIES = (0.9, 0.99)  # by the curves
LIGHT = 0.45  # of the scale from most to fewest errors, from which on a cell is light


def main(sweep: str, svg: str, png: str, pdf: str) -> None:
    save(draw_sweep(read_json(sweep)), svg, png, pdf)


def draw_sweep(facts: "Sweep") -> Figure:
    figure = Figure(figsize=(WIDTH, 3.25))
    axes, line_axes = figure.subplots(1, 2, width_ratios=[2.1, 1])
    draw_cells(axes, facts)
    draw_scaled(line_axes, facts)
    return figure


def draw_cells(axes: Axes, facts: "Sweep") -> None:
    """Each setting's median test accuracy, in colours that divide the errors, and how many runs were lost."""
    rates, sizes = [f"{rate:g}" for rate in facts["learning_rates"]], [str(size) for size in facts["minibatch_sizes"]]
    cells = [[facts["cells"][size][rate] for rate in rates] for size in sizes]
    errors = 1 - np.array([[cell["test_accuracy"]["median"] for cell in row] for row in cells], float)
    scale = LogNorm(FEWEST, MOST, clip=True)
    axes.pcolormesh(errors, cmap="viridis_r", norm=scale, edgecolors="white", linewidth=0.6)
    for (i, j), error in np.ndenumerate(errors):
        lost = cells[i][j]["lost"]
        text = f"{100 * (1 - error):.1f}" + (f"\nlost {lost}" if lost else "")
        colour = INK if scale(error) < LIGHT else "white"
        axes.text(j + 0.5, i + 0.5, text, ha="center", va="center", fontsize=8, linespacing=1.1, color=colour)
    best = facts["best"]
    corner = rates.index(f"{best['learning_rate']:g}"), sizes.index(str(best["minibatch_size"]))
    axes.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=RED, linewidth=2, clip_on=False, zorder=3))
    axes.set(title="median test accuracy, %", xlabel="learning rate", ylabel="minibatch size")
    axes.set_xticks(np.arange(len(rates)) + 0.5, rates)
    axes.set_yticks(np.arange(len(sizes)) + 0.5, sizes)
    axes.grid(False)
    axes.tick_params(length=0)


def draw_scaled(axes: Axes, facts: "Sweep") -> None:
    """The median test accuracy by minibatch size at the rates of the reference, as they are and scaled, with quartiles.

    A scaled rate is the reference's for its minibatch size, and smaller as a minibatch is larger.
    """
    sizes, ends = facts["minibatch_sizes"], []
    for rate, colour in zip(map("{:g}".format, facts["reference"]["learning_rates"]), (BLUE, RED), strict=False):
        for name, cells, dashes in (
            (f"rate {rate}", [facts["cells"][str(size)][rate] for size in sizes], (None, None)),
            (f"rate {rate}, scaled", [facts["scaled"][rate][str(size)] for size in sizes], (4, 2)),
        ):
            accuracy = [cell["test_accuracy"] for cell in cells]
            low, high = np.transpose([one["quartiles"] for one in accuracy])
            median = np.array([one["median"] for one in accuracy], float)
            axes.fill_between(sizes, low, high, color=colour, alpha=0.1, linewidth=0)
            axes.plot(sizes, median, ".-", color=colour, dashes=dashes, markersize=4)
            ends.append((median[-1], f"{name} ↓" if median[-1] < SHOWN_ACCURACIES[0] else name, colour))
    axes.set(xscale="log", xlabel="minibatch size", title="by minibatch size", ylim=SHOWN_ACCURACIES)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.grid(axis="x", visible=False)
    label_ends(axes, ends)


if __name__ == "__main__":
    run(main, snakemake)
