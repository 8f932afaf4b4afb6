"""One cell of the table of `benchmarks/end_to_end.py`, a process of its own: it reads what to train, and trains it.

It imports what it needs and no more, as its start and its imports count.
"""

import json
import sys
import time
from importlib import import_module
from itertools import groupby
from typing import NamedTuple, TypedDict

from benchmarks.tasks import Task
from scripts.repeats import held_out, repeated, samples
from scripts.settings import Setting


class Row(NamedTuple):
    """Settings, each trained from so many seeds; of the training set the first share is held out for validation."""

    what: str
    settings: list[Setting]
    seeds: int
    validation_fraction: float = 0.0

    @property
    def networks(self) -> int:
        return len(self.settings) * self.seeds


class Given(TypedDict):
    """What a process reads: whose `prepare` function, as module:name, and what it trains."""

    prepare: str
    row: Row
    digits: str
    seed: int
    train_fraction: float


class Trained(TypedDict):
    """What a process writes: the seconds of its training alone, and each network's last loss of the test set."""

    seconds: float
    losses: list[float]


def train(given: Given) -> Trained:
    module, function = given["prepare"].split(":")
    prepare = getattr(import_module(module), function)
    losses: list[float] = []
    seconds = 0.0
    for task in tasks(Row(*given["row"]), given["digits"], given["seed"], given["train_fraction"]):
        work = prepare(task)
        start = time.perf_counter()
        losses += work()[:, 0].tolist()
        seconds += time.perf_counter() - start
    return {"seconds": seconds, "losses": losses}


def tasks(row: Row, digits: str, seed: int, train_fraction: float) -> list[Task]:
    """A task for each minibatch size, with all learning rates and all seeds."""
    everything, repeats, found = samples(digits), range(row.seeds), []
    for size, group in groupby(sorted(row.settings, key=minibatch_size), key=minibatch_size):
        alike = list(group)
        nets, train, test = repeated(everything, alike[0], seed, repeats, train_fraction)
        if row.validation_fraction:
            train, test = held_out(train, row.validation_fraction)
        for other in alike[1:]:
            nets += repeated(everything, other, seed, repeats, train_fraction)[0]
        found.append(
            Task(
                layers=alike[0]["layers"],
                scheme=alike[0]["scheme"],
                loss=alike[0]["loss"],
                epochs=alike[0]["epochs"],
                minibatch_size=size,
                nets=nets,
                train=train * len(alike),
                test=test * len(alike),
                rates=[own["learning_rate"] for own in alike for _ in repeats],
            )
        )
    return found


def minibatch_size(setting: Setting) -> int:
    return setting["minibatch_size"]


if __name__ == "__main__":
    print(json.dumps(train(json.load(sys.stdin))))
