"""What repeats say together."""

import math
from collections.abc import Sequence
from typing import TypedDict

import numpy as np

LIMIT = 3  # standard errors; a mean that is farther from what is expected differs from it


class TooFewError(Exception):
    """Repeats that are all the same: what is looked for is too rare for so few queries."""


class Spread(TypedDict):
    """The values of repeats, their mean and standard deviation, and the standard error of the mean."""

    values: list[float]
    mean: float
    deviation: float
    error: float


def spread(values: Sequence[float]) -> Spread:
    """Raises TooFewError where there is no spread, and so no error to measure by."""
    deviation = float(np.std(values, ddof=1))
    if not deviation:
        raise TooFewError(f"all {len(values)} repeats have the same rate, {values[0]:g}; raise queries or repeats")
    error = deviation / math.sqrt(len(values))
    return {"values": list(values), "mean": float(np.mean(values)), "deviation": deviation, "error": error}


def errors_off(found: Spread, expected: float) -> float:
    """How many standard errors the mean is from what is expected."""
    return abs(found["mean"] - expected) / found["error"]
