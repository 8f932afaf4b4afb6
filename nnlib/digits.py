"""The data set: 1797 handwritten digits of 8 x 8 pixels, made into a problem of two
classes."""

import numpy as np
from numpy.typing import NDArray

from nnlib.functions import Array

SAMPLES = 1797
FEATURES = 64


def standardize(pixels: Array) -> Array:
    """Pixels (N, 64), less their overall mean, divided by their overall standard
    deviation."""
    centred = pixels - np.mean(pixels)
    return np.asarray(centred / np.std(centred))


def label(digit: NDArray[np.int_]) -> Array:
    """1 for the digits 0 to 4, 0 for 5 to 9; digits (N,), labels (N, 1)."""
    return (digit < 5).astype(float)[:, None]


def train_size(fraction: float) -> int:
    """How many of the samples are for training."""
    return int(fraction * SAMPLES)


def split(
    fraction: float, rng: np.random.Generator
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Indices of the training and of the test samples, in the order in which training
    takes them."""
    order = rng.permutation(SAMPLES)
    n = train_size(fraction)
    return order[:n], order[n:]
