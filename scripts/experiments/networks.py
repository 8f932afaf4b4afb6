"""Train one network; write its learning curves and what became of it."""

from typing import TypedDict

import numpy as np

from nnlib.functions import LOSSES, Loss, sigmoid
from nnlib.layers import Linear
from nnlib.net import Net, build
from nnlib.training import History, Samples, fit
from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run
from scripts.measures import (
    count,
    dead_units,
    first,
    hidden_units,
    lost,
    output_of,
    plateau_epochs,
    trained,
    trained_on,
    wrong,
)
from scripts.numbers import Gapped
from scripts.poison import parameters, poison, put
from scripts.settings import Network


class Counts(TypedDict):
    """How many samples there are, and how many of them fill minibatches."""

    train: int
    test: int
    train_in_minibatches: int
    test_in_minibatches: int


class PoisonedBy(TypedDict):
    """The sample after which the weights are NaN; see `scripts/poison.py`."""

    epoch: int
    minibatch: int
    label: float
    logit: float
    output: float


Curves = dict[str, Gapped]  # the metrics by epoch, and the numbers of the epochs


class Changed(TypedDict):
    """The largest change of a layer's weights and biases in training."""

    layer: str
    W: float
    b: float


class LowestLoss(TypedDict):
    epoch: int
    loss: float
    test_accuracy: float


class HighestAccuracy(TypedDict):
    epoch: int
    accuracy: float


class Course(TypedDict):
    """The ends and the extremes of a history."""

    final: dict[str, float]
    lowest_test_loss: LowestLoss
    test_loss_rise: float | None
    highest_test_accuracy: HighestAccuracy
    first_perfect_epoch: int | None
    highest_train_accuracy: float
    plateau_epochs: int


class Summary(Course):
    trained: dict[str, float]
    wrong: dict[str, int]
    dead_units: int | None


class NetworkRun(Network):
    seed: int
    samples: Counts
    history: Curves
    lost: bool
    diverged_at_epoch: int | None
    test_loss_not_finite_at_epoch: int | None
    poisoned_by: PoisonedBy | None
    dead_units: list[int | None]
    linear_layers: int
    outputs: int
    hidden_units: int
    changed: list[Changed]
    weights: dict[str, list[float]]
    test_probability: dict[str, float]
    summary: Summary


class NamedRun(NetworkRun):
    """The artifact."""

    name: str


def main(digits: str, network: str, name: str, spec: Network, seed: int) -> None:
    with np.load(digits) as data:
        train, test = Samples(data["train_x"], data["train_y"]), Samples(data["test_x"], data["test_y"])
    write_json(network, {"name": name, **train_once(train, test, spec, seed)})


def train_once(train: Samples, test: Samples, spec: Network, seed: int) -> NetworkRun:
    """Train a network: its learning curves, and what became of its units and its weights."""
    net = build(spec["layers"], np.random.default_rng(seed), spec["scheme"])
    loss = LOSSES[spec["loss"]]
    linear = [layer for layer in net.layers if isinstance(layer, Linear)]
    rate, size = spec["learning_rate"], spec["minibatch_size"]
    kept, dead = [parameters(net)], []  # before the first epoch and after each

    def after_epoch(net: Net) -> None:
        kept.append(parameters(net))
        dead.append(count(dead_units(net, train.x)))

    history = fit(
        net,
        train,
        test,
        loss=loss,
        epochs=spec["epochs"],
        learning_rate=rate,
        minibatch_size=size,
        after_epoch=after_epoch,
    )
    diverged_at = first(~np.isfinite(history.train_loss))
    poisoned_by: PoisonedBy | None = None
    if diverged_at is not None:
        put(net_then := build(spec["layers"], np.random.default_rng(seed), spec["scheme"]), kept[diverged_at])
        if cause := poison(net_then, train, loss, rate, size):
            poisoned_by = {"epoch": diverged_at, **cause}
    return {
        **spec,
        "seed": seed,
        "samples": {
            "train": len(train.x),
            "test": len(test.x),
            "train_in_minibatches": len(trained_on(train, size).x),
            "test_in_minibatches": len(trained_on(test, size).x),
        },
        "history": {"epoch": np.arange(spec["epochs"]), **vars(history)},
        "lost": bool(lost(history, net, train)),
        "diverged_at_epoch": diverged_at,
        "test_loss_not_finite_at_epoch": first(~np.isfinite(history.test_loss)),
        "poisoned_by": poisoned_by,
        "dead_units": dead,
        "linear_layers": len(linear),
        "outputs": linear[-1].W.shape[1],
        "hidden_units": hidden_units(net),
        "changed": [
            {"layer": str(layer), "W": np.abs(layer.W - W).max(), "b": np.abs(layer.b - b).max()}
            for layer, (W, b) in zip(linear, kept[0], strict=True)
        ],
        "weights": {
            name: [np.sqrt(np.mean(W**2)) for W, _ in then]
            for name, then in (("before", kept[0]), ("after_first_epoch", kept[1]), ("after", kept[-1]))
        },
        "test_probability": probabilities(net, test, loss),
        "summary": {
            **summary(history),
            "trained": trained(net, train, test, loss),
            "wrong": {
                "trained_on": wrong(net, trained_on(train, size), loss),
                "train": wrong(net, train, loss),
                "test": wrong(net, test, loss),
            },
            "dead_units": dead[-1],
        },
    }


def probabilities(net: Net, samples: Samples, loss: Loss) -> dict[str, float]:
    """The smallest and the largest probability that the trained net gives."""
    output = output_of(net, samples.x)
    with np.errstate(all="ignore"):
        probability = sigmoid(output) if loss is LOSSES["bce_with_logits"] else output
    return {"min": probability.min(), "max": probability.max()}


def summary(history: History) -> Course:
    """The history's ends and extremes; epochs are counted from 0, and null stands for never.

    The history's metrics are of the samples in whole minibatches, and those of training from before each step.
    """
    test_loss = history.test_loss
    lowest = int(np.argmin(np.where(np.isfinite(test_loss), test_loss, np.inf)))
    highest = int(np.argmax(history.test_accuracy))
    return {
        "final": {name: values[-1] for name, values in vars(history).items()},
        "lowest_test_loss": {
            "epoch": lowest,
            "loss": test_loss[lowest],
            "test_accuracy": history.test_accuracy[lowest],
        },
        "test_loss_rise": test_loss[-1] / test_loss[lowest] - 1,
        "highest_test_accuracy": {"epoch": highest, "accuracy": history.test_accuracy[highest]},
        "first_perfect_epoch": first(history.train_accuracy == 1),
        "highest_train_accuracy": max(history.train_accuracy),
        "plateau_epochs": plateau_epochs(history),
    }


def print_epochs(history: History) -> None:
    """The metrics of the first and of the last epochs, a line each, as the hand-in prints those of all."""
    epochs = len(history.train_loss)
    for epoch in (0, 1, 2, epochs - 2, epochs - 1):
        if epoch == epochs - 2:
            print("...")
        print(
            f"Epoch {epoch:3d}: "
            f"loss[train]={history.train_loss[epoch]:7.4f} accuracy[train]={history.train_accuracy[epoch]:7.4f} "
            f"loss[test]={history.test_loss[epoch]:7.4f} accuracy[test]={history.test_accuracy[epoch]:7.4f}"
        )


if __name__ == "__main__":
    run(main, snakemake)
