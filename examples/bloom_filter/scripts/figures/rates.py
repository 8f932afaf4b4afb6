"""Draw the false positive rate by the number of hash functions."""

import numpy as np
from matplotlib.figure import Figure

from reporting.drawing.plotting import BLUE, GOLD, GREEN, MUTE, RED, WIDTH, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run
from scripts.filters import formula


def main(rates: str, svg: str, png: str, pdf: str) -> None:
    filters = read_json(rates)["filters"]
    figure = Figure(figsize=(0.8 * WIDTH, 3.0))
    axes = figure.subplots()
    most = max(one["cells"][-1]["hashes"] for one in filters)
    for one, colour in zip(filters, (GOLD, RED, GREEN, BLUE), strict=True):
        hashes = [cell["hashes"] for cell in one["cells"]]
        smooth = np.linspace(hashes[0], hashes[-1], 200)
        axes.plot(smooth, [formula(one["bits_per_key"], 1, k) for k in smooth], color=colour, linewidth=1)
        means, deviations = ([cell["rate"][key] for cell in one["cells"]] for key in ("mean", "deviation"))
        axes.errorbar(hashes, means, deviations, fmt=".", color=colour, markersize=4, elinewidth=0.8)
        label = f"{one['bits_per_key']} bits per key"
        axes.annotate(label, (hashes[-1], means[-1]), (6, 0), textcoords="offset points", va="center", color=colour)
    least = max(one["best_hashes"] for one in filters)
    axes.plot([1, least + 1], [0.5, 0.5 ** (least + 1)], "--", color=MUTE, linewidth=0.9, zorder=0)
    axes.set(yscale="log", xlabel="number of hash functions, $k$", ylabel="false positive rate")
    axes.set_xlim(0, most + 6)
    axes.set_xticks(range(0, most + 1, 4))
    save(figure, svg, png, pdf)


if __name__ == "__main__":
    run(main, snakemake)
