"""Draw the false positive rate by the size of the filter, divided by the formula's."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reporting.drawing.plotting import BLUE, GREEN, MUTE, RED, WIDTH, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run

COLOURS = {"double": RED, "enhanced": GREEN, "independent": BLUE}


def main(sizes: str, svg: str, png: str, pdf: str) -> None:
    facts = read_json(sizes)
    figure = Figure(figsize=(WIDTH, 2.5))
    near, all_of_them = figure.subplots(1, 2)
    draw(near, facts, "independent")
    near.set(title="independent hash functions", ylabel="rate, as a multiple of the formula’s")
    for name in COLOURS:
        draw(all_of_them, facts, name)
    all_of_them.set(title="three ways to get them", yscale="log")
    all_of_them.set_yticks([1, 1.5, 2, 3], ["1", "1.5", "2", "3"])
    all_of_them.set_yticks([], minor=True)
    all_of_them.legend(loc="upper right")
    save(figure, svg, png, pdf)


def draw(axes: Axes, facts: dict[str, Any], name: str) -> None:
    """The means with their standard errors, and what is expected: the exact rate and what this way adds."""
    sizes = facts["sizes"]
    keys, bits, exact = (np.array([size[key] for size in sizes]) for key in ("keys", "bits", "exact_ratio"))
    means, errors = (np.array([size["ratios"][name][key] for size in sizes]) for key in ("mean", "error"))
    added = 0 if name == "independent" else facts["extra"][name]["bits"]
    axes.axhline(1, color=MUTE, linewidth=0.8)
    axes.plot(keys, exact + added / (bits * facts["formula_rate"]), color=COLOURS[name], linewidth=1)
    axes.errorbar(keys, means, errors, fmt=".", color=COLOURS[name], markersize=5, elinewidth=0.8, label=name)
    axes.set_xscale("log", base=2)
    axes.set_xticks(keys[::2], [f"{count}" for count in keys[::2]])
    axes.set_xlabel("keys in the filter")


if __name__ == "__main__":
    run(main, snakemake)
