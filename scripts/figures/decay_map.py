"""Draw where gradient descent ends, over step size and decay."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from reporting.drawing.plotting import INK, WIDTH, number, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run

if TYPE_CHECKING:
    from scripts.experiments.decay_map import DecayMap
    from scripts.experiments.descents import Descent
    from scripts.experiments.landscape import Landscape

NEAREST, FARTHEST = 1e-4, 10  # above the global minimum


def main(landscape: str, decay_map: str, descent: str, svg: str, png: str, pdf: str) -> None:
    save(draw_decay_map(read_json(landscape), read_json(decay_map), read_json(descent)), svg, png, pdf)


def draw_decay_map(facts: "Landscape", ends: "DecayMap", chosen: "Descent") -> Figure:
    figure = Figure(figsize=(0.74 * WIDTH, 2.6))
    axes = figure.subplots()
    final_f = np.array(ends["final_f"], float)
    lowest = facts["global"]["f"]
    mesh = axes.pcolormesh(
        np.array(ends["step_size"]),
        np.array(ends["decay"]),
        np.maximum(final_f - lowest, 0),
        cmap="viridis",
        norm=LogNorm(NEAREST, FARTHEST),
        rasterized=True,
    )
    axes.contour(
        ends["step_size"],
        ends["decay"],
        final_f,
        levels=[ends["asked"]],
        colors="white",
        linewidths=0.8,
        linestyles="solid",
    )
    for point, marker, name, f in (
        (chosen, "o", "our setting", chosen["end"]["f"]),
        (ends["best"], "*", "best of the map", ends["best"]["f"]),
    ):
        axes.plot(
            point["step_size"],
            point["decay"],
            marker,
            color="white",
            markeredgecolor=INK,
            markersize=11 if marker == "*" else 6,
            linestyle="none",
            label=f"{name},  $f$ = {number(f, 4)}",
        )
    axes.set(xlabel=r"first step size $\eta_0$", ylabel="decay $d$")
    axes.grid(False)
    figure.colorbar(mesh, label=f"$f$ above its global minimum\nafter {ends['steps']} steps", extend="both")
    figure.legend(loc="outside upper left", ncols=2, handletextpad=0.2)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
