"""The same network from many seeds: each has its own split of the digits, order of samples and first weights."""

from typing import Any

import numpy as np

from nnlib.digits import split
from nnlib.functions import Array
from nnlib.net import Net, build, stack
from nnlib.training import Samples

BAND = 0.8  # the share of the seeds that a band holds


def samples(digits: str) -> Samples:
    """All samples, in the order of the printed runs."""
    with np.load(digits) as data:
        return Samples(*(np.concatenate([data[f"train_{part}"], data[f"test_{part}"]]) for part in ("x", "y")))


def repeated(
    everything: Samples, spec: dict[str, Any], seed: int, count: int, fraction: float
) -> tuple[Net, Samples, Samples]:
    """A stack of `count` networks, their training sets (count, N, ...) and their test sets.

    Repeat r of every network draws the same split and order, so that two networks can be compared repeat by repeat.
    """
    nets, train, test = [], [], []
    for repeat in range(count):
        order, rest = split(fraction, np.random.default_rng([seed, repeat, 0]))
        nets.append(build(spec["layers"], np.random.default_rng([seed, repeat, 1]), spec["scheme"]))
        train.append(order)
        test.append(rest)
    train_samples, test_samples = (
        Samples(*(part[np.array(chosen)] for part in everything)) for chosen in (train, test)
    )
    return stack(nets), train_samples, test_samples


def band(values: Array) -> dict[str, Any]:
    """The median and the middle of the values over the last axis; what is not finite does not count."""
    low, median, high = (
        [float(np.quantile(finite, q)) if len(finite := row[np.isfinite(row)]) else None for row in values]
        for q in ((1 - BAND) / 2, 0.5, (1 + BAND) / 2)
    )
    return {"low": low, "median": median, "high": high}


def spread(values: Array) -> dict[str, Any]:
    """Mean and standard deviation of what is finite, and how many that are."""
    finite = values[np.isfinite(values)]
    return {
        "mean": finite.mean() if len(finite) else None,
        "deviation": finite.std(ddof=1) if len(finite) > 1 else None,
        "count": len(finite),
    }
