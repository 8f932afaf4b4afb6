"""Descend on f with every constant step size of a row; write where each ends and which reach the global minimum."""

from typing import Any

import numpy as np

from nnlib.descent import gradient_descent
from scripts.artifacts import read_json, write_json
from scripts.job import run

COUNTS, STRIDE = 25, 4  # of the map over step sizes and numbers of steps
NEAR = 1e-6  # above the global minimum's value: there


def main(landscape: str, scan: str, spec: dict[str, Any]) -> None:
    write_json(scan, scan_step_sizes(read_json(landscape), spec))


def scan_step_sizes(landscape: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Where each constant step size of a row ends, and when those that reach the global minimum cross the ridge."""
    lowest = landscape["global"]
    step_size = np.linspace(spec["smallest"], spec["largest"], spec["count"])
    x, y = spec["start"]
    path = gradient_descent(x, y, step_size, spec["steps"])
    reaches = np.abs(path.f[-1] - lowest["f"]) < NEAR
    # The ridge is left behind where x first falls below the saddle on the start's side of the minimum.
    ridge = min(saddle["x"] for saddle in landscape["saddles"] if saddle["x"] > lowest["x"])
    crosses_at = np.argmax(path.x[:, reaches] < ridge, axis=0)
    counts = np.unique(np.geomspace(1, spec["steps"], COUNTS).round().astype(int))
    return {
        **spec,
        "step_size": step_size,
        "final_f": path.f[-1],
        "map": {"steps": counts, "step_size": step_size[::STRIDE], "f": path.f[counts][:, ::STRIDE]},
        "reaches_global": {
            "count": reaches.sum(),
            "smallest": step_size[reaches].min() if reaches.any() else None,
            "largest": step_size[reaches].max() if reaches.any() else None,
            "unbroken": np.diff(np.flatnonzero(reaches)).max(initial=1) == 1,
            "crosses_at": [{"step": t, "count": (crosses_at == t).sum()} for t in np.unique(crosses_at)],
        },
        "increment": step_size[1] - step_size[0],
    }


if __name__ == "__main__":
    run(main, snakemake)
