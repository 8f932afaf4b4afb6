"""Descend on f from a grid of starts with a small step; write which minimum each start reaches."""

from typing import Any

import numpy as np

from nnlib.descent import gradient_descent
from scripts.artifacts import read_json, write_json
from scripts.job import run


def main(landscape: str, basins: str, spec: dict[str, Any]) -> None:
    write_json(basins, find_basins(read_json(landscape)["minima"], spec))


def find_basins(minima: list[dict[str, Any]], spec: dict[str, Any]) -> dict[str, Any]:
    """The number of the minimum that a descent reaches, for each start of a grid."""
    side = np.linspace(-spec["extent"], spec["extent"], spec["count"])
    path = gradient_descent(side, side[:, None], spec["step_size"], spec["steps"])
    distances = [np.hypot(path.x[-1] - minimum["x"], path.y[-1] - minimum["y"]) for minimum in minima]
    reached = np.argmin(distances, axis=0)
    return {
        **spec,
        "side": side,
        "reached": reached,
        "largest_distance": np.min(distances, axis=0).max(),
        "shares": [(reached == number).mean() for number in range(len(minima))],
    }


if __name__ == "__main__":
    run(main, snakemake)
