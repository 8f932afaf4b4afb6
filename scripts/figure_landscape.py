"""Draw the contours of f with its minima and saddles."""

from typing import Any

from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.contours import contours
from scripts.job import run
from scripts.plotting import INK, RED, WIDTH, save


def main(landscape: str, svg: str, png: str) -> None:
    save(draw_landscape(read_json(landscape)), svg, png)


def draw_landscape(facts: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(0.62 * WIDTH, 0.5 * WIDTH))
    axes = figure.subplots()
    lines = contours(axes, facts["minima"])
    for minimum in facts["minima"]:
        label = f"{minimum['f']:.2f}".replace("-", "−")
        axes.annotate(
            label,
            (minimum["x"], minimum["y"]),
            xytext=(0, -6),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=8,
            color=INK,
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
        )
    for saddle in facts["saddles"]:
        axes.plot(saddle["x"], saddle["y"], "x", color=RED, markersize=4.5, zorder=4)
    figure.colorbar(lines, label="$f(x, y)$", shrink=0.9, ticks=[0, 10, 20, 40, 60, 80])
    return figure


if __name__ == "__main__":
    run(main, snakemake)
