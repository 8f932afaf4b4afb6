"""Say up to which learning rate all runs of each network train, from some seeds.

A run fails whose training loss does not end below ln 2, that of always answering 1/2.
"""

from functools import partial
from typing import TypedDict

import numpy as np

from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.chunks import of_setting, read_chunks, train_in_stacks
from scripts.experiments.rate_scan_chunks import ended
from scripts.repeats import Numbers, Spread, spread
from scripts.settings import scanned_settings


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


def main(chunks: list[str], rate_scan: str, spec: Settings) -> None:
    write_json(rate_scan, limits_of(spec, read_chunks(chunks, spec["seeds"])))


def scan_rates(everything: Samples, spec: Settings, seed: int, train_fraction: float) -> RateScan:
    """Train all networks of the scan, and say up to which rates they train."""
    train = partial(ended, everything, seed, train_fraction)
    return limits_of(spec, train_in_stacks(scanned_settings(spec), range(spec["seeds"]), train))


def limits_of(spec: Settings, numbers: Numbers) -> RateScan:
    """Of each network how many runs fail at each learning rate, and up to which rate none does."""
    cells = [
        at_rate(setting["learning_rate"], of_setting(numbers, i)) for i, setting in enumerate(scanned_settings(spec))
    ]
    rates = spec["learning_rates"]
    scans: dict[str, Scan] = {}
    for number, (name, network) in enumerate(spec["networks"].items()):
        own = cells[number * len(rates) : (number + 1) * len(rates)]
        by_rate = {f"{rate:g}": found for rate, found in zip(rates, own, strict=True)}
        scans[name] = {**network, "cells": by_rate, **limits(own, spec["seeds"])}
    return {**spec, "networks": scans, "runs": len(cells) * spec["seeds"], "chance_loss": float(np.log(2))}


def at_rate(rate: float, numbers: Numbers) -> Cell:
    """How many runs of one network fail at one learning rate, how many of them with NaN, and what they end with."""
    failed = ~(numbers["train_loss"] < np.log(2))
    return {
        "learning_rate": rate,
        "failed": int(failed.sum()),
        "share_failed": float(failed.mean()),
        "diverged": int(numbers["diverged"].sum()),
        "train_loss": spread(numbers["train_loss"]),
        "test_accuracy": spread(numbers["test_accuracy"]),
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
