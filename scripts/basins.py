"""Descend on f from a grid of starts with a small step; write which minimum each start reaches."""

from typing import Any

import numpy as np

from nnlib.descent import gradient_descent
from scripts.artifacts import read_json, write_json
from scripts.job import run


def main(landscape: str, basins: str, spec: dict[str, Any]) -> None:
    minima = read_json(landscape)["minima"]
    side = np.linspace(-spec["extent"], spec["extent"], spec["count"])
    path = gradient_descent(side, side[:, None], spec["step_size"], spec["steps"])
    distances = [np.hypot(path.x[-1] - minimum["x"], path.y[-1] - minimum["y"]) for minimum in minima]
    reached = np.argmin(distances, axis=0)
    write_json(
        basins,
        {
            **spec,
            "side": side,
            "reached": reached,
            "largest_distance": np.min(distances, axis=0).max(),
            "shares": [(reached == number).mean() for number in range(len(minima))],
        },
    )


if __name__ == "__main__":
    run(main, snakemake)
