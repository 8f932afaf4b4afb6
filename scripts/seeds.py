"""Train one network from many seeds, in a stack; write how its results spread."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib.functions import LOSSES
from nnlib.layers import ReLU
from nnlib.net import Net
from nnlib.training import Samples, fit
from scripts.artifacts import write_json
from scripts.job import progress, run
from scripts.repeats import BAND, band, repeated, samples, spread

METRICS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")
PLATEAU = 0.01  # as near to ln 2 as this the training loss stands still


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
    off_plateau = ~(np.abs(curves["train_loss"] - np.log(2)) < PLATEAU)
    hidden = dead_units(net, np.zeros_like(train.x), count_all=True)
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
        "hidden_units": int(hidden[0]),
        "all_dead_at_first": int((dead[0] == hidden).sum()) if hidden[0] else 0,
        "all_dead": int((dead[-1] == hidden).sum()) if hidden[0] else 0,
        "diverged": int((~finite.all(axis=0)).sum()),
        "test_loss_rise": spread(rise),
        "lowest_test_loss_at": band(np.argmin(np.where(finite, curves["test_loss"], np.inf), axis=0)[None]),
        "plateau_epochs": spread(np.where(off_plateau.any(axis=0), off_plateau.argmax(axis=0), len(off_plateau)) * 1.0),
        "perfect_on_test": int((curves["test_accuracy"] == 1).any(axis=0).sum()),
    }


def dead_units(net: Net, x: Any, count_all: bool = False) -> Any:
    """How many hidden ReLU units of each network (R,) put out 0 for all of x (R, N, I); or how many there are."""
    with np.errstate(all="ignore"):
        output, trace = net.forward(x)
    inputs = [*(x for _, x in trace[1:]), output]
    found = [
        (np.full(y.shape[:1], y.shape[-1]) if count_all else (y == 0).all(axis=-2).sum(axis=-1))
        for (layer, _), y in zip(trace, inputs, strict=True)
        if isinstance(layer, ReLU)
    ]
    return sum(found, np.zeros(len(x), int))


if __name__ == "__main__":
    run(main, snakemake)
