"""Compare networks seed by seed: the paired difference of a metric, with its 95 % t interval."""

from typing import Any

import numpy as np
import scipy.stats

from scripts.artifacts import read_json, write_json
from scripts.job import run

CONFIDENCE = 0.95


def main(seeds: list[str], comparisons: str, pairs: dict[str, dict[str, str]]) -> None:
    repeats = {facts["name"]: facts for facts in map(read_json, [seeds] if isinstance(seeds, str) else seeds)}
    write_json(
        comparisons,
        {name: compared(pair, repeats[pair["first"]], repeats[pair["second"]]) for name, pair in pairs.items()},
    )


def compared(pair: dict[str, str], first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The mean of (first - second) over the seeds for which both are finite, and its interval."""
    pairwise = np.subtract(*(np.array(one["final"][pair["metric"]]["values"], float) for one in (first, second)))
    differences = pairwise[np.isfinite(pairwise)]
    n = len(differences)
    if n < 2:
        return {**pair, "count": n, "confidence": CONFIDENCE, "mean": None, "low": None, "high": None}
    half = scipy.stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * differences.std(ddof=1) / np.sqrt(n)
    return {
        **pair,
        "count": n,
        "confidence": CONFIDENCE,
        "mean": differences.mean(),
        "low": differences.mean() - half,
        "high": differences.mean() + half,
    }


if __name__ == "__main__":
    run(main, snakemake)
