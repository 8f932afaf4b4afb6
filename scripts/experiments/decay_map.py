"""Descend on f with every pair of step size and decay; write where each ends."""

from typing import TypedDict

import numpy as np

from nnlib.descent import gradient_descent
from reporting.pipeline.artifacts import read_json, write_json
from reporting.pipeline.job import run
from scripts.numbers import Row, Table

ASKED = -2.0  # the level of f below which the assignment wants to be


class Settings(TypedDict):
    """The grid of step sizes and decays, as the configuration has it."""

    start: list[float]
    largest_step_size: float
    smallest_decay: float
    count: int
    steps: int


class Best(TypedDict):
    step_size: float
    decay: float
    f: float


class DecayMap(Settings):
    step_size: Row
    decay: Row
    final_f: Table
    best: Best
    best_above_global: float
    asked: float
    share_below: float


def main(landscape: str, decay_map: str, spec: Settings) -> None:
    write_json(decay_map, map_decays(read_json(landscape)["global"]["f"], spec))


def map_decays(lowest: float, spec: Settings) -> DecayMap:
    """f at the end of each descent of a grid, and the best of them beside the lowest value of f."""
    count = spec["count"]
    step_size = np.linspace(0, spec["largest_step_size"], count + 1)[1:]
    decay = np.linspace(spec["smallest_decay"], 1, count)
    x, y = spec["start"]
    final_f = gradient_descent(x, y, step_size, spec["steps"], decay[:, None]).f[-1]
    row, column = np.unravel_index(np.argmin(final_f), final_f.shape)
    return {
        **spec,
        "step_size": step_size,
        "decay": decay,
        "final_f": np.round(final_f, 6),
        "best": {"step_size": step_size[column], "decay": decay[row], "f": final_f[row, column]},
        "best_above_global": final_f[row, column] - lowest,
        "asked": ASKED,
        "share_below": (final_f < ASKED).mean(),
    }


if __name__ == "__main__":
    run(main, snakemake)
