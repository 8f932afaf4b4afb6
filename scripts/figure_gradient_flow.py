"""Draw how much of a gradient is left behind a number of layers."""

from typing import Any

from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.job import run
from scripts.plotting import BLUE, RED, WIDTH, save


def main(gradient_flow: str, svg: str, png: str) -> None:
    save(draw_gradient_flow(read_json(gradient_flow)), svg, png)


def draw_gradient_flow(facts: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(0.65 * WIDTH, 1.9))
    axes = figure.subplots()
    for name, label, colour in (("sigmoid", "sigmoid", BLUE), ("relu", "ReLU", RED)):
        left = facts["left"][name]
        axes.fill_between(facts["depths"], left["low"], left["high"], color=colour, alpha=0.18, linewidth=0)
        axes.semilogy(facts["depths"], left["median"], ".-", color=colour, markersize=4, label=label)
    axes.set(xlabel="layers", ylabel="share of the gradient left")
    axes.set_xticks(facts["depths"])
    axes.legend(loc="lower left")
    return figure


if __name__ == "__main__":
    run(main, snakemake)
