"""Draw the people among whom a birthday is shared against a power of the days."""

from typing import Any

from matplotlib.figure import Figure

from reporting.drawing.plotting import save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run


def main(law: str, svg: str, png: str, pdf: str) -> None:
    save(draw_law(read_json(law)), svg, png, pdf)


def draw_law(law: dict[str, Any]) -> Figure:
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.plot(law["powers"], law["people"], ".")
    axes.set(xlabel="power of the days", ylabel="people")
    return figure


if __name__ == "__main__":
    run(main, snakemake)
