"""Load the digits, split them into a training and a test set; write the samples and what is known of them."""

from typing import Any, TypedDict

import numpy as np
import sklearn.datasets

from nnlib.digits import label, split, standardize
from nnlib.functions import Array
from reporting.pipeline.artifacts import atomic_write, write_json
from reporting.pipeline.job import run
from scripts.numbers import Row

SHOWN = 10


class Digits(TypedDict):
    """What is known of the samples; the artifact has the fraction and the seed of their split too."""

    features_shape: tuple[int, ...]
    labels_shape: tuple[int, ...]
    min: float
    max: float
    pixel_mean: float
    pixel_deviation: float
    labels: Row
    digits_labelled_one: list[int]
    digits_labelled_zero: list[int]
    train_samples: int
    test_samples: int
    train_share_of_ones: float
    shown: int
    first_digits: list[int]
    first_images: list[list[list[int]]]


def main(samples: str, facts: str, train_fraction: float, seed: int) -> None:
    pixels, digit = sklearn.datasets.load_digits(return_X_y=True)
    x, y = standardize(pixels), label(digit)
    train, test = split(train_fraction, np.random.default_rng(seed))
    with atomic_write(samples) as aside:
        np.savez(aside, train_x=x[train], train_y=y[train], test_x=x[test], test_y=y[test])
    write_json(facts, {**describe(pixels, digit, x, y, train, test), "train_fraction": train_fraction, "seed": seed})


def describe(pixels: Array, digit: Any, x: Array, y: Array, train: Any, test: Any) -> Digits:
    """What is known of the samples and of their parts for training and for testing."""
    return {
        "features_shape": x.shape,
        "labels_shape": y[:, 0].shape,
        "min": x.min(),
        "max": x.max(),
        "pixel_mean": x.mean(),
        "pixel_deviation": x.std(),
        "labels": np.unique(y),
        "digits_labelled_one": [digit[y[:, 0] == 1].min(), digit[y[:, 0] == 1].max()],
        "digits_labelled_zero": [digit[y[:, 0] == 0].min(), digit[y[:, 0] == 0].max()],
        "train_samples": len(train),
        "test_samples": len(test),
        "train_share_of_ones": y[train].mean(),
        "shown": SHOWN,
        "first_digits": digit[:SHOWN].tolist(),
        "first_images": pixels[:SHOWN].reshape(-1, 8, 8).astype(int).tolist(),
    }


if __name__ == "__main__":
    run(main, snakemake)
