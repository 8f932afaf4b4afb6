"""Descend on f from a grid of starts with a small step; write which minimum each start reaches."""

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from nnlib.descent import gradient_descent
from reporting.pipeline.artifacts import read_json, write_json
from reporting.pipeline.job import run
from scripts.numbers import Row, Table

if TYPE_CHECKING:
    from scripts.experiments.landscape import Minimum


class Settings(TypedDict):
    """The grid of starts and the descents from them, as the configuration has them."""

    start: list[float]
    extent: float
    count: int
    step_size: float
    steps: int


class Basins(Settings):
    side: Row
    reached: Table  # the number of a minimum, for each start
    largest_distance: float
    reached_from_start: int
    shares: list[float]


def main(landscape: str, basins: str, spec: Settings) -> None:
    write_json(basins, find_basins(read_json(landscape)["minima"], spec))


def find_basins(minima: "list[Minimum]", spec: Settings) -> Basins:
    """The number of the minimum that a descent reaches, for each start of a grid."""
    side = np.linspace(-spec["extent"], spec["extent"], spec["count"])
    path = gradient_descent(side, side[:, None], spec["step_size"], spec["steps"])
    distances = [np.hypot(path.x[-1] - minimum["x"], path.y[-1] - minimum["y"]) for minimum in minima]
    reached = np.argmin(distances, axis=0)

    def nearest(x: float, y: float) -> int:
        end = gradient_descent(x, y, spec["step_size"], spec["steps"])
        return int(np.argmin([np.hypot(end.x[-1] - minimum["x"], end.y[-1] - minimum["y"]) for minimum in minima]))

    return {
        **spec,
        "side": side,
        "reached": reached,
        "largest_distance": np.min(distances, axis=0).max(),
        "reached_from_start": nearest(*spec["start"]),
        "shares": [(reached == number).mean() for number in range(len(minima))],
    }


if __name__ == "__main__":
    run(main, snakemake)
