"""Compare two networks at their best, each with the initial weights and learning rate that a validation set chose."""

from functools import partial
from typing import TypedDict

import numpy as np

from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.chunks import of_setting, read_chunks, train_in_stacks
from scripts.experiments.sweep import Cell, Retrained, cell, chosen_by, retrained
from scripts.experiments.sweep_chunks import judged
from scripts.pairs import Paired, paired
from scripts.repeats import Numbers, samples
from scripts.settings import tuned_settings


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


def main(digits: str, chunks: list[str], tuned: str, spec: Settings, seed: int, train_fraction: float) -> None:
    numbers = read_chunks(chunks, spec["seeds"])
    write_json(tuned, best_of_both(samples(digits), spec, seed, train_fraction, numbers))


def tune(everything: Samples, spec: Settings, seed: int, train_fraction: float) -> Tuned:
    """Train both networks at all settings, and compare them at their best."""
    train = partial(judged, everything, seed, train_fraction, spec["validation_fraction"])
    numbers = train_in_stacks(tuned_settings(spec), range(spec["seeds"]), train)
    return best_of_both(everything, spec, seed, train_fraction, numbers)


def best_of_both(everything: Samples, spec: Settings, seed: int, train_fraction: float, numbers: Numbers) -> Tuned:
    """Both networks at all settings, and at the one that validation chooses trained anew on the whole training set; and
    the paired difference of their test accuracies, the deep one's less the shallow one's, where neither diverged."""
    settings = tuned_settings(spec)
    cells: list[TunedCell] = [
        {
            "scheme": setting["scheme"],
            "learning_rate": setting["learning_rate"],
            **cell(of_setting(numbers, i), setting, train_fraction, spec["validation_fraction"]),
        }
        for i, setting in enumerate(settings)
    ]
    found: dict[str, TunedNetwork] = {}
    for name, first in (("shallow", 0), ("deep", len(settings) // 2)):
        own = range(first, first + len(settings) // 2)
        best = max(own, key=lambda i: chosen_by(cells[i]))
        rate = cells[best]["learning_rate"]
        found[name] = {
            "layers": settings[best]["layers"],
            "cells": {
                scheme: {f"{cells[i]['learning_rate']:g}": cells[i] for i in own if cells[i]["scheme"] == scheme}
                for scheme in spec["schemes"]
            },
            "best": cells[best],
            "best_on_edge": rate in (min(spec["learning_rates"]), max(spec["learning_rates"])),
            **retrained(everything, settings[best], seed, train_fraction, spec["seeds"]),
        }
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


if __name__ == "__main__":
    run(main, snakemake)
