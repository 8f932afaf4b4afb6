"""Draw the share of groups in which two share a birthday, for each planet."""

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from reporting.drawing.plotting import WIDTH, label_ends, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run


def main(birthdays: Sequence[str], svg: str, png: str, pdf: str) -> None:
    save(draw_shares([read_json(path) for path in birthdays]), svg, png, pdf)


def draw_shares(planets: Sequence[dict[str, Any]]) -> Figure:
    """A curve by the formula for each planet, and a dot for each share that was drawn."""
    figure = Figure(figsize=(0.7 * WIDTH, 2.2))
    axes = figure.subplots()
    labels = []
    for planet in planets:
        (line,) = axes.plot(planet["people"], planet["expected"])
        axes.plot(planet["people"][::4], planet["drawn"][::4], ".", color=line.get_color())
        labels.append((planet["expected"][-1], planet["title"], line.get_color()))
    axes.set(xlabel="people in the group", ylabel="share of groups")
    label_ends(axes, labels)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
