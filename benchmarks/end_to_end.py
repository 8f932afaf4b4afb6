"""Measure the report's own work from the start of a fresh process to its end, with import and compilation: a part of
`make bench`.

The work is that of the configuration. Each cell of the table is a process of its own with one thread, which reads the
digits from a file, as the report's jobs do, and trains. Networks that differ in their weights, samples and learning
rates alone train at once where a competitor can: in nnlib in stacks, in PyTorch and JAX all of them.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks.cell import Given, Row, Trained
from scripts.settings import sweep_settings

ROUNDS, SHORT = 5, 10.0  # the median of so many rounds, or one where that takes longer than so many seconds
WIDTH = 20


class Competitor(NamedTuple):
    """Where one network and several are prepared, as module:name; whether it has weights of its own; and from how many
    of its seeds a sweep is measured, if not from all."""

    one: str
    several: str
    own_weights: bool = False
    sweep_seeds: int | None = None


TEXTBOOK, FRAMEWORKS = "benchmarks.textbook:prepare", "benchmarks.frameworks"
COMPETITORS = {
    "nnlib": Competitor("benchmarks.tasks:prepare", "benchmarks.tasks:prepare"),
    "the loop": Competitor(TEXTBOOK, TEXTBOOK, sweep_seeds=1),
    "scikit-learn": Competitor(f"{FRAMEWORKS}:scikit_learn", f"{FRAMEWORKS}:scikit_learn", True, sweep_seeds=1),
    "PyTorch": Competitor(f"{FRAMEWORKS}:pytorch", f"{FRAMEWORKS}:pytorch_stack"),
    "JAX": Competitor(f"{FRAMEWORKS}:xla", f"{FRAMEWORKS}:xla"),
}
# Those that are packages of others: what is imported, and what is installed.
PACKAGES = {"scikit-learn": ("sklearn", "scikit-learn"), "PyTorch": ("torch", "torch"), "JAX": ("jax", "jax")}


def end_to_end(settings: Mapping[str, Any], digits: str) -> None:
    """Measure everything, and print the table; the digits are in a file."""
    given = rows(settings)
    width = max(len(row.what) for row in given) + 2
    print(f"End to end: seconds of a whole process, with its start, imports and compilation; NumPy {version('numpy')}")
    print(f"{'':{width}}" + "".join(f"{named(name):>{WIDTH}}" for name in COMPETITORS))
    for row in given:
        print(f"{row.what:{width}}", end="", flush=True)
        expected: list[float] = []
        for name, competitor in COMPETITORS.items():
            shown = "not installed"
            if installed(name):
                seconds, losses, seeds = measured(row, competitor, digits, settings)
                expected = expected or losses
                if len(row.settings) == 1 and not competitor.own_weights and not same(losses, expected):
                    raise SystemExit(f"\n{name} does not train the networks that nnlib trains")
                shown = f"{seconds:.2f}{'*' if seeds < row.seeds else ' '}"
            print(f"{shown:>{WIDTH}}", end="", flush=True)
        print()
    print(
        f"The median of {ROUNDS} rounds, or one of more than {SHORT:.0f} s; * from one seed, its training scaled to all"
    )


def rows(settings: Mapping[str, Any]) -> list[Row]:
    """The report's own work, as the configuration has it."""
    short, long = (settings["networks"][name] for name in ("two_layer", "two_layer_long"))
    sweep, seeds = settings["sweep"], settings["seeds"]
    swept = Row("", sweep_settings(sweep), sweep["seeds"], sweep["validation_fraction"])
    return [
        Row(f"one run of {short['epochs']} epochs", [short], 1),
        Row(f"one run of {long['epochs']} epochs", [long], 1),
        Row(f"one network from {seeds} seeds", [short], seeds),
        swept._replace(what=f"the sweep of {swept.networks} networks"),
    ]


def installed(name: str) -> bool:
    return name not in PACKAGES or find_spec(PACKAGES[name][0]) is not None


def named(name: str) -> str:
    """A competitor with its version, where it has one."""
    return f"{name} {version(PACKAGES[name][1])}" if name in PACKAGES and installed(name) else name


def same(losses: list[float], expected: list[float]) -> bool:
    """Whether networks are the same, but for how their numbers are rounded on the way; PyTorch cuts off a loss where
    the formula is not finite."""
    if len(losses) != len(expected):
        return False
    finite = np.isfinite(losses) & np.isfinite(expected)
    return np.allclose(np.array(losses)[finite], np.array(expected)[finite], rtol=1e-4)


def measured(
    row: Row, competitor: Competitor, digits: str, settings: Mapping[str, Any]
) -> tuple[float, list[float], int]:
    """The seconds of a process, the losses of its networks, and from how many seeds they are."""
    seeds = competitor.sweep_seeds if competitor.sweep_seeds and len(row.settings) > 1 else row.seeds
    given: Given = {
        "prepare": competitor.one if row.networks == 1 else competitor.several,
        "row": row._replace(seeds=seeds),
        "digits": digits,
        "seed": settings["seed"],
        "train_fraction": settings["digits"]["train_fraction"],
    }
    found = [process(given)]
    found += [process(given) for _ in range(ROUNDS - 1 if found[0][0] < SHORT else 0)]
    seconds = median(whole + (row.seeds / seeds - 1) * trained["seconds"] for whole, trained in found)
    return seconds, found[0][1]["losses"], seeds


def process(given: Given) -> tuple[float, Trained]:
    """The seconds of a process from its start to its end, and what it wrote; ends where it fails, with what it said."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.cell"]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"\n{given['prepare']} failed:\n{done.stderr}")
    trained: Trained = json.loads(done.stdout)
    return seconds, trained
