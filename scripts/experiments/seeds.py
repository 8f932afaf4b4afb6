"""Train one network from many seeds; write how its results spread."""

from collections.abc import Callable, Sequence
from typing import TypedDict

import numpy as np

from nnlib.functions import LOSSES, Array
from nnlib.net import Net, build
from nnlib.stack import fit_stack
from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import progress, run
from scripts.measures import (
    PLATEAU,
    answers_alike,
    dead_units,
    diverged,
    hidden_units,
    lost,
    plateau_epochs,
    trained,
    trained_on,
    wrong,
)
from scripts.numbers import Row
from scripts.poison import Cause, Parameters, parameters, poison, put
from scripts.repeats import BAND, Band, Listed, Spread, band, listed, repeated, samples, side_by_side, spread
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


def main(digits: str, seeds: str, name: str, spec: Network, seed: int, repeats: int, train_fraction: float) -> None:
    def after_epoch(epoch: int) -> None:
        progress(epoch, spec["epochs"], "epochs")

    found = train_many(samples(digits), spec, seed, repeats, train_fraction, after_epoch)
    write_json(seeds, {"name": name, **found})


def train_many(
    everything: Samples,
    spec: Network,
    seed: int,
    repeats: int,
    train_fraction: float,
    after_epoch: Callable[[int], None] = lambda epoch: None,
) -> SeedRuns:
    """Train a network from many seeds: how its learning curves spread, and which runs are lost.

    `curves`, `after` and `final` are of the history: of the samples in whole minibatches, those of training from before
    each step. `trained` is of all samples, with the spread of the runs that are kept, not lost, beside that of all.
    """
    nets, train, test = repeated(everything, spec, seed, repeats, train_fraction)
    dead: list[Array] = []
    before = list(map(parameters, nets))  # the last epoch
    poisoned: dict[int, Parameters] = {}  # what a net had before the epoch in which it came to NaN

    def each(nets: Sequence[Net]) -> None:
        dead.append(np.array([dead_units(net, own.x) for net, own in zip(nets, train, strict=True)]))
        for r, net in enumerate(nets):
            now = parameters(net)
            if not np.isfinite(now[0][0]).all():
                poisoned.setdefault(r, before[r])
            before[r] = now
        after_epoch(len(dead))

    loss, rate, size = LOSSES[spec["loss"]], spec["learning_rate"], spec["minibatch_size"]
    histories = fit_stack(
        nets,
        train,
        test,
        loss=loss,
        epochs=spec["epochs"],
        learning_rate=rate,
        minibatch_size=size,
        after_epoch=each,
    )
    causes = []
    for r, values in sorted(poisoned.items()):
        put(alone := build(spec["layers"], np.random.default_rng(), spec["scheme"]), values)
        if cause := poison(alone, train[r], loss, rate, size):
            causes.append(cause)
    curves = side_by_side(map(vars, histories))
    runs = list(zip(histories, nets, train, test, strict=True))
    lost_runs = np.array([lost(history, net, own) for history, net, own, _ in runs])
    gone = np.array(list(map(diverged, histories)))
    finite = np.where(np.isfinite(curves["test_loss"]), curves["test_loss"], np.inf)
    lowest, lowest_at = finite.min(axis=0), finite.argmin(axis=0)
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
            metric: {**listed(values), "kept": spread(values[~lost_runs])}
            for metric, values in side_by_side(trained(net, own, rest, loss) for _, net, own, rest in runs).items()
        },
        "curves": {metric: band(values) for metric, values in curves.items()},
        "dead_units": band(np.array(dead)),
        "first_dead_units": listed(dead[0]),
        "final_dead_units": listed(dead[-1]),
        "hidden_units": hidden_units(nets[0]),
        "lost": int(lost_runs.sum()),
        "diverged": int(gone.sum()),
        "diverged_runs": gone,
        "answers_alike": sum(answers_alike(net, own) for _, net, own, _ in runs),
        "test_loss_not_finite": int((~np.isfinite(curves["test_loss"]).all(axis=0) & ~gone).sum()),
        "nan_causes": causes_counted(causes),
        "test_loss_rise": spread(curves["test_loss"][-1] / lowest - 1),
        "accuracy_since_lowest_test_loss": spread(
            np.where(
                lost_runs, np.nan, curves["test_accuracy"][-1] - curves["test_accuracy"][lowest_at, range(repeats)]
            )
        ),
        "plateau_epochs": listed(np.array(list(map(plateau_epochs, histories)), float)),
        "perfect_on_train": {
            "history": int((curves["train_accuracy"][-1] == 1).sum()),
            "trained_on": sum(wrong(net, trained_on(own, size), loss) == 0 for _, net, own, _ in runs),
            "train": sum(wrong(net, own, loss) == 0 for _, net, own, _ in runs),
        },
        "perfect_on_test": int((curves["test_accuracy"] == 1).any(axis=0).sum()),
        "highest_test_accuracy": curves["test_accuracy"].max(),
    }


def causes_counted(causes: list[Cause]) -> Causes:
    """Of how many runs the first sample without a finite gradient was classified right, or wrong, or had a logit that
    is not finite."""
    logits = [cause["logit"] if np.isfinite(cause["logit"]) else None for cause in causes]
    right = [
        logit is not None and (logit > 0) == (cause["label"] == 1) for cause, logit in zip(causes, logits, strict=True)
    ]
    return {
        "count": len(causes),
        "right": sum(right),
        "wrong": sum(logit is not None for logit in logits) - sum(right),
        "not_finite": sum(logit is None for logit in logits),
    }


if __name__ == "__main__":
    run(main, snakemake)
