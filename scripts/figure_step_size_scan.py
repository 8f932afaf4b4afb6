"""Draw where gradient descent ends, against its constant step size, and over step size and number of steps."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.job import run
from scripts.plotting import BLUE, GREEN, MUTE, WIDTH, save


def main(landscape: str, scan: str, svg: str, png: str) -> None:
    save(draw_step_size_scan(read_json(landscape), read_json(scan)), svg, png)


def draw_step_size_scan(facts: dict[str, Any], ends: dict[str, Any]) -> Figure:
    step_size, final_f = np.array(ends["step_size"]), np.array(ends["final_f"], float)
    figure = Figure(figsize=(WIDTH, 3.9))
    axes, map_axes = figure.subplots(2, 1, sharex=True, height_ratios=[1, 0.8])
    reaches = ends["reaches_global"]
    if reaches["count"]:
        axes.axvspan(reaches["smallest"], reaches["largest"], color=GREEN, alpha=0.15, linewidth=0)
    for number, minimum in enumerate(facts["minima"]):
        axes.axhline(minimum["f"], color=MUTE, linewidth=0.7, linestyle="--")
        name = "global minimum" if number == 0 else "local minimum"
        axes.annotate(
            name,
            (1, minimum["f"]),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=MUTE,
            fontsize=8,
            annotation_clip=False,
        )
    axes.plot(step_size, final_f, ".", color=BLUE, markersize=2.5)
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
    axes.set(ylabel=f"$f$ after {ends['steps']} steps", xlim=(0, step_size.max()))
    axes.set_ylim(-2.6, 4)
    levels = np.clip(np.array(ends["map"]["f"], float), -2.3, 4)
    mesh = map_axes.pcolormesh(ends["map"]["step_size"], ends["map"]["steps"], levels, cmap="viridis", rasterized=True)
    map_axes.set(xlabel=r"step size $\eta$", ylabel="steps", yscale="log")
    map_axes.grid(False)
    figure.colorbar(mesh, ax=map_axes, label="$f$", extend="max", pad=0.02)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
