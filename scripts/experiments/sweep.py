"""Choose the learning rate and minibatch size that a validation set judges best; train networks with them anew."""

from functools import partial
from typing import TypedDict

import numpy as np

from nnlib.digits import train_size
from nnlib.functions import LOSSES
from nnlib.stack import fit_stack
from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.chunks import of_setting, read_chunks, train_in_stacks
from scripts.experiments.sweep_chunks import judged
from scripts.measures import diverged, lost, trained
from scripts.numbers import Row
from scripts.pairs import Paired, paired
from scripts.repeats import Listed, Numbers, listed, repeated, samples, side_by_side
from scripts.settings import Architecture, Setting, sweep_settings


class Tuning(Architecture):
    """A network that is trained from many seeds, and tuned on a part of the training set."""

    loss: str
    epochs: int
    seeds: int
    validation_fraction: float


class Reference(TypedDict):
    learning_rates: list[float]
    minibatch_size: int


class Settings(Tuning):
    """The settings of the sweep, as the configuration has them."""

    learning_rates: list[float]
    minibatch_sizes: list[int]
    reference: Reference


class Cell(TypedDict):
    """The results at one setting."""

    steps_an_epoch: int
    validation_accuracy: Listed
    test_accuracy: Listed
    lost: int
    share_lost: float
    diverged: int
    answers_alike: int
    all_dead: int


class SweepCell(Cell):
    minibatch_size: int
    learning_rate: float
    behind_best: dict[str, Paired]  # by metric


class Retrained(TypedDict):
    """The results of the chosen setting with the whole training set."""

    trained: dict[str, Listed]
    lost: int
    diverged_runs: Row


class Sweep(Settings):
    cells: dict[str, dict[str, SweepCell]]  # by minibatch size and learning rate
    scaled: dict[str, dict[str, SweepCell]]  # by learning rate and minibatch size
    best: SweepCell
    retrained: Retrained
    best_on_edge: dict[str, bool]
    networks: int


def main(digits: str, chunks: list[str], sweep: str, spec: Settings, seed: int, train_fraction: float) -> None:
    numbers = read_chunks(chunks, spec["seeds"])
    write_json(sweep, best_of(samples(digits), spec, seed, train_fraction, numbers))


def swept(everything: Samples, spec: Settings, seed: int, train_fraction: float) -> Sweep:
    """Train all networks of the sweep, and choose the best setting."""
    train = partial(judged, everything, seed, train_fraction, spec["validation_fraction"])
    numbers = train_in_stacks(sweep_settings(spec), range(spec["seeds"]), train)
    return best_of(everything, spec, seed, train_fraction, numbers)


def best_of(everything: Samples, spec: Settings, seed: int, train_fraction: float, numbers: Numbers) -> Sweep:
    """The results of every setting, by minibatch size and learning rate, and the setting that validation chooses.

    `scaled` are those of every minibatch size with the learning rates of the reference, less as a minibatch has more
    samples: as if the gradient were the mean over the minibatch, and not the sum. `retrained` is the chosen setting
    with the whole training set.
    """
    sizes, rates, reference = spec["minibatch_sizes"], spec["learning_rates"], spec["reference"]
    settings = sweep_settings(spec)
    found: list[SweepCell] = [
        {
            "minibatch_size": setting["minibatch_size"],
            "learning_rate": setting["learning_rate"],
            **cell(of_setting(numbers, i), setting, train_fraction, spec["validation_fraction"]),
            "behind_best": {},
        }
        for i, setting in enumerate(settings)
    ]
    count = len(sizes) * len(rates)
    grid, others = found[:count], iter(found[count:])
    scaled = {f"{rate:g}": {str(size): next(others) for size in sizes} for rate in reference["learning_rates"]}
    best_at = max(range(count), key=lambda i: chosen_by(grid[i]))
    best = grid[best_at]
    for own in found:
        for name, at_best, here in (
            ("validation_accuracy", best["validation_accuracy"], own["validation_accuracy"]),
            ("test_accuracy", best["test_accuracy"], own["test_accuracy"]),
        ):
            own["behind_best"][name] = paired(at_best["values"], here["values"])
    return {
        **spec,
        "cells": {
            str(size): {f"{a['learning_rate']:g}": a for a in grid if a["minibatch_size"] == size} for size in sizes
        },
        "scaled": scaled,
        "best": best,
        "retrained": retrained(everything, settings[best_at], seed, train_fraction, spec["seeds"]),
        "best_on_edge": {
            "learning_rate": best["learning_rate"] in (min(rates), max(rates)),
            "minibatch_size": best["minibatch_size"] in (min(sizes), max(sizes)),
        },
        "networks": (len(found) + 1) * spec["seeds"],
    }


def chosen_by(found: Cell) -> float:
    """The mean accuracy on the validation set, which is always finite."""
    mean = found["validation_accuracy"]["mean"]
    assert mean is not None
    return mean


def cell(numbers: Numbers, setting: Setting, train_fraction: float, validation_fraction: float) -> Cell:
    """The results of the networks with one setting, from all seeds: over all samples of each set."""
    whole = train_size(train_fraction)
    return {
        "steps_an_epoch": (whole - int(validation_fraction * whole)) // setting["minibatch_size"],
        "validation_accuracy": listed(numbers["validation_accuracy"]),
        "test_accuracy": listed(numbers["test_accuracy"]),
        "lost": int(numbers["lost"].sum()),
        "share_lost": float(numbers["lost"].mean()),
        "diverged": int(numbers["diverged"].sum()),
        "answers_alike": int(numbers["answers_alike"].sum()),
        "all_dead": int(numbers["all_dead"].sum()),
    }


def retrained(everything: Samples, setting: Setting, seed: int, train_fraction: float, seeds: int) -> Retrained:
    """The networks at one setting, trained on the whole training set: their metrics over all samples."""
    numbers = train_in_stacks([setting], range(seeds), partial(on_all, everything, seed, train_fraction))
    found = of_setting(numbers, 0)
    gone, away = found.pop("diverged"), found.pop("lost")
    return {
        "trained": {name: listed(values) for name, values in found.items()},
        "lost": int(away.sum()),
        "diverged_runs": gone,
    }


def on_all(everything: Samples, seed: int, train_fraction: float, setting: Setting, repeats: range) -> Numbers:
    """Train networks on the whole training set: their metrics over all samples, and whether they are lost."""
    nets, train, test = repeated(everything, setting, seed, repeats, train_fraction)
    loss = LOSSES[setting["loss"]]
    histories = fit_stack(
        nets,
        train,
        test,
        loss=loss,
        epochs=setting["epochs"],
        learning_rate=setting["learning_rate"],
        minibatch_size=setting["minibatch_size"],
    )
    return {
        **side_by_side(trained(*run, loss) for run in zip(nets, train, test, strict=True)),
        "lost": np.array([lost(*run) for run in zip(histories, nets, train, strict=True)]),
        "diverged": np.array(list(map(diverged, histories))),
    }


if __name__ == "__main__":
    run(main, snakemake)
