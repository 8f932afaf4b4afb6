"""Draw where gradient descent ends, over step size and decay."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.job import run
from scripts.plotting import INK, WIDTH, save


def main(decay_map: str, descent: str, svg: str, png: str) -> None:
    save(draw_decay_map(read_json(decay_map), read_json(descent)), svg, png)


def draw_decay_map(ends: dict[str, Any], chosen: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(0.72 * WIDTH, 2.5))
    axes = figure.subplots()
    final_f = np.array(ends["final_f"], float)
    mesh = axes.pcolormesh(ends["step_size"], ends["decay"], np.clip(final_f, -2.3, 4), cmap="viridis", rasterized=True)
    axes.contour(
        ends["step_size"], ends["decay"], final_f, levels=[-2], colors="white", linewidths=0.8, linestyles="solid"
    )
    for point, marker, name, f in (
        (chosen, "o", "printed setting", chosen["end"]["f"]),
        (ends["best"], "*", "best of the map", ends["best"]["f"]),
    ):
        label = f"{name}, $f$ = {f:.4f}".replace("-", "−")
        axes.plot(
            point["step_size"],
            point["decay"],
            marker,
            color="white",
            markeredgecolor=INK,
            markersize=11 if marker == "*" else 6,
            linestyle="none",
            label=label,
        )
    axes.set(xlabel=r"first step size $\eta_0$", ylabel="decay $d$")
    axes.grid(False)
    figure.colorbar(mesh, label=f"$f$ after {ends['steps']} steps", extend="max")
    figure.legend(loc="outside upper left", ncols=2, handletextpad=0.2)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
