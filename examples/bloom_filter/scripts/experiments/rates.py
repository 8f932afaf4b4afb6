"""Measure the false positive rate for each number of hash functions; write it beside the formula."""

import math
from typing import Any, TypedDict

import numpy as np

from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import progress, run
from scripts.filters import exact, formula, independent, measure, salts
from scripts.repeats import LIMIT, Spread, TooFewError, errors_off, spread


class Cell(TypedDict):
    """A filter with so many hash functions; what share of its bits it uses, measured and expected."""

    hashes: int
    rate: Spread
    formula_rate: float
    errors_off: float
    set_share: float
    used: float
    expected_used: float
    missed: int


class Filter(TypedDict):
    """So many bits per key, with each number of hash functions; the best of these, measured and by the formula."""

    bits_per_key: int
    best_hashes: float
    best_rate: float
    cells: list[Cell]
    best: Cell
    best_by_formula: Cell


def main(rates: str, spec: dict[str, Any], seed: int) -> None:
    write_json(rates, measured_rates(spec, seed))


def measured_rates(spec: dict[str, Any], seed: int) -> dict[str, Any]:
    filters: list[Filter] = []
    for done, bits_per_key in enumerate(spec["bits_per_key"]):
        progress(done, len(spec["bits_per_key"]), "filters")
        filters.append(filter_of(bits_per_key, spec, seed))
    cells = [cell for one in filters for cell in one["cells"]]
    return {
        **spec,
        "filters": filters,
        "limit": LIMIT,
        "within": {"count": sum(cell["errors_off"] < LIMIT for cell in cells), "total": len(cells)},
        "largest_used_difference": max(abs(cell["used"] - cell["expected_used"]) for cell in cells),
        "lookups": len(cells) * spec["repeats"] * spec["keys"],
        "missed": sum(cell["missed"] for cell in cells),
        "used_with": {
            name: {"times_best": times, "used": used(times)} for name, times in (("fewer", 0.5), ("more", 2.0))
        },
    }


def filter_of(bits_per_key: int, spec: dict[str, Any], seed: int) -> Filter:
    best = bits_per_key * math.log(2)
    cells = [cell_of(bits_per_key, hashes, spec, seed) for hashes in range(1, int(spec["most_times_best"] * best) + 1)]
    return {
        "bits_per_key": bits_per_key,
        "best_hashes": best,
        "best_rate": 2**-best,
        "cells": cells,
        "best": min(cells, key=lambda cell: cell["rate"]["mean"]),
        "best_by_formula": min(cells, key=lambda cell: cell["formula_rate"]),
    }


def cell_of(bits_per_key: int, hashes: int, spec: dict[str, Any], seed: int) -> Cell:
    """Repeats have hash functions of their own, which are the same for every number of them that is tried."""
    keys, bits = spec["keys"], bits_per_key * spec["keys"]
    rngs = (np.random.default_rng([seed, bits_per_key, repeat]) for repeat in range(spec["repeats"]))
    found = [measure(independent, bits, keys, spec["queries"], salts(rng, hashes, 1)) for rng in rngs]
    rate = spread([one.rate for one in found])
    best = bits_per_key * math.log(2)
    return {
        "hashes": hashes,
        "rate": rate,
        "formula_rate": formula(bits, keys, hashes),
        "errors_off": errors_off(rate, exact(bits, keys, hashes)),
        "set_share": float(np.mean([one.set_share for one in found])),
        "used": -math.log2(rate["mean"]) / best,
        "expected_used": used(hashes / best),
        "missed": sum(one.missed for one in found),
    }


def used(times_best: float) -> float:
    """The share of its bits that the best filter needs for the rate of one that has so many times the best number of
    hash functions."""
    unset = 2**-times_best
    return math.log2(unset) * math.log2(1 - unset)


if __name__ == "__main__":
    run(main, snakemake, TooFewError)
