"""Draw the first digits of the data set."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from reporting.drawing.plotting import WIDTH, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run

if TYPE_CHECKING:
    from scripts.experiments.digits import Digits


def main(digits: str, svg: str, png: str, pdf: str) -> None:
    save(draw_digits(read_json(digits)), svg, png, pdf)


def draw_digits(facts: "Digits") -> Figure:
    figure = Figure(figsize=(WIDTH, 0.85))
    for axes, image, digit in zip(
        figure.subplots(1, len(facts["first_images"])), facts["first_images"], facts["first_digits"], strict=True
    ):
        axes.pcolormesh(np.array(image)[::-1], cmap="Greys", vmin=0, vmax=16, rasterized=True)
        axes.set_aspect("equal")
        axes.axis("off")
        axes.set_title(f"{digit} → {int(digit < 5)}", loc="center", fontweight="normal", fontsize=8.5)
    return figure


if __name__ == "__main__":
    run(main, snakemake)
