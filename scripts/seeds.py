"""Train one network from many seeds, in a stack; write how its results spread."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib.functions import LOSSES
from nnlib.net import Net
from nnlib.training import Samples, fit
from scripts.artifacts import write_json
from scripts.job import progress, run
from scripts.measures import PLATEAU, dead_units, hidden_units, plateau_epochs
from scripts.repeats import BAND, band, repeated, samples, spread

METRICS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")


def main(
    digits: str, seeds: str, name: str, spec: dict[str, Any], seed: int, repeats: int, train_fraction: float
) -> None:
    def after_epoch(epoch: int) -> None:
        progress(epoch, spec["epochs"], "epochs")

    found = train_many(samples(digits), spec, seed, repeats, train_fraction, after_epoch)
    write_json(seeds, {"name": name, **found})


def train_many(
    everything: Samples,
    spec: dict[str, Any],
    seed: int,
    repeats: int,
    train_fraction: float,
    after_epoch: Callable[[int], None] = lambda epoch: None,
) -> dict[str, Any]:
    """Train a network from many seeds: how its learning curves, its dead units and its divergences spread."""
    net, train, test = repeated(everything, spec, seed, repeats, train_fraction)
    dead: list[Any] = []

    def count(net: Net) -> None:
        dead.append(dead_units(net, train.x))
        after_epoch(len(dead))

    history = fit(
        net,
        train,
        test,
        loss=LOSSES[spec["loss"]],
        epochs=spec["epochs"],
        learning_rate=spec["learning_rate"],
        minibatch_size=spec["minibatch_size"],
        after_epoch=count,
    )
    curves = {metric: getattr(history, metric) for metric in METRICS}
    finite = np.isfinite(curves["train_loss"]) & np.isfinite(curves["test_loss"])
    rise = curves["test_loss"][-1] / np.nanmin(np.where(finite, curves["test_loss"], np.inf), axis=0) - 1
    return {
        **spec,
        "count": repeats,
        "band": BAND,
        "plateau": PLATEAU,
        "final": {metric: {"values": values[-1], **spread(values[-1])} for metric, values in curves.items()},
        "curves": {metric: band(values) for metric, values in curves.items()},
        "dead_units": band(np.where(finite, np.array(dead), np.nan)),
        "first_dead_units": {"values": dead[0], **spread(dead[0].astype(float))},
        "final_dead_units": {"values": dead[-1], **spread(dead[-1].astype(float))},
        "hidden_units": hidden_units(net),
        "diverged": int((~finite.all(axis=0)).sum()),
        "test_loss_rise": spread(rise),
        "plateau_epochs": spread(plateau_epochs(curves["train_loss"]).astype(float)),
        "perfect_on_test": int((curves["test_accuracy"] == 1).any(axis=0).sum()),
    }


if __name__ == "__main__":
    run(main, snakemake)
