"""Train one network; write its learning curves and what became of it."""

from typing import Any

import numpy as np

from nnlib.functions import LOSSES, Loss, sigmoid
from nnlib.layers import Linear
from nnlib.net import Net, build
from nnlib.training import History, Samples, fit
from scripts.artifacts import write_json
from scripts.job import run
from scripts.measures import dead_units, hidden_units, plateau_epochs


def main(digits: str, network: str, name: str, spec: dict[str, Any], seed: int) -> None:
    with np.load(digits) as data:
        train, test = Samples(data["train_x"], data["train_y"]), Samples(data["test_x"], data["test_y"])
    write_json(network, {"name": name, **train_once(train, test, spec, seed)})


def train_once(train: Samples, test: Samples, spec: dict[str, Any], seed: int) -> dict[str, Any]:
    """Train a network: its learning curves, and what became of its units and its weights."""
    net = build(spec["layers"], np.random.default_rng(seed), spec["scheme"])
    loss = LOSSES[spec["loss"]]
    linear = [layer for layer in net.layers if isinstance(layer, Linear)]
    before = [(layer.W.copy(), layer.b.copy()) for layer in linear]
    dead: list[Any] = []
    history = fit(
        net,
        train,
        test,
        loss=loss,
        epochs=spec["epochs"],
        learning_rate=spec["learning_rate"],
        minibatch_size=spec["minibatch_size"],
        after_epoch=lambda net: dead.append(dead_units(net, train.x)),
    )
    return {
        **spec,
        "seed": seed,
        "history": vars(history),
        "diverged_at_epoch": history.diverged_at_epoch,
        "poisoned_by": poisoned_by(spec, seed, train, test, history.diverged_at_epoch),
        "dead_units": dead,
        "linear_layers": len(linear),
        "outputs": linear[-1].W.shape[1],
        "hidden_units": hidden_units(net),
        "changed": [
            {"layer": str(layer), "W": np.abs(layer.W - W).max(), "b": np.abs(layer.b - b).max()}
            for layer, (W, b) in zip(linear, before, strict=True)
        ],
        "test_probability": probabilities(net, test, loss),
        "summary": {**summary(history), "dead_units": dead[-1]},
    }


def poisoned_by(
    spec: dict[str, Any], seed: int, train: Samples, test: Samples, epoch: int | None
) -> dict[str, Any] | None:
    """The first sample of an epoch that diverges whose loss has no finite gradient: found by training up to it anew."""
    if epoch is None:
        return None
    net, loss = build(spec["layers"], np.random.default_rng(seed), spec["scheme"]), LOSSES[spec["loss"]]
    rate, size = spec["learning_rate"], spec["minibatch_size"]
    fit(net, train, test, loss=loss, epochs=epoch, learning_rate=rate, minibatch_size=size)
    with np.errstate(all="ignore"):
        for minibatch in range(len(train.x) // size):
            x, y = (part[minibatch * size : (minibatch + 1) * size] for part in train)
            output, trace = net.forward(x)
            dy = loss.gradient(y, output)
            if not np.isfinite(dy).all():
                row, column = np.argwhere(~np.isfinite(dy))[0]
                logit = (trace[-1][1] if spec["loss"] == "bce" else output)[row, column]
                return {
                    "epoch": epoch,
                    "minibatch": minibatch,
                    "label": y[row, 0],
                    "logit": logit,
                    "output": sigmoid(logit),
                }
            net.backward(trace, dy)
            net.step(rate)
    return None


def probabilities(net: Net, samples: Samples, loss: Loss) -> dict[str, Any]:
    """The smallest and the largest probability that the trained net gives."""
    with np.errstate(all="ignore"):
        output, _ = net.forward(samples.x)
        probability = sigmoid(output) if loss is LOSSES["bce_with_logits"] else output
    return {"min": probability.min(), "max": probability.max()}


def summary(history: History) -> dict[str, Any]:
    """The history's ends and extremes; epochs are counted from 0, and null stands for never."""
    test_loss = history.test_loss
    lowest = int(np.argmin(np.where(np.isfinite(test_loss), test_loss, np.inf)))
    highest = int(np.argmax(history.test_accuracy))
    perfect = np.flatnonzero(history.train_accuracy == 1)
    return {
        "final": {name: values[-1] for name, values in vars(history).items()},
        "lowest_test_loss": {
            "epoch": lowest,
            "loss": test_loss[lowest],
            "test_accuracy": history.test_accuracy[lowest],
        },
        "test_loss_rise": test_loss[-1] / test_loss[lowest] - 1,
        "highest_test_accuracy": {"epoch": highest, "accuracy": history.test_accuracy[highest]},
        "first_perfect_epoch": perfect[0] if len(perfect) else None,
        "highest_train_accuracy": max(history.train_accuracy),
        "plateau_epochs": plateau_epochs(history.train_loss),
    }


if __name__ == "__main__":
    run(main, snakemake)
