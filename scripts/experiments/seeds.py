"""Say how the results of one network spread over many seeds."""

from functools import partial
from typing import TypedDict

import numpy as np

from nnlib.net import build
from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.chunks import of_setting, read_chunks, train_in_stacks
from scripts.experiments.seed_chunks import METRICS, followed
from scripts.measures import PLATEAU, hidden_units
from scripts.numbers import Row
from scripts.repeats import BAND, Band, Listed, Numbers, Spread, band, listed, spread
from scripts.settings import Network

MILESTONES = (1, 5, 20, 100, 400)  # after so many epochs the metrics are listed too


class Kept(Listed):
    """The values of all runs, and the spread of those that are not lost."""

    kept: Spread


class Causes(TypedDict):
    """Of how many runs the first sample without a finite gradient was classified so."""

    count: int
    right: int
    wrong: int
    not_finite: int


class SeedRuns(Network):
    count: int
    band: float
    plateau: float
    final: dict[str, Listed]
    after: dict[str, dict[str, Spread]]
    trained: dict[str, Kept]
    curves: dict[str, Band]
    dead_units: Band
    first_dead_units: Listed
    final_dead_units: Listed
    hidden_units: int
    lost: int
    diverged: int
    diverged_runs: Row
    answers_alike: int
    test_loss_not_finite: int
    nan_causes: Causes
    test_loss_rise: Spread
    accuracy_since_lowest_test_loss: Spread
    plateau_epochs: Listed
    perfect_on_train: dict[str, int]
    perfect_on_test: int
    highest_test_accuracy: float


class NamedRuns(SeedRuns):
    """The artifact."""

    name: str


def main(chunks: list[str], seeds: str, name: str, spec: Network, repeats: int) -> None:
    write_json(seeds, {"name": name, **spread_out(spec, read_chunks(chunks, repeats))})


def train_many(everything: Samples, spec: Network, seed: int, repeats: int, train_fraction: float) -> SeedRuns:
    """Train a network from many seeds, and say how its results spread."""
    train = partial(followed, everything, seed, train_fraction)
    return spread_out(spec, train_in_stacks([spec], range(repeats), train))


def spread_out(spec: Network, numbers: Numbers) -> SeedRuns:
    """How the learning curves of a network spread, and which runs are lost.

    `curves`, `after` and `final` are of the history: of the samples in whole minibatches, those of training from before
    each step. `trained` is of all samples, with the spread of the runs that are kept, not lost, beside that of all.
    """
    numbers = of_setting(numbers, 0)
    curves = {metric: numbers[metric] for metric in METRICS}
    test_loss, test_accuracy = curves["test_loss"], curves["test_accuracy"]
    lost, diverged, cause = numbers["lost"], numbers["diverged"], numbers["cause"]
    repeats = len(lost)
    finite = np.where(np.isfinite(test_loss), test_loss, np.inf)
    lowest, lowest_at = finite.min(axis=0), finite.argmin(axis=0)
    since_lowest = test_accuracy[-1] - test_accuracy[lowest_at, range(repeats)]
    return {
        **spec,
        "count": repeats,
        "band": BAND,
        "plateau": PLATEAU,
        "final": {metric: listed(values[-1]) for metric, values in curves.items()},
        "after": {
            str(epochs): {metric: spread(values[epochs - 1]) for metric, values in curves.items()}
            for epochs in MILESTONES
            if epochs <= spec["epochs"]
        },
        "trained": {
            metric: {**listed(values), "kept": spread(values[~lost])}
            for metric, values in ((metric, numbers[f"trained_{metric}"]) for metric in METRICS)
        },
        "curves": {metric: band(values) for metric, values in curves.items()},
        "dead_units": band(numbers["dead_units"]),
        "first_dead_units": listed(numbers["dead_units"][0]),
        "final_dead_units": listed(numbers["dead_units"][-1]),
        "hidden_units": hidden_units(build(spec["layers"], np.random.default_rng(), spec["scheme"])),
        "lost": int(lost.sum()),
        "diverged": int(diverged.sum()),
        "diverged_runs": diverged,
        "answers_alike": int(numbers["answers_alike"].sum()),
        "test_loss_not_finite": int((~np.isfinite(test_loss).all(axis=0) & ~diverged).sum()),
        "nan_causes": {
            "count": int((cause != "").sum()),
            "right": int((cause == "right").sum()),
            "wrong": int((cause == "wrong").sum()),
            "not_finite": int((cause == "not_finite").sum()),
        },
        "test_loss_rise": spread(test_loss[-1] / lowest - 1),
        "accuracy_since_lowest_test_loss": spread(np.where(lost, np.nan, since_lowest)),
        "plateau_epochs": listed(numbers["plateau_epochs"]),
        "perfect_on_train": {
            "history": int((curves["train_accuracy"][-1] == 1).sum()),
            "trained_on": int(numbers["perfect_on_trained_on"].sum()),
            "train": int(numbers["perfect_on_train"].sum()),
        },
        "perfect_on_test": int((test_accuracy == 1).any(axis=0).sum()),
        "highest_test_accuracy": test_accuracy.max(),
    }


if __name__ == "__main__":
    run(main, snakemake)
