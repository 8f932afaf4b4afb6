"""Draw the dead hidden units of some networks by epoch: the median and the band of many seeds."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reporting.drawing.plotting import BLUE, GOLD, GREEN, RED, WIDTH, label_ends, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.learning_curves import draw_spread, finite_values

if TYPE_CHECKING:
    from scripts.experiments.seeds import SeedRuns
    from scripts.repeats import Band


def main(seeds: list[str], svg: str, png: str, pdf: str) -> None:
    save(draw_dead_units([read_json(path) for path in seeds]), svg, png, pdf)


def draw_dead_units(many: "list[SeedRuns]") -> Figure:
    figure = Figure(figsize=(0.74 * WIDTH, 2.15))
    axes = figure.subplots()
    epochs = min(facts["epochs"] for facts in many)
    ends = []
    for facts, colour in zip(many, (BLUE, GREEN, GOLD, RED), strict=True):
        dead = facts["dead_units"]
        units: Band = {"low": dead["low"][:epochs], "median": dead["median"][:epochs], "high": dead["high"][:epochs]}
        draw_spread(axes, units, colour)
        if len(known := finite_values(units["median"])):  # else every run came to NaN at once
            ends.append((known[-1], f"rate {facts['learning_rate']:g}, minibatch {facts['minibatch_size']}", colour))
    axes.set(xlabel="epoch", ylabel="dead hidden units", ylim=(0, facts["hidden_units"]))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="x", visible=False)
    label_ends(axes, ends)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
