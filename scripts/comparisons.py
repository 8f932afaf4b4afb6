"""Compare networks seed by seed: the paired difference of a metric, with its 95 % t interval."""

from typing import Any

import numpy as np
import scipy.stats

from scripts.artifacts import read_json, write_json
from scripts.job import run

CONFIDENCE = 0.95


def main(seeds: list[str], comparisons: str, pairs: dict[str, dict[str, str]]) -> None:
    repeats = {facts["name"]: facts for facts in map(read_json, [seeds] if isinstance(seeds, str) else seeds)}
    write_json(comparisons, {name: {**pair, **difference(pair, repeats)} for name, pair in pairs.items()})


def difference(pair: dict[str, str], repeats: dict[str, Any]) -> dict[str, Any]:
    """The mean of (first - second) over the seeds for which both are finite, and its interval."""
    first, second = (
        np.array(repeats[pair[side]]["final"][pair["metric"]]["values"], float) for side in ("first", "second")
    )
    differences = (first - second)[np.isfinite(first - second)]
    n = len(differences)
    if n < 2:
        return {"count": n, "confidence": CONFIDENCE, "mean": None, "low": None, "high": None}
    half = scipy.stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * differences.std(ddof=1) / np.sqrt(n)
    return {
        "count": n,
        "confidence": CONFIDENCE,
        "mean": differences.mean(),
        "low": differences.mean() - half,
        "high": differences.mean() + half,
    }


if __name__ == "__main__":
    run(main, snakemake)
