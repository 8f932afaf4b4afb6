"""Draw the losses of all networks, a small panel each."""

import math
from textwrap import wrap
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reporting.drawing.plotting import WIDTH, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.learning_curves import PARTS, RUN_STYLE, curve_key, draw_curves

if TYPE_CHECKING:
    from scripts.experiments.networks import NetworkRun
    from scripts.experiments.seeds import SeedRuns

COLUMNS = 5
TALLEST = 6.6  # inches, of all panels, so that they share a page with the end of the table
LETTERS = 24  # of a line of a title
SHOWN_LOSSES = (0.004, 2.0)  # that the panels show


def main(networks: list[str], seeds: list[str], svg: str, png: str, pdf: str) -> None:
    facts, many = ({content["name"]: content for content in map(read_json, paths)} for paths in (networks, seeds))
    save(draw_runs(facts, many), svg, png, pdf)


def draw_runs(networks: "dict[str, NetworkRun]", seeds: "dict[str, SeedRuns]") -> Figure:
    rows = math.ceil(len(networks) / COLUMNS)
    figure = Figure(figsize=(WIDTH, min(1.1 * rows + 0.3, TALLEST)))
    grid = figure.subplots(rows, COLUMNS, sharey=True, squeeze=False)
    for axes in grid.flat[len(networks) :]:
        axes.axis("off")
    for axes, (name, facts) in zip(grid.flat, networks.items(), strict=False):
        draw_curves(axes, "loss", facts, seeds[name])
        axes.set(yscale="log", ylim=SHOWN_LOSSES, yticks=[0.01, 0.1, 1], xticks=[0, facts["epochs"] - 1])
        axes.yaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        axes.tick_params(pad=1.5, length=2, labelsize=8)
        lines = wrap(facts["title"], LETTERS)
        if facts["diverged_at_epoch"] is not None:
            lines.append(f"NaN from epoch {facts['diverged_at_epoch']}")
        axes.set_title("\n".join(lines), fontsize=8, weight="normal", pad=3)
    parts = [Line2D([], [], color=colour, label=f"{name} loss", **RUN_STYLE) for _, name, colour in PARTS]
    figure.legend(handles=parts, loc="outside upper left", ncols=2, handlelength=1.5)
    key = curve_key(next(iter(seeds.values())))
    figure.legend(handles=key, loc="outside upper right", ncols=3, handlelength=1.5)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
