"""Compare the people among whom a birthday is more likely shared than not with a power of the days of a year."""

from collections.abc import Sequence
from typing import Any

from scripts.powers import power

from reporting.pipeline.artifacts import read_json, write_json
from reporting.pipeline.job import run


def main(birthdays: Sequence[str], law: str, spec: dict[str, Any]) -> None:
    write_json(law, ratios([read_json(path) for path in birthdays], spec))


def ratios(planets: Sequence[dict[str, Any]], spec: dict[str, Any]) -> dict[str, Any]:
    """For each planet the people, the power of its days, and the first divided by the second."""
    people = [planet["half"]["people"] for planet in planets]
    powers = [power(planet["days"], spec["power"]) for planet in planets]
    found = [count / size for count, size in zip(people, powers, strict=True)]
    return {**spec, "people": people, "powers": powers, "ratios": found, "lowest": min(found), "highest": max(found)}


if __name__ == "__main__":
    run(main, snakemake)
