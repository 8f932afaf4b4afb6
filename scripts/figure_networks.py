"""Draw a network's learning curves: the run itself, and the median and the middle 80 % of the same from many seeds."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.job import run
from scripts.plotting import BLUE, MUTE, RED, WIDTH, save


def main(network: str, seeds: str, svg: str, png: str) -> None:
    save(draw_network(read_json(network), read_json(seeds)), svg, png)


def draw_network(facts: dict[str, Any], many: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(WIDTH, 1.9))
    for axes, metric, title in zip(
        figure.subplots(1, 2), ("loss", "accuracy"), ("Binary cross-entropy", "Accuracy"), strict=True
    ):
        for part, colour in (("train", BLUE), ("test", RED)):
            name = f"{part}_{metric}"
            label = "training" if part == "train" else part
            draw_curve(axes, facts["history"][name], many["curves"][name], colour, label)
        last = facts["epochs"] - 1
        axes.set(title=title, xlabel="epoch", xlim=(-0.03 * last - 0.1, 1.03 * last + 0.1))
        axes.xaxis.get_major_locator().set_params(integer=True)
        if facts["diverged_at_epoch"] is not None:
            axes.axvline(facts["diverged_at_epoch"], color=MUTE, linewidth=0.8, linestyle="--")
            axes.annotate(
                "this run diverged",
                (facts["diverged_at_epoch"], 1),
                xycoords=("data", "axes fraction"),
                xytext=(3, -2),
                textcoords="offset points",
                va="top",
                color=MUTE,
                fontsize=8,
            )
        if axes.dataLim.height > 0:
            axes.legend(
                loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderpad=0.2, handlelength=1.2, columnspacing=1.2
            )
        else:
            axes.set_yticks([])
            axes.text(0.5, 0.5, "no epoch has a finite loss", transform=axes.transAxes, ha="center", color=MUTE)
    return figure


def draw_curve(axes: Axes, values: list[float | None], middle: dict[str, Any], colour: str, label: str) -> None:
    """The run as dots, or as a thin line where it is long; the median as a line in its band."""
    low, median, high = (np.array(middle[name], float) for name in ("low", "median", "high"))
    epochs = np.arange(len(values))
    axes.fill_between(epochs, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(epochs, median, color=colour, label=label)
    dots = {"marker": ".", "markersize": 3.5, "linestyle": "none"} if len(values) <= 50 else {"linewidth": 0.6}
    axes.plot(epochs, np.array(values, float), color=colour, alpha=0.75, **dots)


if __name__ == "__main__":
    run(main, snakemake)
