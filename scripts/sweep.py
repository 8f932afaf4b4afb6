"""Train networks over learning rates and minibatch sizes, each from many seeds, tuned on a validation set."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnlib.digits import train_size
from nnlib.functions import LOSSES
from nnlib.training import Samples, fit, loss_and_accuracy
from scripts.artifacts import write_json
from scripts.job import progress, run
from scripts.measures import dead_units, hidden_units
from scripts.repeats import repeated, samples, spread


def main(digits: str, sweep: str, spec: dict[str, Any], seed: int, train_fraction: float) -> None:
    total = len(spec["minibatch_sizes"]) * len(spec["learning_rates"]) * 2
    cells = []
    for found in settings(samples(digits), spec, seed, train_fraction):
        cells.append(found)
        progress(len(cells), total, "settings")
    write_json(sweep, swept(spec, cells))


def settings(everything: Samples, spec: dict[str, Any], seed: int, train_fraction: float) -> Iterator[dict[str, Any]]:
    """Each setting with its results, the gradient of a minibatch summed and averaged."""
    for gradient in ("sum", "mean"):
        for size in spec["minibatch_sizes"]:
            for rate in spec["learning_rates"]:
                # The mean's rate is the sum's at the reference size, where the two are the same.
                scale = spec["reference_minibatch_size"] / size if gradient == "mean" else 1.0
                yield {"gradient": gradient, "minibatch_size": size, "learning_rate": rate} | cell(
                    everything, spec, seed, train_fraction, size, rate * scale
                )


def swept(spec: dict[str, Any], cells: list[dict[str, Any]]) -> dict[str, Any]:
    """All settings, and of each way to take the gradient the one that validation chooses."""
    best = {
        gradient: max(
            (found for found in cells if found["gradient"] == gradient),
            key=lambda found: found["validation_accuracy"]["mean"],
        )
        for gradient in ("sum", "mean")
    }
    return {**spec, "cells": cells, "best": best, "networks": len(cells) * spec["seeds"]}


def cell(
    everything: Samples, spec: dict[str, Any], seed: int, train_fraction: float, size: int, rate: float
) -> dict[str, Any]:
    """The results of the networks with one setting, from all seeds."""
    net, train, test = repeated(everything, spec, seed, spec["seeds"], train_fraction)
    held_out = int(spec["validation_fraction"] * train_size(train_fraction))
    fitted, validation = (
        Samples(*(part[:, which] for part in train)) for which in (np.s_[held_out:], np.s_[:held_out])
    )
    loss = LOSSES[spec["loss"]]
    history = fit(net, fitted, validation, loss=loss, epochs=spec["epochs"], learning_rate=rate, minibatch_size=size)
    with np.errstate(all="ignore"):
        output, _ = net.forward(test.x)
        _, correct = loss_and_accuracy(test.y, output, loss)
    hidden = hidden_units(net)
    dead = (dead_units(net, fitted.x) == hidden) & (hidden > 0)
    diverged = ~np.isfinite(history.train_loss).all(axis=0)
    return {
        "validation_accuracy": spread(history.test_accuracy[-1]),
        "test_accuracy": spread(correct),
        "diverged": int(diverged.sum()),
        "died": int((dead & ~diverged).sum()),
        "share_lost": float((dead | diverged).mean()),
    }


if __name__ == "__main__":
    run(main, snakemake)
