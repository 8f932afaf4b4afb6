"""What holds of all networks and all their seeds: whether any of them ever classified the test set without a fault."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypedDict

from reporting.pipeline.artifacts import read_json, write_json
from reporting.pipeline.job import run

if TYPE_CHECKING:
    from scripts.experiments.networks import NetworkRun
    from scripts.experiments.seeds import SeedRuns


class Highest(TypedDict):
    accuracy: float
    network: str


class Overview(TypedDict):
    networks: int
    runs: int
    highest_test_accuracy: Highest


def main(networks: list[str], seeds: list[str], overview: str) -> None:
    single, many = ({facts["name"]: facts for facts in map(read_json, paths)} for paths in (networks, seeds))
    write_json(overview, overall(single, many))


def overall(networks: "Mapping[str, NetworkRun]", seeds: "Mapping[str, SeedRuns]") -> Overview:
    """How many runs there are, and the highest test accuracy of any of them after any epoch, in whole minibatches."""
    highest = [(facts["summary"]["highest_test_accuracy"]["accuracy"], name) for name, facts in networks.items()]
    highest += [(facts["highest_test_accuracy"], name) for name, facts in seeds.items()]
    accuracy, name = max(highest)
    return {
        "networks": len(networks),
        "runs": len(networks) + sum(facts["count"] for facts in seeds.values()),
        "highest_test_accuracy": {"accuracy": accuracy, "network": name},
    }


if __name__ == "__main__":
    run(main, snakemake)
