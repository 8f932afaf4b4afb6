"""Draw the test accuracy by epoch of a network whose weights start equal, beside a linear model's."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from reporting.drawing.plotting import BLUE, MUTE, WIDTH, label_ends, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.learning_curves import draw_spread, finite_values

if TYPE_CHECKING:
    from scripts.experiments.equal_weights import EqualWeights


def main(equal_weights: str, svg: str, png: str, pdf: str) -> None:
    save(draw_equal_weights(read_json(equal_weights)), svg, png, pdf)


def draw_equal_weights(facts: "EqualWeights") -> Figure:
    """A panel for each start, smallest weights first, with the linear model in all of them."""
    weights = sorted(facts["weights"])
    starts = [facts["starts"][f"{weight:g}"] for weight in weights]
    figure = Figure(figsize=(WIDTH, 2.0))
    panels = figure.subplots(1, len(starts), sharex=True, sharey=True, squeeze=False)[0]
    for axes, weight, start in zip(panels, weights, starts, strict=True):
        for curves, colour in ((facts["linear"], MUTE), (start, BLUE)):
            draw_spread(axes, curves["curves"]["test_accuracy"], colour, 1)
        axes.set(xscale="log", xlabel="epochs", title=f"all weights {weight:g}")
        axes.grid(axis="x", visible=False)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
    panels[0].set_ylabel("test accuracy")
    named = ((facts["linear"], "linear model", MUTE), (starts[-1], "equal weights", BLUE))
    medians = [(curves["curves"]["test_accuracy"]["median"], name, colour) for curves, name, colour in named]
    label_ends(panels[-1], [(finite_values(median)[-1], name, colour) for median, name, colour in medians])
    return figure


if __name__ == "__main__":
    run(main, snakemake)
