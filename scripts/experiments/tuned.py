"""Tune networks alike on a validation set, over initial weights and learning rates, and compare them at their best."""

from collections.abc import Callable
from typing import TypedDict

import numpy as np

from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import progress, run
from scripts.experiments.sweep import Cell, Retrained, Tuning, cell, chosen_by, retrained
from scripts.pairs import Paired, paired
from scripts.repeats import samples


class Shared(TypedDict):
    """How both networks are tuned."""

    schemes: list[str]
    loss: str
    epochs: int
    learning_rates: list[float]
    minibatch_size: int
    seeds: int
    validation_fraction: float


class Settings(Shared):
    """The layers of the two networks, and how they are tuned, as the configuration has them."""

    shallow: list[str]
    deep: list[str]


class TunedCell(Cell):
    scheme: str
    learning_rate: float


class TunedNetwork(Retrained):
    layers: list[str]
    cells: dict[str, dict[str, TunedCell]]  # by initial weights and learning rate
    best: TunedCell
    best_on_edge: bool


class Tuned(Shared):
    """Both networks at their best, and how they were tuned."""

    shallow: TunedNetwork
    deep: TunedNetwork
    difference: Paired  # of the deep one's accuracies and the shallow one's


def main(digits: str, tuned: str, spec: Settings, seed: int, train_fraction: float) -> None:
    total = 2 * (len(spec["schemes"]) * len(spec["learning_rates"]) + 1)

    def after_setting(settings: int) -> None:
        progress(settings, total, "settings")

    write_json(tuned, tune(samples(digits), spec, seed, train_fraction, after_setting))


def tune(
    everything: Samples,
    spec: Settings,
    seed: int,
    train_fraction: float,
    after_setting: Callable[[int], None] = lambda settings: None,
) -> Tuned:
    """Both networks at all settings, and at the one that validation chooses trained anew on the whole training set; and
    the paired difference of their test accuracies, the deep one's less the shallow one's, where neither diverged."""
    found: dict[str, TunedNetwork] = {}
    done = 0
    for name, layers in (("shallow", spec["shallow"]), ("deep", spec["deep"])):
        cells: list[TunedCell] = []
        for scheme in spec["schemes"]:
            for rate in spec["learning_rates"]:
                at = cell(everything, own(spec, layers, scheme), seed, train_fraction, spec["minibatch_size"], rate)
                cells.append({"scheme": scheme, "learning_rate": rate, **at})
                done += 1
                after_setting(done)
        best = max(cells, key=chosen_by)
        at_best = own(spec, layers, best["scheme"])
        found[name] = {
            "layers": layers,
            "cells": {
                scheme: {f"{a['learning_rate']:g}": a for a in cells if a["scheme"] == scheme}
                for scheme in spec["schemes"]
            },
            "best": best,
            "best_on_edge": best["learning_rate"] in (min(spec["learning_rates"]), max(spec["learning_rates"])),
            **retrained(everything, at_best, seed, train_fraction, spec["minibatch_size"], best["learning_rate"]),
        }
        done += 1
        after_setting(done)
    kept = ~(np.asarray(found["shallow"]["diverged_runs"]) | np.asarray(found["deep"]["diverged_runs"]))
    accuracies = [np.asarray(found[name]["trained"]["test_accuracy"]["values"]) for name in ("deep", "shallow")]
    deep, shallow = (np.where(kept, values, np.nan) for values in accuracies)
    return {
        "schemes": spec["schemes"],
        "loss": spec["loss"],
        "epochs": spec["epochs"],
        "learning_rates": spec["learning_rates"],
        "minibatch_size": spec["minibatch_size"],
        "seeds": spec["seeds"],
        "validation_fraction": spec["validation_fraction"],
        "shallow": found["shallow"],
        "deep": found["deep"],
        "difference": paired(deep, shallow),
    }


def own(spec: Settings, layers: list[str], scheme: str) -> Tuning:
    """What one of the networks is tuned with."""
    return {
        "layers": layers,
        "scheme": scheme,
        "loss": spec["loss"],
        "epochs": spec["epochs"],
        "seeds": spec["seeds"],
        "validation_fraction": spec["validation_fraction"],
    }


if __name__ == "__main__":
    run(main, snakemake)
