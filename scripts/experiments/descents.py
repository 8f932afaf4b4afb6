"""Descend on f once; write the path."""

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from nnlib.descent import gradient_descent
from reporting.pipeline.artifacts import read_json, write_json
from reporting.pipeline.job import run
from scripts.numbers import Gapped, Row

if TYPE_CHECKING:
    from scripts.experiments.landscape import Minimum, Point


class Settings(TypedDict):
    """A descent, as the configuration has it."""

    title: str
    start: list[float]
    step_size: float
    steps: int
    decay: float


class Points(TypedDict):
    """Where a descent was, step by step, and f there."""

    x: Gapped
    y: Gapped
    f: Gapped


class Lowest(TypedDict):
    step: int
    f: float


class Nearest(TypedDict):
    """A minimum, and how far it is."""

    x: float
    y: float
    f: float
    eigenvalues: Row
    largest_stable_step: float
    distance: float


class Descent(Settings):
    """The artifact has the name besides."""

    path: Points
    end: "Point"
    diverged_at_step: int | None
    lowest: Lowest
    nearest_minimum: Nearest
    above_global: float


def main(landscape: str, descent: str, name: str, spec: Settings) -> None:
    write_json(descent, {"name": name, **descend_once(read_json(landscape)["minima"], spec)})


def descend_once(minima: "list[Minimum]", spec: Settings) -> Descent:
    """The path of one descent, and where it ends beside the minima of f."""
    x, y = spec["start"]
    path = gradient_descent(x, y, spec["step_size"], spec["steps"], spec["decay"])
    end = path.x[-1], path.y[-1]
    distances = [np.hypot(end[0] - minimum["x"], end[1] - minimum["y"]) for minimum in minima]
    nearest = int(np.argmin(distances))
    finite = np.isfinite(path.f)
    return {
        **spec,
        "path": {"x": path.x, "y": path.y, "f": path.f},
        "end": {"x": end[0], "y": end[1], "f": path.f[-1]},
        "diverged_at_step": None if finite.all() else int(np.argmin(finite)),
        "lowest": {"step": int(np.nanargmin(path.f)), "f": np.nanmin(path.f)},
        "nearest_minimum": {**minima[nearest], "distance": distances[nearest]},
        "above_global": path.f[-1] - minima[0]["f"],
    }


if __name__ == "__main__":
    run(main, snakemake)
