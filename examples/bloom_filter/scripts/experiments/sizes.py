"""Measure the false positive rate of small and large filters, for each way to get hash functions."""

import math
from typing import Any, TypedDict

import numpy as np

from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import progress, run
from scripts.filters import SCHEMES, exact, formula, measure, salts
from scripts.repeats import Spread, TooFewError, errors_off, spread

LITTLE = 0.01  # of the formula's rate, below which it hardly matters


class Size(TypedDict):
    """Filters with so many keys: the rate that is exact for independent hash functions, and those measured, each
    divided by the formula's."""

    keys: int
    bits: int
    exact_ratio: float
    exact_excess: float
    ratios: dict[str, Spread]


class Extra(TypedDict):
    """What a way to get hash functions adds to the exact rate: `bits` / (bits of the filter), with a standard error;
    how far a size is from that, in errors; and from how many keys on that is little."""

    bits: float
    error: float
    largest_errors_off: float
    little_from: int


def main(sizes: str, spec: dict[str, Any], seed: int) -> None:
    write_json(sizes, measured_sizes(spec, seed))


def measured_sizes(spec: dict[str, Any], seed: int) -> dict[str, Any]:
    sizes: list[Size] = []
    for done, keys in enumerate(spec["keys"]):
        progress(done, len(spec["keys"]), "sizes")
        sizes.append(size_of(keys, spec, seed))
    rate = formula(spec["bits_per_key"], 1, spec["hashes"])  # of all sizes
    return {
        **spec,
        "formula_rate": rate,
        "sizes": sizes,
        "little": LITTLE,
        "extra": {name: extra(name, sizes, rate) for name in SCHEMES},
        "no_step": {"bits": 1 - math.exp(-spec["hashes"] / spec["bits_per_key"])},
    }


def size_of(keys: int, spec: dict[str, Any], seed: int) -> Size:
    """A repeat has as many filters of this size as hold the keys of the largest."""
    bits, hashes = spec["bits_per_key"] * keys, spec["hashes"]
    filters = max(spec["keys"]) // keys
    expected = formula(bits, keys, hashes)
    ratios: dict[str, list[float]] = {name: [] for name in SCHEMES}
    for repeat in range(spec["repeats"]):
        own = salts(np.random.default_rng([seed, keys, repeat]), hashes, filters)
        for name, scheme in SCHEMES.items():
            found = measure(scheme, bits, keys, math.ceil(spec["queries"] / filters), own)
            ratios[name].append(found.rate / expected)
    exact_ratio = exact(bits, keys, hashes) / expected
    return {
        "keys": keys,
        "bits": bits,
        "exact_ratio": exact_ratio,
        "exact_excess": exact_ratio - 1,
        "ratios": {name: spread(values) for name, values in ratios.items()},
    }


def extra(name: str, sizes: list[Size], rate: float) -> Extra:
    """The least squares of (ratio - exact ratio) × rate = extra / bits, each size weighed by its error."""
    found = [size["ratios"][name] for size in sizes]
    one_bit = np.array([1 / (size["bits"] * rate) for size in sizes])  # what one adds to the ratio
    more = np.array([each["mean"] - size["exact_ratio"] for each, size in zip(found, sizes, strict=True)])
    weight = one_bit / np.array([each["error"] for each in found]) ** 2
    bits = float(weight @ more / (weight @ one_bit))
    expected = [size["exact_ratio"] + bits * one for size, one in zip(sizes, one_bit, strict=True)]
    return {
        "bits": bits,
        "error": float((weight @ one_bit) ** -0.5),
        "largest_errors_off": max(map(errors_off, found, expected)),
        "little_from": max(0, math.ceil(bits / (LITTLE * rate) * sizes[0]["keys"] / sizes[0]["bits"])),
    }


if __name__ == "__main__":
    run(main, snakemake, TooFewError)
