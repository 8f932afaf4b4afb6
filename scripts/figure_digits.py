"""Draw the first digits of the data set."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from scripts.artifacts import read_json
from scripts.job import run
from scripts.plotting import WIDTH, save


def main(digits: str, svg: str, png: str) -> None:
    save(draw_digits(read_json(digits)), svg, png)


def draw_digits(facts: dict[str, Any]) -> Figure:
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
