"""Draw a network's learning curves: the run itself, and the median and the middle of the same from many seeds."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import blended_transform_factory

from reporting.drawing.plotting import MUTE, WIDTH, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.learning_curves import curve_key, draw_curves, label_curves, mark_lowest, scale_losses

if TYPE_CHECKING:
    from scripts.experiments.networks import NetworkRun
    from scripts.experiments.seeds import SeedRuns


def main(network: str, seeds: str, svg: str, png: str, pdf: str) -> None:
    save(draw_network(read_json(network), read_json(seeds)), svg, png, pdf)


def draw_network(facts: "NetworkRun", many: "SeedRuns") -> Figure:
    figure = Figure(figsize=(WIDTH, 2.08))
    grid = figure.add_gridspec(2, 2, height_ratios=[0.1, 1])
    head = figure.add_subplot(grid[0, :])
    head.axis("off")
    whole = blended_transform_factory(figure.transFigure, head.transAxes)
    head.text(0.01, 0.5, facts["title"], transform=whole, va="center", weight="bold", in_layout=False)
    head.legend(
        handles=curve_key(many),
        loc="center right",
        bbox_to_anchor=(1, 0.5),
        bbox_transform=whole,
        ncols=3,
        borderaxespad=0,
        handlelength=1.5,
        columnspacing=1.2,
    ).set_in_layout(False)
    panels = {metric: figure.add_subplot(grid[1, number]) for number, metric in enumerate(("loss", "accuracy"))}
    for metric, axes in panels.items():
        draw_curves(axes, metric, facts, many)
        axes.set(xlabel="epoch", ylabel=metric)
        axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
        if metric == "loss":
            scale_losses(axes, facts, many)
            mark_lowest(axes, facts)
        if axes.dataLim.height <= 0:
            axes.set_yticks([])
            axes.text(0.5, 0.5, "no epoch has a finite loss", transform=axes.transAxes, ha="center", color=MUTE)
    for metric, axes in panels.items():
        label_curves(axes, metric, facts)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
