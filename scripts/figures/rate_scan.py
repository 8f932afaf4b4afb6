"""Draw how many runs of networks without an activation fail at each learning rate."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from reporting.drawing.plotting import INK, WIDTH, save
from reporting.pipeline.artifacts import read_json
from reporting.pipeline.job import run

if TYPE_CHECKING:
    from scripts.experiments.rate_scan import RateScan, ScannedNetwork


def main(rate_scan: str, svg: str, png: str, pdf: str) -> None:
    save(draw_rate_scan(read_json(rate_scan)), svg, png, pdf)


def draw_rate_scan(facts: "RateScan") -> Figure:
    """A row a network and a column a rate, with the number of runs that fail."""
    rates = [f"{rate:g}" for rate in facts["learning_rates"]]
    counts = {name: [network["cells"][rate]["failed"] for rate in rates] for name, network in facts["networks"].items()}
    names = sorted(counts, key=lambda name: (sum(counts[name]), name))
    failed = np.array([counts[name] for name in names])
    figure = Figure(figsize=(0.78 * WIDTH, 0.32 * len(names) + 0.8))
    axes = figure.subplots()
    axes.pcolormesh(failed, cmap="Reds", vmin=0, vmax=facts["seeds"], edgecolors="white", linewidth=0.6)
    for (i, j), count in np.ndenumerate(failed):
        colour = "white" if count > 0.6 * facts["seeds"] else INK
        axes.text(j + 0.5, i + 0.5, str(count), ha="center", va="center", color=colour)
    axes.set_xticks(np.arange(len(rates)) + 0.5, rates)
    axes.set_yticks(np.arange(len(names)) + 0.5, [in_words(facts["networks"][name]) for name in names])
    axes.set(xlabel="learning rate", title=f"runs that fail, of {facts['seeds']}")
    axes.invert_yaxis()
    axes.grid(False)
    axes.tick_params(length=0)
    return figure


def in_words(network: "ScannedNetwork") -> str:
    """A network by its linear layers, its outputs and the loss."""
    linear = [layer for layer in network["layers"] if layer.startswith("Linear")]
    layers = {1: "one layer", 2: "two linear layers"}.get(len(linear), f"{len(linear)} linear layers")
    outputs = int(linear[-1].rpartition("x")[2])
    words = [layers, "one output" if outputs == 1 else f"{outputs} outputs"]
    return ", ".join([*words, "logits"] if network["loss"] == "bce_with_logits" else words)


if __name__ == "__main__":
    run(main, snakemake)
