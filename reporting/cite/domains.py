"""What values may be, by the last name in their path: a claim is tried with others of the same domain.

A name stands for all that end with it, `loss` for `test_loss` too. What is not listed may be any number.
"""

import math
from functools import cache
from typing import NamedTuple

from reporting import report_module


class Domain(NamedTuple):
    """The numbers between two, or whole ones only; at most the number beside it that is named."""

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    limit: str = ""

    def contains(self, number: float) -> bool:
        return self.low <= number <= self.high and (not self.whole or number == int(number))


ANY = Domain()
SHARE = Domain(0, 1)
SIZE = Domain(0)
COUNT = Domain(0, whole=True)


def out_of(limit: str) -> Domain:
    """A count of what is counted beside it."""
    return COUNT._replace(limit=limit)


DOMAINS: dict[str, Domain] = {
    "fraction": SHARE,
    "probability": SHARE,
    "share": SHARE,
    "shares": SHARE,
    "deviation": SIZE,
    "distance": SIZE,
    "error": SIZE,
    "count": COUNT,
    "samples": COUNT,
    "step": COUNT,
    "steps": COUNT,
    "total": COUNT,
}
# What summarises others: of them the smallest, one between, the largest.
RANKS = {
    **dict.fromkeys(("lowest", "smallest", "least", "min", "minimum", "low"), 0),
    **dict.fromkeys(("mean", "median"), 1),
    **dict.fromkeys(("highest", "largest", "most", "max", "maximum", "high"), 2),
}
CHOSEN = {"best", "worst", *RANKS}


@cache
def domains() -> dict[str, Domain]:
    """What every report has, and what this one adds."""
    return {**DOMAINS, **getattr(report_module("scripts.formats"), "DOMAINS", {})}


def domain_of(names: list[str]) -> Domain:
    """The domain of a value by the names in its path; a mean is of the kind of what it is the mean of."""
    while names and (names[-1] in RANKS or names[-1] == "values"):
        names = names[:-1]
    last = names[-1] if names else ""
    ends = [key for key in domains() if last == key or last.endswith(f"_{key}")]
    return domains()[max(ends, key=len)] if ends else ANY
