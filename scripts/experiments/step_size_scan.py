"""Descend on f with every constant step size of a row; write where each ends and which reach the global minimum."""

from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from nnlib.descent import Path, gradient_descent
from nnlib.functions import Array
from reporting.pipeline.artifacts import read_json, write_json
from reporting.pipeline.job import run
from scripts.numbers import Gapped, Row, Table

if TYPE_CHECKING:
    from scripts.experiments.landscape import Landscape, Minimum

COUNTS, STRIDE = 25, 4  # of the map over step sizes and numbers of steps
NEAR = 1e-6  # of a minimum's value: there
LAST = 100  # steps, by which it is told what a descent keeps doing


class Settings(TypedDict):
    """The row of step sizes, as the configuration has it."""

    start: list[float]
    smallest: float
    largest: float
    count: int
    steps: int


class Map(TypedDict):
    """f after some steps of some sizes."""

    steps: Row
    step_size: Row
    f: Table


class LastSteps(TypedDict):
    count: int
    lowest_f: Gapped
    highest_f: Gapped


class Range(TypedDict):
    smallest: float
    largest: float
    count: int


class ReachesLocal(TypedDict):
    x: float
    y: float
    f: float
    step_sizes: list[Range]


class Crossing(TypedDict):
    step: int
    count: int


class ReachesGlobal(TypedDict):
    count: int
    smallest: float | None
    largest: float | None
    unbroken: bool
    crosses_at: list[Crossing]


class StepSizeScan(Settings):
    step_size: Row
    final_f: Gapped
    map: Map
    last_steps: LastSteps
    reaches_local: list[ReachesLocal]
    reaches_global: ReachesGlobal
    increment: float


def main(landscape: str, scan: str, spec: Settings) -> None:
    write_json(scan, scan_step_sizes(read_json(landscape), spec))


def scan_step_sizes(landscape: "Landscape", spec: Settings) -> StepSizeScan:
    """Where each constant step size of a row ends, and when those that reach the global minimum cross the ridge."""
    lowest = landscape["global"]
    step_size = np.linspace(spec["smallest"], spec["largest"], spec["count"])
    x, y = spec["start"]
    path = gradient_descent(x, y, step_size, spec["steps"])
    reaches = near(path, lowest)
    # The ridge is left behind where x first falls below the saddle on the start's side of the minimum.
    ridge = min(saddle["x"] for saddle in landscape["saddles"] if saddle["x"] > lowest["x"])
    crosses_at = np.argmax(path.x[:, reaches] < ridge, axis=0)
    locally = [minimum for minimum in landscape["minima"] if minimum != lowest]
    last = path.f[-LAST:]
    counts = np.unique(np.geomspace(1, spec["steps"], COUNTS).round().astype(int))
    return {
        **spec,
        "step_size": step_size,
        "final_f": path.f[-1],
        "map": {"steps": counts, "step_size": step_size[::STRIDE], "f": path.f[counts][:, ::STRIDE]},
        "last_steps": {"count": LAST, "lowest_f": last.min(axis=0), "highest_f": last.max(axis=0)},
        "reaches_local": [
            {
                "x": minimum["x"],
                "y": minimum["y"],
                "f": minimum["f"],
                "step_sizes": ranges(step_size, near(path, minimum)),
            }
            for minimum in locally
        ],
        "reaches_global": {
            "count": reaches.sum(),
            "smallest": step_size[reaches].min() if reaches.any() else None,
            "largest": step_size[reaches].max() if reaches.any() else None,
            "unbroken": np.diff(np.flatnonzero(reaches)).max(initial=1) == 1,
            "crosses_at": [{"step": t, "count": (crosses_at == t).sum()} for t in np.unique(crosses_at)],
        },
        "increment": step_size[1] - step_size[0],
    }


def near(path: Path, minimum: "Minimum") -> Any:
    """Whether each descent ends at the minimum."""
    return np.abs(path.f[-1] - minimum["f"]) < NEAR


def ranges(step_size: Array, where: Any) -> list[Range]:
    """The unbroken rows of the step sizes where it is so: the smallest and the largest of each, and how many."""
    numbers = np.flatnonzero(where)
    rows = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    return [
        {"smallest": step_size[row[0]], "largest": step_size[row[-1]], "count": len(row)} for row in rows if len(row)
    ]


if __name__ == "__main__":
    run(main, snakemake)
