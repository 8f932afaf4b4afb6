"""Train a network whose weights all start equal, with random weights and a linear model beside it; write how it ends.

Each run trains until its training loss falls by less than the share `fall` in `window` epochs.
"""

from collections.abc import Callable
from typing import Any, TypedDict

import numpy as np

from nnlib.functions import LOSSES, Array
from nnlib.layers import Linear
from nnlib.net import Net
from nnlib.stack import fit_stack
from nnlib.training import Samples
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import progress, run
from scripts.pairs import Paired, paired
from scripts.repeats import BAND, Band, Listed, Spread, band, listed, repeated, samples, side_by_side, spread
from scripts.settings import Architecture


class Settings(TypedDict):
    """The networks, their starts and when they stop, as the configuration has them."""

    layers: list[str]
    linear_layers: list[str]
    loss: str
    weights: list[float]
    epochs: int
    window: int
    fall: float
    after: list[int]
    learning_rate: float
    minibatch_size: int
    seeds: int


class Start(TypedDict):
    """What became of one start."""

    weight: float | None  # None for random weights
    after: dict[str, dict[str, Spread]]
    end: dict[str, Listed]
    stopped: int
    highest_test_accuracy: float
    largest_difference: float | None
    curves: dict[str, Band]


class EqualStart(Start):
    above_linear: Paired


class EqualWeights(Settings):
    band: float
    linear: Start
    random: Start
    starts: dict[str, EqualStart]  # by weight


def main(digits: str, equal_weights: str, spec: Settings, seed: int, train_fraction: float) -> None:
    def after_start(starts: int) -> None:
        progress(starts, len(spec["weights"]) + 2, "starts")

    write_json(equal_weights, train_equal(samples(digits), spec, seed, train_fraction, after_start))


def train_equal(
    everything: Samples,
    spec: Settings,
    seed: int,
    train_fraction: float,
    after_start: Callable[[int], None] = lambda starts: None,
) -> EqualWeights:
    """What becomes of each start, beside random weights and the linear model from weights of 0."""
    linear = start(everything, {**spec, "layers": spec["linear_layers"]}, seed, train_fraction, 0.0)
    after_start(1)
    random = start(everything, spec, seed, train_fraction, None)
    found: dict[str, EqualStart] = {}
    after_start(2)
    for weight in spec["weights"]:
        one = start(everything, spec, seed, train_fraction, weight)
        first, second = (facts["end"]["test_accuracy"]["values"] for facts in (one, linear))
        found[f"{weight:g}"] = {**one, "above_linear": paired(first, second)}
        after_start(len(found) + 2)
    return {**spec, "band": BAND, "linear": linear, "random": random, "starts": found}


def start(everything: Samples, spec: Settings, seed: int, train_fraction: float, weight: float | None) -> Start:
    """Train from weights that all equal `weight`, or from random ones, until all have stopped or the epochs are over.

    The metrics are of the samples in whole minibatches, as everywhere in a history.
    """
    first: Architecture = {"layers": spec["layers"], "scheme": "assignment" if weight is None else "zeros"}
    nets, train, test = repeated(everything, first, seed, range(spec["seeds"]), train_fraction)
    if weight is not None:
        for layer in (layer for net in nets for layer in net.layers if isinstance(layer, Linear)):
            layer.W += weight
    parts = []
    for _ in range(0, spec["epochs"], spec["window"]):
        histories = fit_stack(
            nets,
            train,
            test,
            loss=LOSSES[spec["loss"]],
            epochs=spec["window"],
            learning_rate=spec["learning_rate"],
            minibatch_size=spec["minibatch_size"],
        )
        parts.append(side_by_side(map(vars, histories)))
        curves = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        stops = stopped(curves["train_loss"], spec["window"], spec["fall"])
        if (stops >= 0).all() and len(curves["train_loss"]) >= max(spec["after"]):
            break
    ends = np.where(stops < 0, len(curves["train_loss"]) - 1, stops)
    runs = np.arange(spec["seeds"])
    return {
        "weight": weight,
        "after": {
            str(epochs): {name: spread(values[epochs - 1]) for name, values in curves.items()}
            for epochs in spec["after"]
        },
        "end": {"epochs": listed(ends + 1.0), **{name: listed(values[ends, runs]) for name, values in curves.items()}},
        "stopped": int((stops >= 0).sum()),
        "highest_test_accuracy": curves["test_accuracy"].max(),
        "largest_difference": largest_difference(nets),
        "curves": {name: band(values) for name, values in curves.items()},
    }


def stopped(train_loss: Array, window: int, fall: float) -> Any:
    """The first epoch of each run whose training loss (epochs, R) is less than the share `fall` below that of `window`
    epochs before; -1 for none."""
    still = train_loss[window:] > (1 - fall) * train_loss[:-window]
    first = np.vstack([still, np.full(still.shape[1:], True)]).argmax(axis=0)
    return np.where(first < len(still), first + window, -1)


def largest_difference(nets: list[Net]) -> float | None:
    """The largest difference between two hidden units of a layer in any weight or bias, into them or out of them."""
    differences = []
    for net in nets:
        linear = [layer for layer in net.layers if isinstance(layer, Linear)]
        differences += [np.ptp(a, axis=-1).max() for layer in linear[:-1] for a in (layer.W, layer.b)]
        differences += [np.ptp(layer.W, axis=0).max() for layer in linear[1:]]
    return max(differences, default=None)


if __name__ == "__main__":
    run(main, snakemake)
