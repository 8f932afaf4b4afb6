"""Draw a network's learning curves; a run that diverged says so."""

import numpy as np
from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.job import run
from scripts.plotting import BLUE, MUTE, RED, WIDTH, save


def main(network: str, svg: str, png: str) -> None:
    facts = read_json(network)
    figure = Figure(figsize=(WIDTH, 2.0))
    for axes, metric, title in zip(
        figure.subplots(1, 2), ("loss", "accuracy"), ("Binary cross-entropy", "Accuracy"), strict=True
    ):
        for part, colour in (("train", BLUE), ("test", RED)):
            values = np.array(facts["history"][f"{part}_{metric}"], float)
            marker = "." if len(values) <= 50 else ""
            axes.plot(values, marker=marker, markersize=4, color=colour, label="training" if part == "train" else part)
        last = len(facts["history"][f"test_{metric}"]) - 1
        axes.set(title=title, xlabel="epoch", xlim=(-0.03 * last - 0.1, 1.03 * last + 0.1))
        axes.xaxis.get_major_locator().set_params(integer=True)
        if facts["diverged_at_epoch"] is not None:
            axes.axvline(facts["diverged_at_epoch"], color=MUTE, linewidth=0.8, linestyle="--")
            axes.annotate(
                "diverged",
                (facts["diverged_at_epoch"], 1),
                xycoords=("data", "axes fraction"),
                xytext=(3, -2),
                textcoords="offset points",
                va="top",
                color=MUTE,
                fontsize=8,
            )
        if axes.dataLim.height > 0 or axes.dataLim.width > 0:
            axes.legend(loc="best")
        else:
            axes.set_yticks([])
            axes.text(0.5, 0.5, "no epoch has a finite loss", transform=axes.transAxes, ha="center", color=MUTE)
    save(figure, svg, png)


if __name__ == "__main__":
    run(main, snakemake)
