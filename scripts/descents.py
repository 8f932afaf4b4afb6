"""Descend on f once; write the path."""

from typing import Any

import numpy as np

from nnlib.descent import gradient_descent
from scripts.artifacts import read_json, write_json
from scripts.job import run


def main(landscape: str, descent: str, name: str, spec: dict[str, Any]) -> None:
    write_json(descent, {"name": name, **descend_once(read_json(landscape)["minima"], spec)})


def descend_once(minima: list[dict[str, Any]], spec: dict[str, Any]) -> dict[str, Any]:
    """The path of one descent, and where it ends beside the minima of f."""
    x, y = spec["start"]
    path = gradient_descent(x, y, spec["step_size"], spec["steps"], spec["decay"])
    end = path.x[-1], path.y[-1]
    distances = [np.hypot(end[0] - minimum["x"], end[1] - minimum["y"]) for minimum in minima]
    nearest = int(np.argmin(distances))
    finite = np.isfinite(path.f)
    return {
        **spec,
        "path": path,
        "end": {"x": end[0], "y": end[1], "f": path.f[-1]},
        "diverged_at_step": None if finite.all() else np.argmin(finite),
        "lowest": {"step": np.nanargmin(path.f), "f": np.nanmin(path.f)},
        "nearest_minimum": {**minima[nearest], "distance": distances[nearest]},
        "above_global": path.f[-1] - minima[0]["f"],
    }


if __name__ == "__main__":
    run(main, snakemake)
