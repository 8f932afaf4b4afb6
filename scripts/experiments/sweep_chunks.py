"""Train some repeats of some settings of the sweep; keep how good each network is, and whether it is lost."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nnlib.functions import LOSSES, Array, Loss
from nnlib.net import Net
from nnlib.stack import fit_stack
from nnlib.training import Samples
from reporting.pipeline.job import run
from scripts.chunks import make_chunk
from scripts.measures import answers_alike, dead_units, diverged, evaluated, hidden_units, lost
from scripts.repeats import Numbers, held_out, repeated, samples
from scripts.settings import Setting, sweep_settings

if TYPE_CHECKING:
    from scripts.experiments.sweep import Settings


def main(
    digits: str, chunk: str, sweep: "Settings", seed: int, train_fraction: float, settings: str, repeats: str
) -> None:
    train = partial(judged, samples(digits), seed, train_fraction, sweep["validation_fraction"])
    make_chunk(chunk, sweep_settings(sweep), settings, repeats, train)


def judged(
    everything: Samples,
    seed: int,
    train_fraction: float,
    validation_fraction: float,
    setting: Setting,
    repeats: range,
) -> Numbers:
    """Train networks on the training set less the validation set, and judge them over all samples of each set."""
    nets, train, test = repeated(everything, setting, seed, repeats, train_fraction)
    fitted, validation = held_out(train, validation_fraction)
    loss = LOSSES[setting["loss"]]
    histories = fit_stack(
        nets,
        fitted,
        validation,
        loss=loss,
        epochs=setting["epochs"],
        learning_rate=setting["learning_rate"],
        minibatch_size=setting["minibatch_size"],
    )
    runs = list(zip(histories, nets, fitted, strict=True))
    return {
        "validation_accuracy": accuracies(nets, validation, loss),
        "test_accuracy": accuracies(nets, test, loss),
        "lost": np.array([lost(*run) for run in runs]),
        "diverged": np.array(list(map(diverged, histories))),
        "answers_alike": np.array([answers_alike(net, own) for _, net, own in runs]),
        "all_dead": np.array([dead_units(net, own.x) == hidden_units(net) for _, net, own in runs]),
    }


def accuracies(nets: list[Net], sets: list[Samples], loss: Loss) -> Array:
    return np.array([evaluated(net, own, loss)[1] for net, own in zip(nets, sets, strict=True)])


if __name__ == "__main__":
    run(main, snakemake)
