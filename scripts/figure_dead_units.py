"""Draw the dead hidden units of some networks by epoch: the median and the band of many seeds."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from scripts.artifacts import read_json
from scripts.job import run
from scripts.plotting import BLUE, GOLD, GREEN, RED, WIDTH, save


def main(seeds: list[str], svg: str, png: str) -> None:
    save(draw_dead_units([read_json(path) for path in seeds]), svg, png)


def draw_dead_units(many: list[dict[str, Any]]) -> Figure:
    figure = Figure(figsize=(WIDTH, 2.1))
    axes = figure.subplots()
    epochs = min(facts["epochs"] for facts in many)
    for facts, colour in zip(many, (BLUE, GREEN, GOLD, RED), strict=True):
        low, median, high = (np.array(facts["dead_units"][name][:epochs], float) for name in ("low", "median", "high"))
        label = f"step {facts['learning_rate']:g}, minibatch {facts['minibatch_size']}"
        axes.fill_between(np.arange(epochs), low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(median, ".-", markersize=4, color=colour, label=label)
    axes.set(xlabel="epoch", ylabel="dead hidden units", ylim=(0, facts["hidden_units"]))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(loc="outside right center")
    return figure


if __name__ == "__main__":
    run(main, snakemake)
