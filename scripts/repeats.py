"""The same network from many seeds: each has its own split of the digits, order of samples and initial weights."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from nnlib.digits import split
from nnlib.functions import Array
from nnlib.net import Net, build
from nnlib.training import Samples
from scripts.numbers import Gapped
from scripts.settings import Architecture

BAND = 0.8  # the share of the seeds that a band holds


Numbers = dict[str, NDArray[Any]]  # of many networks, by name, (..., R)


class Band(TypedDict):
    """The median and the middle of many seeds, step by step."""

    low: Gapped
    median: Gapped
    high: Gapped


class Spread(TypedDict):
    """How the values of many seeds spread; a number is None where none of them is finite."""

    mean: float | None
    deviation: float | None
    median: float | None
    quartiles: Gapped
    smallest: float | None
    largest: float | None
    count: int


class Listed(Spread):
    """The values themselves too, seed by seed."""

    values: Gapped


def samples(digits: str) -> Samples:
    """All samples, in the order in which the single runs take them."""
    with np.load(digits) as data:
        return Samples(*(np.concatenate([data[f"train_{part}"], data[f"test_{part}"]]) for part in ("x", "y")))


def repeated(
    everything: Samples, spec: Architecture, seed: int, repeats: range, fraction: float
) -> tuple[list[Net], list[Samples], list[Samples]]:
    """A network for each repeat, their training sets and their test sets.

    Repeat r of every network draws the same split and order, so that two networks can be compared repeat by repeat.
    """
    rngs = (np.random.default_rng([seed, repeat, 1]) for repeat in repeats)
    nets = [build(spec["layers"], rng, spec["scheme"]) for rng in rngs]
    return nets, *splits(everything, seed, repeats, fraction)


def splits(everything: Samples, seed: int, repeats: range, fraction: float) -> tuple[list[Samples], list[Samples]]:
    """The training sets and the test sets of the repeats."""
    orders = [split(fraction, np.random.default_rng([seed, repeat, 0])) for repeat in repeats]
    train, test = ([Samples(*(part[own] for part in everything)) for own in each] for each in zip(*orders, strict=True))
    return train, test


def held_out(train: list[Samples], fraction: float) -> tuple[list[Samples], list[Samples]]:
    """Each training set without its first samples, to train on, and these, to choose settings by."""
    count = int(fraction * len(train[0].x))
    rest, first = ([Samples(x[which], y[which]) for x, y in train] for which in (np.s_[count:], np.s_[:count]))
    return rest, first


def side_by_side(rows: Iterable[Mapping[str, Any]]) -> Numbers:
    """The values of each key, one behind the other on the last axis."""
    each = list(rows)
    return {key: np.stack([row[key] for row in each], axis=-1) for key in each[0]}


def band(values: Array) -> Band:
    """The median and the middle of the values over the last axis; what is not finite does not count."""
    low, median, high = (
        [float(np.quantile(finite, q)) if len(finite := row[np.isfinite(row)]) else None for row in values]
        for q in ((1 - BAND) / 2, 0.5, (1 + BAND) / 2)
    )
    return {"low": low, "median": median, "high": high}


def spread(values: Array) -> Spread:
    """Mean and standard deviation, median, quartiles and extremes of what is finite, and how many that are."""
    finite = values[np.isfinite(values)]
    some = len(finite) > 0
    nothing: list[float | None] = [None, None]
    return {
        "mean": finite.mean() if some else None,
        "deviation": finite.std(ddof=1) if len(finite) > 1 else None,
        "median": np.median(finite) if some else None,
        "quartiles": np.quantile(finite, (0.25, 0.75)) if some else nothing,
        "smallest": finite.min() if some else None,
        "largest": finite.max() if some else None,
        "count": len(finite),
    }


def listed(values: Array) -> Listed:
    """The values, seed by seed, with their spread."""
    return {"values": values, **spread(np.asarray(values, float))}
