"""Draw what share of its bits a filter uses, by how far its number of hash functions is from the best."""

import numpy as np
from matplotlib.figure import Figure

from reporting.drawing.plotting import BLUE, GOLD, GREEN, MUTE, RED, WIDTH, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.experiments.rates import used


def main(rates: str, svg: str, png: str, pdf: str) -> None:
    facts = read_json(rates)
    figure = Figure(figsize=(0.7 * WIDTH, 2.3))
    axes = figure.subplots()
    smooth = np.linspace(0.02, facts["most_times_best"], 300)
    axes.plot(smooth, [used(times) for times in smooth], color=MUTE, linewidth=1, label="formula")
    # Where filters meet on the curve, the larger sign shows behind the smaller.
    for one, colour, size in zip(facts["filters"], (GOLD, RED, GREEN, BLUE), (7, 5.6, 4.2, 2.8), strict=True):
        times, shares = zip(
            *((cell["hashes"] / one["best_hashes"], cell["used"]) for cell in one["cells"]), strict=True
        )
        axes.plot(times, shares, "o", color=colour, markersize=size, label=f"{one['bits_per_key']} bits per key")
    axes.set(xlabel="hash functions, as a multiple of the best number", ylabel="share of the bits that is used")
    axes.set_xlim(0, facts["most_times_best"] + 0.05)
    axes.set_ylim(0, 1.05)
    axes.legend(loc="lower right")
    save(figure, svg, png, pdf)


if __name__ == "__main__":
    run(main, snakemake)
