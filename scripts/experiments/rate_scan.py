"""Train networks at ever larger learning rates from some seeds; write up to which of them all runs train.

A run fails whose training loss does not end below ln 2, that of always answering 1/2.
"""

from collections.abc import Callable
from typing import TypedDict

import numpy as np

from nnlib.functions import LOSSES
from nnlib.stack import fit_stack
from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import progress, run
from scripts.measures import diverged
from scripts.repeats import Spread, repeated, samples, side_by_side, spread
from scripts.settings import Architecture


class ScannedNetwork(TypedDict):
    layers: list[str]
    loss: str


class Settings(TypedDict):
    """The networks and the learning rates, as the configuration has them."""

    networks: dict[str, ScannedNetwork]
    scheme: str
    epochs: int
    learning_rates: list[float]
    minibatch_size: int
    seeds: int


class Cell(TypedDict):
    """The runs of one network at one learning rate."""

    learning_rate: float
    failed: int
    share_failed: float
    diverged: int
    train_loss: Spread
    test_accuracy: Spread


class Limits(TypedDict):
    largest_all_train: float | None
    smallest_none_trains: float | None


class Scan(ScannedNetwork):
    cells: dict[str, Cell]  # by learning rate
    largest_all_train: float | None
    smallest_none_trains: float | None


class RateScan(TypedDict):
    networks: dict[str, Scan]
    scheme: str
    epochs: int
    learning_rates: list[float]
    minibatch_size: int
    seeds: int
    runs: int
    chance_loss: float


def main(digits: str, rate_scan: str, spec: Settings, seed: int, train_fraction: float) -> None:
    total = len(spec["networks"]) * len(spec["learning_rates"])

    def after_cell(cells: int) -> None:
        progress(cells, total, "settings")

    write_json(rate_scan, scan_rates(samples(digits), spec, seed, train_fraction, after_cell))


def scan_rates(
    everything: Samples,
    spec: Settings,
    seed: int,
    train_fraction: float,
    after_cell: Callable[[int], None] = lambda cells: None,
) -> RateScan:
    """Of each network how many runs fail at each learning rate, and up to which rate none does."""
    found: dict[str, Scan] = {}
    done = 0
    for name, network in spec["networks"].items():
        cells = {}
        for rate in spec["learning_rates"]:
            cells[f"{rate:g}"] = at_rate(everything, spec, network, seed, train_fraction, rate)
            done += 1
            after_cell(done)
        found[name] = {**network, "cells": cells, **limits(list(cells.values()), spec["seeds"])}
    return {**spec, "networks": found, "runs": done * spec["seeds"], "chance_loss": float(np.log(2))}


def at_rate(
    everything: Samples, spec: Settings, network: ScannedNetwork, seed: int, train_fraction: float, rate: float
) -> Cell:
    """How many runs of one network fail at one learning rate, how many of them with NaN, and what they end with."""
    own: Architecture = {"layers": network["layers"], "scheme": spec["scheme"]}
    nets, train, test = repeated(everything, own, seed, spec["seeds"], train_fraction)
    histories = fit_stack(
        nets,
        train,
        test,
        loss=LOSSES[network["loss"]],
        epochs=spec["epochs"],
        learning_rate=rate,
        minibatch_size=spec["minibatch_size"],
    )
    curves = side_by_side(map(vars, histories))
    failed = ~(curves["train_loss"][-1] < np.log(2))
    return {
        "learning_rate": rate,
        "failed": int(failed.sum()),
        "share_failed": float(failed.mean()),
        "diverged": sum(map(diverged, histories)),
        "train_loss": spread(curves["train_loss"][-1]),
        "test_accuracy": spread(curves["test_accuracy"][-1]),
    }


def limits(cells: list[Cell], runs: int) -> Limits:
    """The largest rate up to which every run trains, and the smallest from which on none does; null where there is
    none. The cells are in the order of their rates."""
    failed = np.array([cell["failed"] for cell in cells])
    rates = [cell["learning_rate"] for cell in cells]
    train, fail = int(np.cumprod(failed == 0).sum()), int(np.cumprod(failed[::-1] == runs).sum())
    return {
        "largest_all_train": rates[train - 1] if train else None,
        "smallest_none_trains": rates[-fail] if fail else None,
    }


if __name__ == "__main__":
    run(main, snakemake)
