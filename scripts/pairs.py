"""The difference of two networks, seed by seed, with its 95 % t interval."""

from typing import TypedDict

import numpy as np
from scipy.special import stdtrit

from scripts.numbers import Gapped

CONFIDENCE = 0.95


class Paired(TypedDict):
    """A mean difference with its interval, None where there are too few pairs."""

    count: int
    confidence: float
    mean: float | None
    low: float | None
    high: float | None


def paired(first: Gapped, second: Gapped) -> Paired:
    """The mean of (first - second) over the seeds for which both are finite, with its t interval."""
    pairwise = np.asarray(first, float) - np.asarray(second, float)
    differences = pairwise[np.isfinite(pairwise)]
    n = len(differences)
    if n < 2:
        return {"count": n, "confidence": CONFIDENCE, "mean": None, "low": None, "high": None}
    mean = differences.mean()
    half = stdtrit(n - 1, (1 + CONFIDENCE) / 2) * differences.std(ddof=1) / np.sqrt(n)
    return {"count": n, "confidence": CONFIDENCE, "mean": mean, "low": mean - half, "high": mean + half}
