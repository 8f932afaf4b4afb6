"""Train some repeats of some settings of the scan of learning rates; keep what each network ends with."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from nnlib.functions import LOSSES
from nnlib.stack import fit_stack
from nnlib.training import Samples
from reporting.pipeline.job import run
from scripts.chunks import make_chunk
from scripts.measures import diverged
from scripts.repeats import Numbers, repeated, samples
from scripts.settings import Setting, scanned_settings

if TYPE_CHECKING:
    from scripts.experiments.rate_scan import Settings


def main(
    digits: str, chunk: str, rate_scan: "Settings", seed: int, train_fraction: float, settings: str, repeats: str
) -> None:
    train = partial(ended, samples(digits), seed, train_fraction)
    make_chunk(chunk, scanned_settings(rate_scan), settings, repeats, train)


def ended(everything: Samples, seed: int, train_fraction: float, setting: Setting, repeats: range) -> Numbers:
    """Train networks: the last loss and accuracy of their histories, and whether they came to NaN."""
    nets, train, test = repeated(everything, setting, seed, repeats, train_fraction)
    histories = fit_stack(
        nets,
        train,
        test,
        loss=LOSSES[setting["loss"]],
        epochs=setting["epochs"],
        learning_rate=setting["learning_rate"],
        minibatch_size=setting["minibatch_size"],
    )
    return {
        "train_loss": np.array([history.train_loss[-1] for history in histories]),
        "test_accuracy": np.array([history.test_accuracy[-1] for history in histories]),
        "diverged": np.array(list(map(diverged, histories))),
    }


if __name__ == "__main__":
    run(main, snakemake)
