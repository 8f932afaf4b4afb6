"""Draw how much of a gradient is left behind a number of layers."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from reporting.drawing.plotting import BLUE, RED, WIDTH, label_ends, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run

if TYPE_CHECKING:
    from scripts.experiments.gradient_flow import GradientFlow


def main(gradient_flow: str, svg: str, png: str, pdf: str) -> None:
    save(draw_gradient_flow(read_json(gradient_flow)), svg, png, pdf)


def draw_gradient_flow(facts: "GradientFlow") -> Figure:
    figure = Figure(figsize=(0.7 * WIDTH, 1.9))
    axes = figure.subplots()
    names = [("sigmoid", "sigmoid", BLUE), ("relu", "ReLU", RED)]
    for name, _, colour in names:
        left = facts["left"][name]
        low, high = np.array(left["low"], float), np.array(left["high"], float)
        axes.fill_between(facts["depths"], low, high, color=colour, alpha=0.18, linewidth=0)
        axes.semilogy(facts["depths"], left["median"], ".-", color=colour, markersize=4)
    axes.set(xlabel="layers", ylabel="share of the gradient left")
    axes.set_xticks(facts["depths"])
    axes.grid(axis="x", visible=False)
    ends = {name: np.array(left["median"], float)[-1] for name, left in facts["left"].items()}
    label_ends(axes, [(ends[name], label, colour) for name, label, colour in names])
    return figure


if __name__ == "__main__":
    run(main, snakemake)
