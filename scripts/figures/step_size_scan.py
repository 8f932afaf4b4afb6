"""Draw where gradient descent ends, against its constant step size, and over step size and number of steps."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from reporting.drawing.plotting import BLUE, GREEN, WIDTH, number, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.contours import label_minima

if TYPE_CHECKING:
    from scripts.experiments.landscape import Landscape
    from scripts.experiments.step_size_scan import StepSizeScan

HIGHEST_MINIMUM = 4  # of f: there is no minimum above


def main(landscape: str, scan: str, svg: str, png: str, pdf: str) -> None:
    save(draw_step_size_scan(read_json(landscape), read_json(scan)), svg, png, pdf)


def draw_step_size_scan(facts: "Landscape", ends: "StepSizeScan") -> Figure:
    step_size, final_f = np.array(ends["step_size"]), np.array(ends["final_f"], float)
    figure = Figure(figsize=(WIDTH, 3.0))
    axes, map_axes = figure.subplots(2, 1, sharex=True, height_ratios=[1, 0.8])
    reaches = ends["reaches_global"]
    if reaches["count"]:
        axes.axvspan(reaches["smallest"], reaches["largest"], color=GREEN, alpha=0.15, linewidth=0)
    axes.plot(step_size, final_f, ".", color=BLUE, markersize=2.5)
    axes.set(ylabel=f"$f$ after {ends['steps']} steps", xlim=(0, step_size.max()), ylim=(-2.7, 2))
    axes.grid(False)
    label_minima(axes, facts)
    limit = facts["global"]["largest_stable_step"]
    if limit < step_size.max():
        axes.axvline(limit, color=GREEN, linewidth=0.9)
        axes.annotate(
            r"$2/\lambda_{\max}$",
            (limit, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -2),
            textcoords="offset points",
            va="top",
            color=GREEN,
        )
    lowest = facts["global"]["f"]
    mesh = map_axes.pcolormesh(
        ends["map"]["step_size"],
        ends["map"]["steps"],
        np.array(ends["map"]["f"], float),
        cmap="viridis",
        norm=PowerNorm(0.5, lowest, HIGHEST_MINIMUM),
        rasterized=True,
    )
    map_axes.set(xlabel=r"step size $\eta$", ylabel="steps", yscale="log")
    map_axes.grid(False)
    bar = figure.colorbar(mesh, cax=map_axes.inset_axes((1.02, 0, 0.02, 1)), label="$f$", extend="max")
    ticks = [-2, -1, 0, 2, HIGHEST_MINIMUM]
    bar.set_ticks(ticks, labels=[number(tick) for tick in ticks])
    return figure


if __name__ == "__main__":
    run(main, snakemake)
