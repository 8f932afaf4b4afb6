"""Draw groups of people; write how many of them share a birthday."""

from typing import Any

import numpy as np

from reporting.pipeline.artifacts import write_json
from reporting.pipeline.job import run


def main(birthdays: str, name: str, spec: dict[str, Any], seed: int) -> None:
    write_json(birthdays, {"name": name, **shared_birthdays(spec, np.random.default_rng(seed))})


def shared_birthdays(spec: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """The share of groups in which two share a birthday: drawn, and as it must be, by the number of people from 1."""
    people = np.arange(1, spec["largest"] + 1)
    days = rng.integers(spec["days"], size=(spec["groups"], spec["largest"]))
    drawn = [float((np.diff(np.sort(days[:, :count])) == 0).any(axis=1).mean()) for count in people]
    expected = 1 - np.cumprod(1 - (people - 1) / spec["days"])
    half = int(np.argmax(expected > 0.5))
    return {
        **spec,
        "people": people,
        "drawn": drawn,
        "expected": expected,
        "half": {"people": people[half], "expected": expected[half], "expected_before": expected[half - 1]},
        "largest_difference": float(np.abs(drawn - expected).max()),
    }


if __name__ == "__main__":
    run(main, snakemake)
