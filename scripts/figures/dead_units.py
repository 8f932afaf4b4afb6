"""Draw the dead hidden units of some networks by epoch: each run, and the median and the band of many seeds."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reporting.drawing.plotting import BLUE, GOLD, GREEN, RED, WIDTH, label_ends, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.learning_curves import RUN_STYLE, curve_key, draw_spread, finite_values

if TYPE_CHECKING:
    from scripts.experiments.networks import NetworkRun
    from scripts.experiments.seeds import SeedRuns
    from scripts.repeats import Band


def main(networks: list[str], seeds: list[str], svg: str, png: str, pdf: str) -> None:
    runs, many = ([read_json(path) for path in paths] for paths in (networks, seeds))
    save(draw_dead_units(runs, many), svg, png, pdf)


def draw_dead_units(runs: "list[NetworkRun]", many: "list[SeedRuns]") -> Figure:
    figure = Figure(figsize=(0.74 * WIDTH, 2.3))
    axes = figure.subplots()
    epochs = min(facts["epochs"] for facts in many)
    ends = []
    for one, facts, colour in zip(runs, many, (BLUE, GREEN, GOLD, RED), strict=True):
        dead = facts["dead_units"]
        units: Band = {"low": dead["low"][:epochs], "median": dead["median"][:epochs], "high": dead["high"][:epochs]}
        draw_spread(axes, units, colour)
        axes.plot(np.array(one["dead_units"][:epochs], float), color=colour, **RUN_STYLE)
        if len(known := finite_values(units["median"])):  # else every run came to NaN at once
            ends.append((known[-1], f"rate {facts['learning_rate']:g}, minibatch {facts['minibatch_size']}", colour))
    most = many[0]["hidden_units"]
    axes.set(xlabel="epoch", ylabel="dead hidden units", ylim=(0, 1.04 * most), yticks=range(0, most + 1, most // 4))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="x", visible=False)
    figure.legend(handles=curve_key(many[0]), loc="outside upper left", ncols=3)
    label_ends(axes, ends)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
