"""Train networks over learning rates and minibatch sizes, each from many seeds, tuned on a validation set."""

from collections.abc import Callable
from typing import TypedDict

import numpy as np

from nnlib.functions import LOSSES, Array, Loss
from nnlib.net import Net
from nnlib.stack import fit_stack
from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import progress, run
from scripts.measures import answers_alike, dead_units, diverged, evaluated, hidden_units, lost, trained
from scripts.numbers import Row
from scripts.pairs import Paired, paired
from scripts.repeats import Listed, held_out, listed, repeated, samples, side_by_side
from scripts.settings import Architecture


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


def main(digits: str, sweep: str, spec: Settings, seed: int, train_fraction: float) -> None:
    rates = len(spec["learning_rates"]) + len(spec["reference"]["learning_rates"])
    total = len(spec["minibatch_sizes"]) * rates

    def after_cell(cells: int) -> None:
        progress(cells, total, "settings")

    write_json(sweep, swept(samples(digits), spec, seed, train_fraction, after_cell))


def swept(
    everything: Samples,
    spec: Settings,
    seed: int,
    train_fraction: float,
    after_cell: Callable[[int], None] = lambda cells: None,
) -> Sweep:
    """The results of every setting, by minibatch size and learning rate, and the setting that validation chooses.

    `scaled` are those of every minibatch size with the learning rates of the reference, less as a minibatch has more
    samples: as if the gradient were the mean over the minibatch, and not the sum. `retrained` is the chosen setting
    with the whole training set.
    """
    done = 0

    def at(size: int, rate: float) -> SweepCell:
        nonlocal done
        found = cell(everything, spec, seed, train_fraction, size, rate)
        done += 1
        after_cell(done)
        return {"minibatch_size": size, "learning_rate": rate, **found, "behind_best": {}}

    sizes, rates, reference = spec["minibatch_sizes"], spec["learning_rates"], spec["reference"]
    grid = [at(size, rate) for size in sizes for rate in rates]
    scaled = {
        f"{rate:g}": {str(size): at(size, rate * reference["minibatch_size"] / size) for size in sizes}
        for rate in reference["learning_rates"]
    }
    everywhere = grid + [found for row in scaled.values() for found in row.values()]
    best = max(grid, key=chosen_by)
    for found in everywhere:
        for name, at_best, here in (
            ("validation_accuracy", best["validation_accuracy"], found["validation_accuracy"]),
            ("test_accuracy", best["test_accuracy"], found["test_accuracy"]),
        ):
            found["behind_best"][name] = paired(at_best["values"], here["values"])
    return {
        **spec,
        "cells": {
            str(size): {f"{a['learning_rate']:g}": a for a in grid if a["minibatch_size"] == size} for size in sizes
        },
        "scaled": scaled,
        "best": best,
        "retrained": retrained(everything, spec, seed, train_fraction, best["minibatch_size"], best["learning_rate"]),
        "best_on_edge": {
            "learning_rate": best["learning_rate"] in (min(rates), max(rates)),
            "minibatch_size": best["minibatch_size"] in (min(sizes), max(sizes)),
        },
        "networks": (len(everywhere) + 1) * spec["seeds"],
    }


def chosen_by(found: Cell) -> float:
    """The mean accuracy on the validation set, which is always finite."""
    mean = found["validation_accuracy"]["mean"]
    assert mean is not None
    return mean


def cell(everything: Samples, spec: Tuning, seed: int, train_fraction: float, size: int, rate: float) -> Cell:
    """The results of the networks with one setting, from all seeds: over all samples of each set."""
    nets, train, test = repeated(everything, spec, seed, spec["seeds"], train_fraction)
    fitted, validation = held_out(train, spec["validation_fraction"])
    loss, epochs = LOSSES[spec["loss"]], spec["epochs"]
    histories = fit_stack(nets, fitted, validation, loss=loss, epochs=epochs, learning_rate=rate, minibatch_size=size)
    runs = list(zip(histories, nets, fitted, strict=True))
    lost_runs = np.array([lost(*run) for run in runs])
    return {
        "steps_an_epoch": len(fitted[0].x) // size,
        "validation_accuracy": listed(accuracies(nets, validation, loss)),
        "test_accuracy": listed(accuracies(nets, test, loss)),
        "lost": int(lost_runs.sum()),
        "share_lost": float(lost_runs.mean()),
        "diverged": sum(map(diverged, histories)),
        "answers_alike": sum(answers_alike(net, own) for _, net, own in runs),
        "all_dead": sum(dead_units(net, own.x) == hidden_units(net) for _, net, own in runs),
    }


def accuracies(nets: list[Net], sets: list[Samples], loss: Loss) -> Array:
    return np.array([evaluated(net, own, loss)[1] for net, own in zip(nets, sets, strict=True)])


def retrained(everything: Samples, spec: Tuning, seed: int, train_fraction: float, size: int, rate: float) -> Retrained:
    """The networks at one setting, trained on the whole training set: their metrics over all samples."""
    nets, train, test = repeated(everything, spec, seed, spec["seeds"], train_fraction)
    loss = LOSSES[spec["loss"]]
    histories = fit_stack(
        nets,
        train,
        test,
        loss=loss,
        epochs=spec["epochs"],
        learning_rate=rate,
        minibatch_size=size,
    )
    ends = side_by_side(trained(*run, loss) for run in zip(nets, train, test, strict=True))
    return {
        "trained": {name: listed(values) for name, values in ends.items()},
        "lost": sum(lost(*run) for run in zip(histories, nets, train, strict=True)),
        "diverged_runs": np.array(list(map(diverged, histories))),
    }


if __name__ == "__main__":
    run(main, snakemake)
