"""Compare networks seed by seed: the paired difference of a metric, with its 95 % t interval."""

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from reporting.pipeline.artifacts import read_json, write_json
from reporting.pipeline.job import run
from scripts.numbers import Gapped
from scripts.pairs import paired
from scripts.settings import differences

if TYPE_CHECKING:
    from scripts.experiments.seeds import NamedRuns, SeedRuns


class Pair(TypedDict):
    """Two networks and the metric in which they are compared, as the configuration has them."""

    first: str
    second: str
    metric: str


class Comparison(Pair):
    count: int
    confidence: float
    mean: float | None
    low: float | None
    high: float | None
    differs_in: list[str]
    pairs: int
    diverged_first: int
    diverged_second: int
    lost_first: int
    lost_second: int
    dropped: int


def main(seeds: list[str], comparisons: str, pairs: dict[str, Pair]) -> None:
    runs: list[NamedRuns] = list(map(read_json, [seeds] if isinstance(seeds, str) else seeds))
    repeats = {facts["name"]: facts for facts in runs}
    write_json(
        comparisons,
        {name: compared(pair, repeats[pair["first"]], repeats[pair["second"]]) for name, pair in pairs.items()},
    )


def compared(pair: Pair, first: "SeedRuns", second: "SeedRuns") -> Comparison:
    """The mean of (first - second) over the seeds at which neither diverged, with its interval; and how many runs did.

    A run whose units are all dead is lost as well, but it answers, and counts.
    """
    gone = [np.array(facts["diverged_runs"], bool) for facts in (first, second)]
    kept = ~(gone[0] | gone[1])
    values = [np.array(metric(facts, pair["metric"]), float) for facts in (first, second)]
    found = paired(*(np.where(kept, one, np.nan) for one in values))
    return {
        **pair,
        **found,
        "differs_in": differences(first, second),
        "pairs": len(kept),
        "diverged_first": int(gone[0].sum()),
        "diverged_second": int(gone[1].sum()),
        "lost_first": first["lost"],
        "lost_second": second["lost"],
        "dropped": len(kept) - found["count"],
    }


def metric(facts: "SeedRuns", name: str) -> Gapped:
    """The metric of the trained networks, seed by seed."""
    return (facts["plateau_epochs"] if name == "plateau_epochs" else facts["trained"][name])["values"]


if __name__ == "__main__":
    run(main, snakemake)
